//! Photos and sounds.

use std::sync::Arc;

use super::{
    choice::License,
    flag::{Flag, ModeratorAction},
    moment::Moment,
    taxon::Taxon,
};

record! {
    /// A photo of an observation or taxon.
    pub struct Photo {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The owner and the licence, as a sentence.
        pub attribution: Option<Box<str>>,
        /// The owner.
        pub attribution_name: Option<Box<str>>,
        /// The licence. Absent if all rights are reserved.
        pub license_code: Option<License>,
        /// The URL of a small square. Other sizes have another word in place of `square`.
        pub url: Option<Box<str>>,
        /// The URL of the uploaded file.
        pub original_url: Option<Box<str>>,
        /// The URL of the photo with a longer side of 1024 pixels.
        pub large_url: Option<Box<str>>,
        /// The URL of the photo with a longer side of 500 pixels.
        pub medium_url: Option<Box<str>>,
        /// The URL of the photo with a longer side of 240 pixels.
        pub small_url: Option<Box<str>>,
        /// The URL of a square of 75 pixels.
        pub square_url: Option<Box<str>>,
        /// The URL of a square of 100 pixels, in responses of the Rails application.
        pub thumb_url: Option<Box<str>>,
        /// The dimensions of the uploaded file.
        pub original_dimensions: Option<Dimensions>,
        /// The name of the uploaded file.
        pub original_filename: Option<Box<str>>,
        /// The type of its source, such as `LocalPhoto` or `FlickrPhoto`.
        pub r#type: Option<Box<str>>,
        /// The URL of its page at the source.
        pub native_page_url: Option<Box<str>>,
        /// Its id at the source.
        pub native_photo_id: Option<Box<str>>,
        /// The name of its owner at the source.
        pub native_username: Option<Box<str>>,
        /// The id of the user who added it.
        pub user_id: Option<u64>,
        /// The licence as a number that iNaturalist defines.
        pub license: Option<i64>,
        /// The name of the licence.
        pub license_name: Option<Box<str>>,
        /// The URL of the licence.
        pub license_url: Option<Box<str>>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
        /// The flags on it.
        pub flags: Vec<Flag>,
        /// A moderator has hidden it.
        pub hidden: Option<bool>,
        /// The actions by moderators.
        pub moderator_actions: Vec<ModeratorAction>,
    }
}

record! {
    /// Width and height.
    pub struct Dimensions {
        /// The width in pixels.
        pub width: Option<u32>,
        /// The height in pixels.
        pub height: Option<u32>,
    }
}

record! {
    /// A sound of an observation.
    pub struct Sound {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The owner and the licence, as a sentence.
        pub attribution: Option<Box<str>>,
        /// The licence. Absent if all rights are reserved.
        pub license_code: Option<License>,
        /// The URL of the file.
        pub file_url: Option<Box<str>>,
        /// The media type, such as `audio/mpeg`.
        pub file_content_type: Option<Box<str>>,
        /// The name of the uploaded file.
        pub original_filename: Option<Box<str>>,
        /// Its id at the source.
        pub native_sound_id: Option<Box<str>>,
        /// The flags on it.
        pub flags: Vec<Flag>,
        /// A moderator has hidden it.
        pub hidden: Option<bool>,
        /// It is played from the uploaded file.
        pub play_local: Option<bool>,
        /// The actions by moderators.
        pub moderator_actions: Vec<ModeratorAction>,
    }
}

record! {
    /// The link of a photo and an observation.
    pub struct ObservationPhoto {
        /// The id of the link, which is not the photo's id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// Its position among the photos, from 0.
        pub position: Option<u32>,
        /// The id of the photo.
        pub photo_id: Option<u64>,
        /// The id of the observation.
        pub observation_id: Option<u64>,
        /// The time it was added.
        pub created_at: Option<Moment>,
        /// The photo.
        pub photo: Option<Photo>,
    }
}

record! {
    /// The link of a sound and an observation.
    pub struct ObservationSound {
        /// The id of the link, which is not the sound's id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// Its position among the sounds, from 0.
        pub position: Option<u32>,
        /// The id of the sound.
        pub sound_id: Option<u64>,
        /// The id of the observation.
        pub observation_id: Option<u64>,
        /// The time it was added.
        pub created_at: Option<Moment>,
        /// The sound.
        pub sound: Option<Sound>,
    }
}

record! {
    /// A photo that illustrates a taxon.
    pub struct TaxonPhoto {
        /// The id of the taxon.
        pub taxon_id: Option<u64>,
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// The photo.
        pub photo: Option<Photo>,
    }
}
