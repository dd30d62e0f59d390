//! Sounds of observations.

use api_inat::v2::observation_sounds::{Attach, Create, Delete, Update};
use serde_json::json;

use crate::{
    samples::{UUID, sound},
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let placed = page(json!([{"id": 7, "uuid": UUID, "position": 1}]));
    list.add(
        Create::new(sound(), UUID).uuid(UUID),
        placed.clone(),
        |placed| assert_eq!(placed.id, 7),
    );
    list.add(Attach::new(6, UUID), placed.clone(), |placed| {
        assert_eq!(placed.id, 7)
    });
    list.add(Update::new(UUID, UUID), placed, |placed| {
        assert_eq!(placed.id, 7)
    });
    list.done(Delete::new(UUID));
}
