//! The sounds of an observation: added, changed, taken off. Everything goes by UUID.

use crate::{
    model::ObservationSound,
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::StringList, path_value::fresh_uuid},
    upload::Upload,
    v2::{UPLOAD, WRITE, selected},
};

operation! {
    /// Adds a sound to an observation. It carries a UUID of its own, so that it can be sent again after a failure without being
    /// there twice. (The description does not name the UUID; the Rails application behind it reads it.)
    pub Create: POST "/observation_sounds" -> One<ObservationSound>, UPLOAD;
    with(file(into Upload), observation_id(into String));
    preset(uuid(fresh_uuid()), fields(Fields::all()));
    once "observation_sound" "uuid";
    shared selected;
    body "observation_sound" {
        /// The observation's UUID.
        observation_id(into String);
        /// The UUID of the sound's place. A repeated request with the same one adds no second sound.
        uuid(into String);
    }
    upload Sound "file" {
        /// The sound.
        file;
    }
}

operation! {
    /// Adds a sound that is at iNaturalist already, by its number. It carries no UUID, which the description does not allow here, so
    /// it is not sent again if its response is lost.
    pub Attach: POST "/observation_sounds" -> One<ObservationSound>, WRITE;
    with(sound_id(u64), observation_id(into String));
    preset(fields(Fields::all()));
    shared selected;
    body "observation_sound" {
        /// The sound's number.
        sound_id(u64);
        /// The observation's UUID.
        observation_id(into String);
    }
}

operation! {
    /// Puts a sound into another observation.
    pub Update: PUT "/observation_sounds/{uuid}" -> One<ObservationSound>, WRITE;
    at(uuid(into StringList));
    with(observation_id(into String));
    preset(fields(Fields::all()));
    shared selected;
    body "observation_sound" {
        /// The observation's UUID.
        observation_id(into String);
    }
}

operation! {
    /// Takes a sound off its observation.
    pub Delete: DELETE "/observation_sounds/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
