//! Values of observation fields.

use api_inat::v2::observation_field_values::{Create, Delete, Update};
use serde_json::json;

use crate::{
    samples::UUID,
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let value = page(json!([{"id": 9, "uuid": UUID, "value": "dry"}]));
    list.add(Create::new(UUID, 297, "dry"), value.clone(), |value| {
        assert_eq!(value.value.as_deref(), Some("dry"))
    });
    list.add(Update::new(UUID, UUID, 297, 4.5), value, |value| {
        assert_eq!(value.id, Some(9))
    });
    list.done(Delete::new(UUID));
}
