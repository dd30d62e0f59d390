//! Values of observation fields: set, change and remove them.

use serde_json::Value;

use crate::{
    model::ObservationFieldValue,
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::StringList},
    v2::{CHANGE, WRITE, selected},
};

operation! {
    /// Sets the value of an observation field. An observation has one value for each field, so a
    /// repeated request adds none (the Rails application's controller).
    pub Create: POST "/observation_field_values" -> One<ObservationFieldValue>, CHANGE;
    with(observation_id(into String), observation_field_id(u64), value(into Value));
    preset(fields(Fields::all()));
    shared selected;
    body "observation_field_value" {
        /// Sets the UUID of the observation.
        observation_id(into String);
        /// Sets the id of the field.
        observation_field_id(u64);
        /// Sets the value: a text or a number.
        value(into Value);
    }
}

operation! {
    /// Changes a value.
    pub Update: PUT "/observation_field_values/{uuid}" -> One<ObservationFieldValue>, CHANGE;
    at(uuid(into StringList));
    with(observation_id(into String), observation_field_id(u64), value(into Value));
    preset(fields(Fields::all()));
    shared selected;
    body "observation_field_value" {
        /// Sets the UUID of the observation.
        observation_id(into String);
        /// Sets the id of the field.
        observation_field_id(u64);
        /// Sets the value: a text or a number.
        value(into Value);
    }
}

operation! {
    /// Removes a value from its observation.
    pub Delete: DELETE "/observation_field_values/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
