//! The values of observation fields: set, changed, taken off.

use auth_core::RetrySafety;
use serde_json::Value;

use crate::{
    model::ObservationFieldValue,
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::StringList},
    v2::{WRITE, selected},
};

operation! {
    /// Sets the value that an observation has in a field. There is one for each field, so that a repeated request sets it again and
    /// adds none (the Rails application's controller of them).
    pub Create: POST "/observation_field_values" -> One<ObservationFieldValue>, WRITE.with_retry(RetrySafety::Idempotent);
    with(observation_id(into String), observation_field_id(u64), value(into Value));
    preset(fields(Fields::all()));
    shared selected;
    body "observation_field_value" {
        /// The observation's UUID.
        observation_id(into String);
        /// The field's number.
        observation_field_id(u64);
        /// The value: a text or a number.
        value(into Value);
    }
}

operation! {
    /// Changes a value.
    pub Update: PUT "/observation_field_values/{uuid}" -> One<ObservationFieldValue>, WRITE.with_retry(RetrySafety::Idempotent);
    at(uuid(into StringList));
    with(observation_id(into String), observation_field_id(u64), value(into Value));
    preset(fields(Fields::all()));
    shared selected;
    body "observation_field_value" {
        /// The observation's UUID.
        observation_id(into String);
        /// The field's number.
        observation_field_id(u64);
        /// The value: a text or a number.
        value(into Value);
    }
}

operation! {
    /// Takes a value off its observation.
    pub Delete: DELETE "/observation_field_values/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
