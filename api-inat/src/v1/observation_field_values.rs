//! Values of observation fields: what somebody entered into a field that somebody made.

use serde_json::Value;

use crate::{
    model::ObservationFieldValue,
    operation::{operation, response::Empty},
    v1::WRITE,
};

/// What a value says.
macro_rules! says {
    () => {
        operation! { @fields "observation_field_value";
            /// The observation.
            observation_id(u64);
            /// The field.
            observation_field_id(u64);
            /// The value: text as a rule; numbers and truths are taken as well.
            value(into Value);
        }
    };
}

operation! {
    /// Enters a value. Where the observation has one in this field already, that is changed (the Rails application).
    pub Create: POST "/observation_field_values" -> One<ObservationFieldValue>, WRITE;
    with(observation_id(u64), observation_field_id(u64), value(into Value));
    shared says;
    body "observation_field_value" {}
}

operation! {
    /// Changes a value.
    pub Update: PUT "/observation_field_values/{id}" -> One<ObservationFieldValue>, WRITE;
    at(id(u64));
    shared says;
    body "observation_field_value" {}
}

operation! {
    /// Deletes a value.
    pub Delete: DELETE "/observation_field_values/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
