//! Photos: upload without an observation, and download at any size.

use crate::{model::Photo, operation::operation, upload::Upload, v1::UPLOAD};

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
