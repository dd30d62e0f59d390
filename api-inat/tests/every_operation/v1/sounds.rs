//! Sounds: upload and download.

use api_inat::{
    model::Sound,
    v1::sounds::{Create, Download},
};
use serde_json::json;

use crate::{
    samples::{UUID, sound},
    sendings::Sendings,
};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Create::new(sound()).uuid(UUID),
        json!({"id": 6, "file_url": "x"}),
        |sound| assert_eq!(sound.id, 6),
    );
    let record = json!({"id": 6, "file_url": "https://static.inaturalist.org/sounds/6.m4a"});
    let sound: Sound = serde_json::from_value(record).expect("a record");
    let download = Download::sound(&sound).expect("a URL");
    list.add_bytes(download, b"RIFF".to_vec(), |read| assert_eq!(read, b"RIFF"));
}
