//! Sounds: upload without an observation, and download.

use crate::{
    model::Sound, operation::operation, parameter::path_value::fresh_uuid, upload::Upload,
    v1::UPLOAD,
};

pub use crate::media::Download;

operation! {
    /// Uploads a sound that belongs to no observation yet. Carries a new UUID: sent again after a
    /// failure, it adds no second sound (the Rails application's `sounds_controller.rb`; not
    /// verified on the running service).
    ///
    /// Not in the API's description; the Node API has it (`lib/inaturalist_api.js`).
    #[doc(alias = "upload")]
    pub Create: POST "/sounds" -> One<Sound>, UPLOAD;
    with(file(into Upload));
    preset(uuid(fresh_uuid()));
    once "" "uuid";
    body "" {
        /// Sets its UUID. A repeated request with the same UUID creates no second sound.
        uuid(into String);
    }
    upload Sound "file" {
        /// Sets the sound.
        file;
    }
}
