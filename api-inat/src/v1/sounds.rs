//! Sounds: sent by themselves, and fetched.

use crate::{
    model::Sound, operation::operation, parameter::path_value::fresh_uuid, upload::Upload,
    v1::UPLOAD,
};

pub use crate::media::Download;

operation! {
    /// Sends a sound that belongs to no observation yet. It carries a UUID of its own, so that it can be sent again after a
    /// failure without there being two (the Rails application's `sounds_controller.rb`; not verified on the running service).
    ///
    /// Not in the API's description; the Node API has it (`lib/inaturalist_api.js`).
    pub Create: POST "/sounds" -> One<Sound>, UPLOAD;
    with(file(into Upload));
    preset(uuid(fresh_uuid()));
    once "" "uuid";
    body "" {
        /// Its UUID. A repeated request with the same one makes no second sound.
        uuid(into String);
    }
    upload Sound "file" {
        /// The sound.
        file;
    }
}
