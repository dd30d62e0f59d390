//! Photos of observations.

use api_inat::v2::observation_photos::{Attach, Create, Delete, Update};
use serde_json::json;

use crate::{
    samples::{UUID, photo},
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let placed = page(json!([{"id": 7, "uuid": UUID, "position": 1}]));
    list.add(
        Create::new(photo(), UUID)
            .uuid(UUID)
            .position(1)
            .fields("photo.url"),
        placed.clone(),
        |placed| assert_eq!(placed.position, Some(1)),
    );
    list.add(
        Attach::new(5, UUID).uuid(UUID).position(1),
        placed.clone(),
        |placed| assert_eq!(placed.id, 7),
    );
    list.add(Update::new(UUID, UUID).position(1), placed, |placed| {
        assert_eq!(placed.id, 7)
    });
    list.done(Delete::new(UUID));
}
