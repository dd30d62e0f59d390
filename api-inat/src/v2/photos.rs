//! Photos that belong to no observation yet.

use crate::{
    model::Photo,
    operation::operation,
    parameter::{fields::Fields, path_value::fresh_uuid},
    upload::Upload,
    v2::{UPLOAD, WRITE, selected},
};

operation! {
    /// Uploads a photo that belongs to no observation yet.
    /// [`observation_photos::Attach`](crate::v2::observation_photos::Attach) adds it to one.
    /// Carries a new UUID: sent again after a failure, it adds no second photo.
    #[doc(alias = "upload")]
    pub Create: POST "/photos" -> One<Photo>, UPLOAD;
    with(file(into Upload));
    preset(uuid(fresh_uuid()), fields(Fields::all()));
    once "" "uuid";
    shared selected;
    body "" {
        /// Sets its UUID. A repeated request with the same UUID creates no second photo.
        uuid(into String);
    }
    upload Photo "file" {
        /// Sets the photo.
        file;
    }
}

operation! {
    /// Changes one of your photos, by its id. The description names no field: set those of the
    /// Rails application with `field`, such as `license`.
    pub Update: PUT "/photos/{id}" -> One<Photo>, WRITE;
    at(id(u64));
    body "photo" {}
}
