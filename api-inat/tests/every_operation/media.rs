//! Photos and sounds: sent, put into observations, fetched.

use api_inat::{
    Upload,
    model::{Photo, Sound},
    v1::{
        observation_photos, observation_sounds,
        photos::{self, Download, Size},
        sounds,
    },
};
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) const UUID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

/// A photo, by its first bytes.
pub(crate) fn photo() -> Upload {
    Upload::bytes("lynx.jpg", *b"\xFF\xD8\xFF\xE0 a lynx\r\n--in the snow--")
}

/// A sound, by its first bytes.
pub(crate) fn sound() -> Upload {
    Upload::bytes("owl.wav", *b"RIFF\x24\0\0\0WAVEfmt  an owl")
}

pub(crate) fn all(list: &mut Sendings) {
    list.add(photos::Create::new(photo()), json!({"id": 5}), |photo| {
        assert_eq!(photo.id, 5)
    });
    list.add(
        sounds::Create::new(sound()).uuid(UUID),
        json!({"id": 6, "file_url": "x"}),
        |sound| assert_eq!(sound.id, 6),
    );
    list.add(
        observation_photos::Create::new(photo(), 1).uuid(UUID),
        json!({"id": 7, "photo": {"id": 5}}),
        |placed| assert_eq!(placed.photo.map(|photo| photo.id), Some(5)),
    );
    list.add(
        observation_photos::Update::new(7).position(2).file(photo()),
        json!({"id": 7, "position": 2}),
        |placed| assert_eq!(placed.position, Some(2)),
    );
    list.done(observation_photos::Delete::new(7));
    list.add(
        observation_sounds::Create::new(sound(), 1).uuid(UUID),
        json!({"id": 8, "sound": {"id": 6}}),
        |placed| assert_eq!(placed.sound.map(|sound| sound.id), Some(6)),
    );
    list.done(observation_sounds::Delete::new(8));
    downloads(list);
}

fn downloads(list: &mut Sendings) {
    let photo = |url: &str| {
        let record = json!({"id": 5, "url": url});
        serde_json::from_value::<Photo>(record).expect("a record")
    };
    let open = photo("https://inaturalist-open-data.s3.amazonaws.com/photos/5/square.jpg");
    let closed = photo("https://static.inaturalist.org/photos/5/square.jpg?99");
    for photo in [open, closed] {
        let download = Download::photo(&photo, Size::Original).expect("a URL");
        let bytes = b"\xFF\xD8\xFF not text".to_vec();
        list.add_bytes(download, bytes.clone(), move |read| assert_eq!(read, bytes));
    }
    let record = json!({"id": 6, "file_url": "https://static.inaturalist.org/sounds/6.m4a"});
    let sound: Sound = serde_json::from_value(record).expect("a record");
    let download = Download::sound(&sound).expect("a URL");
    list.add_bytes(download, b"RIFF".to_vec(), |read| assert_eq!(read, b"RIFF"));
}
