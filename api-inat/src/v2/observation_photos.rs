//! The photos of an observation: add, reorder and remove them. All are identified by UUID.

use crate::{
    model::ObservationPhoto,
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::StringList, path_value::fresh_uuid},
    upload::Upload,
    v2::{CHANGE, UPLOAD, WRITE, selected},
};

operation! {
    /// Adds a photo to an observation. Carries a new UUID: sent again after a failure, it adds no
    /// second photo.
    pub Create: POST "/observation_photos" -> One<ObservationPhoto>, UPLOAD;
    with(file(into Upload), observation_id(into String));
    preset(uuid(fresh_uuid()), fields(Fields::all()));
    once "observation_photo" "uuid";
    shared selected;
    body "observation_photo" {
        /// Sets the UUID of the observation.
        observation_id(into String);
        /// Sets the UUID of the observation photo, the link of photo and observation. A repeated
        /// request with the same UUID adds no second photo.
        uuid(into String);
        /// Sets its position among the photos, from 0.
        position(u64);
    }
    upload Photo "file" {
        /// Sets the photo.
        file;
    }
}

operation! {
    /// Adds a photo that is already at iNaturalist, by its id. Carries a new UUID, as [`Create`]
    /// does.
    pub Attach: POST "/observation_photos" -> One<ObservationPhoto>, WRITE;
    with(photo_id(u64), observation_id(into String));
    preset(uuid(fresh_uuid()), fields(Fields::all()));
    once "observation_photo" "uuid";
    shared selected;
    body "observation_photo" {
        /// Sets the id of the photo.
        photo_id(u64);
        /// Sets the UUID of the observation.
        observation_id(into String);
        /// Sets the UUID of the observation photo.
        uuid(into String);
        /// Sets its position among the photos, from 0.
        position(u64);
    }
}

operation! {
    /// Moves a photo among those of its observation.
    pub Update: PUT "/observation_photos/{uuid}" -> One<ObservationPhoto>, CHANGE;
    at(uuid(into StringList));
    with(observation_id(into String));
    preset(fields(Fields::all()));
    shared selected;
    body "observation_photo" {
        /// Sets the UUID of the observation.
        observation_id(into String);
        /// Sets its position among the photos, from 0.
        position(u64);
    }
}

operation! {
    /// Removes a photo from its observation.
    pub Delete: DELETE "/observation_photos/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
