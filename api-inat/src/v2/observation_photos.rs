//! The photos of an observation: added, put into order, taken off. Everything goes by UUID.

use crate::{
    model::ObservationPhoto,
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::StringList, path_value::fresh_uuid},
    upload::Upload,
    v2::{UPLOAD, WRITE, selected},
};

operation! {
    /// Adds a photo to an observation. It carries a UUID of its own, so that it can be sent again after a failure without being
    /// there twice.
    pub Create: POST "/observation_photos" -> One<ObservationPhoto>, UPLOAD;
    with(file(into Upload), observation_id(into String));
    preset(uuid(fresh_uuid()), fields(Fields::all()));
    once "observation_photo" "uuid";
    shared selected;
    body "observation_photo" {
        /// The observation's UUID.
        observation_id(into String);
        /// The UUID of the photo's place. A repeated request with the same one adds no second photo.
        uuid(into String);
        /// Where it stands among the photos, from 0.
        position(u64);
    }
    upload Photo "file" {
        /// The photo.
        file;
    }
}

operation! {
    /// Adds a photo that is at iNaturalist already, by its number. It carries a UUID of its own, as [`Create`] does.
    pub Attach: POST "/observation_photos" -> One<ObservationPhoto>, WRITE;
    with(photo_id(u64), observation_id(into String));
    preset(uuid(fresh_uuid()), fields(Fields::all()));
    once "observation_photo" "uuid";
    shared selected;
    body "observation_photo" {
        /// The photo's number.
        photo_id(u64);
        /// The observation's UUID.
        observation_id(into String);
        /// The UUID of the photo's place.
        uuid(into String);
        /// Where it stands among the photos, from 0.
        position(u64);
    }
}

operation! {
    /// Moves a photo among those of its observation.
    pub Update: PUT "/observation_photos/{uuid}" -> One<ObservationPhoto>, WRITE;
    at(uuid(into StringList));
    with(observation_id(into String));
    preset(fields(Fields::all()));
    shared selected;
    body "observation_photo" {
        /// The observation's UUID.
        observation_id(into String);
        /// Where it stands among the photos, from 0.
        position(u64);
    }
}

operation! {
    /// Takes a photo off its observation.
    pub Delete: DELETE "/observation_photos/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
