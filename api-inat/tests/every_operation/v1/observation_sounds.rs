//! Sounds of observations.

use api_inat::v1::observation_sounds::{Create, Delete};
use serde_json::json;

use crate::{
    samples::{UUID, sound},
    sendings::Sendings,
};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Create::new(sound(), 1).uuid(UUID),
        json!({"id": 8, "sound": {"id": 6}}),
        |placed| assert_eq!(placed.sound.map(|sound| sound.id), Some(6)),
    );
    list.done(Delete::new(8));
}
