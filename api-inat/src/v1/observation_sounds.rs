//! The sounds of an observation: added and taken off.

use crate::{
    model::ObservationSound,
    operation::{operation, response::Empty},
    parameter::path_value::fresh_uuid,
    upload::Upload,
    v1::{UPLOAD, WRITE},
};

operation! {
    /// Adds a sound to an observation. It carries a UUID of its own, so that it can be sent again after a failure without being
    /// there twice (the Rails application's `observation_sounds_controller.rb`).
    ///
    /// Not in the API's description; pyinaturalist uses it.
    pub Create: POST "/observation_sounds" -> One<ObservationSound>, UPLOAD;
    with(file(into Upload), observation_id(u64));
    preset(uuid(fresh_uuid()));
    once "observation_sound" "uuid";
    body "observation_sound" {
        /// The observation's number.
        observation_id(u64);
        /// The UUID of its place in the observation. A repeated request with the same one adds no second sound.
        uuid(into String);
    }
    upload Sound "file" {
        /// The sound.
        file;
    }
}

operation! {
    /// Takes a sound off its observation. Not in the API's description; the Rails application has it.
    pub Delete: DELETE "/observation_sounds/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
