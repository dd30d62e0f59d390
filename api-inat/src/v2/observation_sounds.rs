//! The sounds of an observation: add, move and remove them. All are identified by UUID.

use crate::{
    model::ObservationSound,
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::StringList, path_value::fresh_uuid},
    upload::Upload,
    v2::{CHANGE, UPLOAD, WRITE, selected},
};

operation! {
    /// Adds a sound to an observation. Carries a new UUID: sent again after a failure, it adds no
    /// second sound. (The description does not name the UUID; the Rails application behind it reads
    /// it.)
    pub Create: POST "/observation_sounds" -> One<ObservationSound>, UPLOAD;
    with(file(into Upload), observation_id(into String));
    preset(uuid(fresh_uuid()), fields(Fields::all()));
    once "observation_sound" "uuid";
    shared selected;
    body "observation_sound" {
        /// Sets the UUID of the observation.
        observation_id(into String);
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
    /// Adds a sound that is already at iNaturalist, by its id. The description allows no UUID here,
    /// so it is not sent again if its response is lost.
    pub Attach: POST "/observation_sounds" -> One<ObservationSound>, WRITE;
    with(sound_id(u64), observation_id(into String));
    preset(fields(Fields::all()));
    shared selected;
    body "observation_sound" {
        /// Sets the id of the sound.
        sound_id(u64);
        /// Sets the UUID of the observation.
        observation_id(into String);
    }
}

operation! {
    /// Moves a sound to another observation.
    pub Update: PUT "/observation_sounds/{uuid}" -> One<ObservationSound>, CHANGE;
    at(uuid(into StringList));
    with(observation_id(into String));
    preset(fields(Fields::all()));
    shared selected;
    body "observation_sound" {
        /// Sets the UUID of the observation.
        observation_id(into String);
    }
}

operation! {
    /// Removes a sound from its observation.
    pub Delete: DELETE "/observation_sounds/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
