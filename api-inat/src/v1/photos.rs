//! Photos: upload without an observation, and download at any size.

use crate::{
    model::Photo,
    operation::operation,
    upload::Upload,
    v1::{UPLOAD, WRITE},
};

pub use crate::media::{Download, Size};

operation! {
    /// Uploads a photo that belongs to no observation yet.
    /// [`observations::Update::photos`](crate::v1::observations::Update::photos) adds it to one. To
    /// upload a photo directly into an observation, see
    /// [`observation_photos`](crate::v1::observation_photos).
    ///
    /// It carries no UUID, so it is not sent again if its response is lost.
    #[doc(alias = "upload")]
    pub Create: POST "/photos" -> One<Photo>, UPLOAD;
    with(file(into Upload));
    upload Photo "file" {
        /// Sets the photo.
        file;
    }
}

operation! {
    /// Changes one of your photos, by its id. Not in the API's description; named in the Node API's
    /// routes. Set the fields of the Rails application with `field`, such as `license`.
    pub Update: PUT "/photos/{id}" -> One<Photo>, WRITE;
    at(id(u64));
    body "photo" {}
}
