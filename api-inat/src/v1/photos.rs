//! Photos: sent by themselves, and fetched at any size.

use crate::{model::Photo, operation::operation, upload::Upload, v1::UPLOAD};

pub use crate::media::{Download, Size};

operation! {
    /// Sends a photo that belongs to no observation yet; [`observations::Update::photos`](crate::v1::observations::Update::photos)
    /// puts it into one. To send it into an observation at once, see [`observation_photos`](crate::v1::observation_photos).
    ///
    /// It carries no UUID of its own, so it is not sent again if its response is lost.
    pub Create: POST "/photos" -> One<Photo>, UPLOAD;
    with(file(into Upload));
    upload Photo "file" {
        /// The photo.
        file;
    }
}
