//! The photos of an observation: added, put into order, replaced, taken off.

use crate::{
    model::ObservationPhoto,
    operation::{operation, response::Empty},
    parameter::path_value::fresh_uuid,
    upload::Upload,
    v1::{UPLOAD, WRITE},
};

operation! {
    /// Adds a photo to an observation. It carries a UUID of its own, so that it can be sent again after a failure without being
    /// there twice (the Rails application's `observation_photos_controller.rb`).
    ///
    /// ```
    /// use api_inat::{Upload, observation_photos::Create};
    /// use auth_core::{Operation, RetrySafety};
    ///
    /// let photo = Upload::path("lynx.jpg").on_progress(|sent, total| println!("{sent} of {total} bytes"));
    /// assert_eq!(Create::new(photo, 250_000_001).policy().retry(), RetrySafety::Idempotent);
    /// ```
    pub Create: POST "/observation_photos" -> One<ObservationPhoto>, UPLOAD;
    with(file(into Upload), observation_id(u64));
    preset(uuid(fresh_uuid()));
    once "observation_photo" "uuid";
    body "observation_photo" {
        /// The observation's number.
        observation_id(u64);
        /// The UUID of its place in the observation. A repeated request with the same one adds no second photo. (The API's
        /// description takes it for the observation's; the Rails application does not.)
        uuid(into String);
    }
    upload Photo "file" {
        /// The photo.
        file;
    }
}

operation! {
    /// Moves a photo among those of its observation, or puts another in its place.
    pub Update: PUT "/observation_photos/{id}" -> One<ObservationPhoto>, UPLOAD;
    at(id(u64));
    body "observation_photo" {
        /// Where it stands among the photos, from 0.
        position(u64);
    }
    upload Photo "file" {
        /// The photo that takes its place.
        file;
    }
    form always;
}

operation! {
    /// Takes a photo off its observation.
    pub Delete: DELETE "/observation_photos/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
