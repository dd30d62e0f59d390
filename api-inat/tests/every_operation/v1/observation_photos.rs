//! Photos of observations.

use api_inat::v1::observation_photos::{Create, Delete, Update};
use serde_json::json;

use crate::{
    samples::{UUID, photo},
    sendings::Sendings,
};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Create::new(photo(), 1).uuid(UUID),
        json!({"id": 7, "photo": {"id": 5}}),
        |placed| assert_eq!(placed.photo.map(|photo| photo.id), Some(5)),
    );
    list.add(
        Update::new(7).position(2).file(photo()),
        json!({"id": 7, "position": 2}),
        |placed| assert_eq!(placed.position, Some(2)),
    );
    list.done(Delete::new(7));
}
