//! Photos.

use api_inat::v2::photos::{Create, Update};
use serde_json::json;

use crate::{
    samples::{UUID, photo},
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let uploaded = page(json!([{"id": 5, "uuid": UUID}]));
    list.add(
        Create::new(photo()).uuid(UUID).fields("url"),
        uploaded.clone(),
        |photo| assert_eq!(photo.id, 5),
    );
    list.add(Update::new(5).field("license", 4), uploaded, |photo| {
        assert_eq!(photo.id, 5);
    });
}
