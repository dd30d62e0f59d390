//! The sounds of an observation: add and remove them.

use crate::{
    model::ObservationSound,
    operation::{operation, response::Empty},
    parameter::path_value::fresh_uuid,
    upload::Upload,
    v1::{UPLOAD, WRITE},
};

operation! {
    /// Adds a sound to an observation. Carries a new UUID: sent again after a failure, it adds no
    /// second sound (the Rails application's `observation_sounds_controller.rb`).
    ///
    /// Not in the API's description; pyinaturalist uses it.
    #[doc(alias = "upload")]
    #[doc(alias = "sound")]
    pub Create: POST "/observation_sounds" -> One<ObservationSound>, UPLOAD;
    with(file(into Upload), observation_id(u64));
    preset(uuid(fresh_uuid()));
    once "observation_sound" "uuid";
    body "observation_sound" {
        /// Sets the id of the observation.
        observation_id(u64);
        /// Sets the UUID of the observation sound, the link of sound and observation. A repeated
        /// request with the same UUID adds no second sound.
        uuid(into String);
    }
    upload Sound "file" {
        /// Sets the sound.
        file;
    }
}

operation! {
    /// Removes a sound from its observation. Not in the API's description; the Rails application
    /// has it.
    pub Delete: DELETE "/observation_sounds/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
