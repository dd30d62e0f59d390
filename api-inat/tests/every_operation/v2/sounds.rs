//! Sounds.

use api_inat::v2::sounds::Create;
use serde_json::json;

use crate::{
    samples::{UUID, sound},
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Create::new(sound()).uuid(UUID).fields("file_url"),
        page(json!([{"id": 6, "uuid": UUID}])),
        |sound| assert_eq!(sound.id, 6),
    );
}
