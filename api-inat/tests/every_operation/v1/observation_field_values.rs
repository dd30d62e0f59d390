//! Values of observation fields.

use api_inat::v1::observation_field_values::{Create, Delete, Update};
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    let value = json!({"id": 11, "observation_field_id": 297, "value": "dry"});
    list.add(Create::new(1, 297, "dry"), value.clone(), |value| {
        assert_eq!(value.observation_field_id, Some(297));
    });
    list.add(
        Update::new(11)
            .observation_id(1)
            .observation_field_id(297)
            .value("wet"),
        value,
        |value| assert_eq!(value.value.as_deref(), Some("dry")),
    );
    list.done(Delete::new(11));
}
