//! Sounds that belong to no observation yet.

use crate::{
    model::Sound,
    operation::operation,
    parameter::{fields::Fields, path_value::fresh_uuid},
    upload::Upload,
    v2::{UPLOAD, selected},
};

operation! {
    /// Uploads a sound that belongs to no observation yet.
    /// [`observation_sounds::Attach`](crate::v2::observation_sounds::Attach) adds it to one.
    /// Carries a new UUID: sent again after a failure, it adds no second sound.
    #[doc(alias = "upload")]
    pub Create: POST "/sounds" -> One<Sound>, UPLOAD;
    with(file(into Upload));
    preset(uuid(fresh_uuid()), fields(Fields::all()));
    once "" "uuid";
    shared selected;
    body "" {
        /// Sets its UUID. A repeated request with the same UUID creates no second sound.
        uuid(into String);
    }
    upload Sound "file" {
        /// Sets the sound.
        file;
    }
}
