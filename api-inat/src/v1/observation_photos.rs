//! The photos of an observation: add, reorder, replace and remove them.

use crate::{
    model::ObservationPhoto,
    operation::{operation, response::Empty},
    parameter::path_value::fresh_uuid,
    upload::Upload,
    v1::{UPLOAD, WRITE},
};

operation! {
    /// Adds a photo to an observation. Carries a new UUID: sent again after a failure, it adds no
    /// second photo (the Rails application's `observation_photos_controller.rb`).
    ///
    /// ```
    /// use api_inat::{Upload, observation_photos::Create};
    /// use auth_core::{Operation, RetrySafety};
    ///
    /// let photo = Upload::path("lynx.jpg")
    ///     .on_progress(|sent, total| println!("{sent} of {total} bytes"));
    /// assert_eq!(Create::new(photo, 250_000_001).policy().retry(), RetrySafety::Idempotent);
    /// ```
    #[doc(alias = "upload")]
    #[doc(alias = "photo")]
    pub Create: POST "/observation_photos" -> One<ObservationPhoto>, UPLOAD;
    with(file(into Upload), observation_id(u64));
    preset(uuid(fresh_uuid()));
    once "observation_photo" "uuid";
    body "observation_photo" {
        /// Sets the id of the observation.
        observation_id(u64);
        /// Sets the UUID of the observation photo, the link of photo and observation. A repeated
        /// request with the same UUID adds no second photo. (In the API's description it is the
        /// UUID of the observation; in the Rails application it is not.)
        uuid(into String);
    }
    upload Photo "file" {
        /// Sets the photo.
        file;
    }
}

operation! {
    /// Moves a photo among those of its observation, or replaces it.
    pub Update: PUT "/observation_photos/{id}" -> One<ObservationPhoto>, UPLOAD;
    at(id(u64));
    body "observation_photo" {
        /// Sets its position among the photos, from 0.
        position(u64);
    }
    upload Photo "file" {
        /// Sets the photo that replaces it.
        file;
    }
    form always;
}

operation! {
    /// Removes a photo from its observation.
    pub Delete: DELETE "/observation_photos/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
