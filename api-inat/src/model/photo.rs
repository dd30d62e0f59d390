//! Photos and sounds.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    choice::License,
    flag::{Flag, ModeratorAction},
    taxon::Taxon,
};

record! {
    /// A photo of an observation or taxon.
    pub struct Photo {
        /// Its number.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// Whose it is and under which licence, as a sentence.
        pub attribution: Option<Box<str>>,
        /// Whose it is.
        pub attribution_name: Option<Box<str>>,
        /// Its licence; absent where all rights are reserved.
        pub license_code: Option<License>,
        /// Where a small square of it lies; other sizes have another word in the place of `square`.
        pub url: Option<Box<str>>,
        /// Where it lies as it was sent.
        pub original_url: Option<Box<str>>,
        /// Where it lies with a longer side of 1024 pixels.
        pub large_url: Option<Box<str>>,
        /// Where it lies with a longer side of 500 pixels.
        pub medium_url: Option<Box<str>>,
        /// Where it lies with a longer side of 240 pixels.
        pub small_url: Option<Box<str>>,
        /// Where a square of 75 pixels of it lies.
        pub square_url: Option<Box<str>>,
        /// How large it is as it was sent.
        pub original_dimensions: Option<Dimensions>,
        /// The name of the file that was sent.
        pub original_filename: Option<Box<str>>,
        /// Where it came from: `LocalPhoto`, `FlickrPhoto` and their like.
        pub r#type: Option<Box<str>>,
        /// Its page where it came from.
        pub native_page_url: Option<Box<str>>,
        /// Its name where it came from.
        pub native_photo_id: Option<Box<str>>,
        /// What people have complained of.
        pub flags: Vec<Flag>,
        /// Hidden by a moderator.
        pub hidden: Option<bool>,
        /// What moderators did.
        pub moderator_actions: Vec<ModeratorAction>,
    }
}

record! {
    /// Width and height.
    pub struct Dimensions {
        /// In pixels.
        pub width: Option<u32>,
        /// In pixels.
        pub height: Option<u32>,
    }
}

record! {
    /// A sound of an observation.
    pub struct Sound {
        /// Its number.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// Whose it is and under which licence, as a sentence.
        pub attribution: Option<Box<str>>,
        /// Its licence; absent where all rights are reserved.
        pub license_code: Option<License>,
        /// Where it lies.
        pub file_url: Option<Box<str>>,
        /// Its media type, such as `audio/mpeg`.
        pub file_content_type: Option<Box<str>>,
        /// The name of the file that was sent.
        pub original_filename: Option<Box<str>>,
        /// Its name where it came from.
        pub native_sound_id: Option<Box<str>>,
        /// What people have complained of.
        pub flags: Vec<Flag>,
        /// Hidden by a moderator.
        pub hidden: Option<bool>,
        /// What moderators did.
        pub moderator_actions: Vec<ModeratorAction>,
    }
}

record! {
    /// A photo's place in an observation.
    pub struct ObservationPhoto {
        /// Its number, which is not the photo's.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// Where it stands among the photos, from 0.
        pub position: Option<u32>,
        /// The photo's number.
        pub photo_id: Option<u64>,
        /// The observation's number.
        pub observation_id: Option<u64>,
        /// When it was added.
        pub created_at: Option<Timestamp>,
        /// The photo.
        pub photo: Option<Photo>,
    }
}

record! {
    /// A sound's place in an observation.
    pub struct ObservationSound {
        /// Its number, which is not the sound's.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// Where it stands among the sounds, from 0.
        pub position: Option<u32>,
        /// The sound's number.
        pub sound_id: Option<u64>,
        /// The observation's number.
        pub observation_id: Option<u64>,
        /// When it was added.
        pub created_at: Option<Timestamp>,
        /// The sound.
        pub sound: Option<Sound>,
    }
}

record! {
    /// A photo that stands for a taxon.
    pub struct TaxonPhoto {
        /// The taxon's number.
        pub taxon_id: Option<u64>,
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// The photo.
        pub photo: Option<Photo>,
    }
}
