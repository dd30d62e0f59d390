//! Values of observation fields, which users define.

use serde_json::Value;

use crate::{
    model::ObservationFieldValue,
    operation::{operation, response::Empty},
    v1::WRITE,
};

/// The fields of a value.
macro_rules! content {
    () => {
        operation! { @fields "observation_field_value";
            /// Sets the observation.
            observation_id(u64);
            /// Sets the observation field.
            observation_field_id(u64);
            /// Sets the value: usually text; numbers and booleans are accepted too.
            value(into Value);
        }
    };
}

operation! {
    /// Adds a value to an observation. If the observation has a value in this field, it is changed
    /// (the Rails application).
    pub Create: POST "/observation_field_values" -> One<ObservationFieldValue>, WRITE;
    with(observation_id(u64), observation_field_id(u64), value(into Value));
    shared content;
    body "observation_field_value" {}
}

operation! {
    /// Changes a value.
    pub Update: PUT "/observation_field_values/{id}" -> One<ObservationFieldValue>, WRITE;
    at(id(u64));
    shared content;
    body "observation_field_value" {}
}

operation! {
    /// Deletes a value.
    pub Delete: DELETE "/observation_field_values/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
