//! Annotations.

use api_inat::v1::annotations::{Create, Delete, ResourceType};
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Create::new(ResourceType::Observation, 1, 12, 13),
        json!({"uuid": "u", "controlled_attribute_id": 12}),
        |annotation| assert_eq!(annotation.controlled_attribute_id, Some(12)),
    );
    list.done(Delete::new("3f2504e0-4f89-41d3-9a0c-0305e82c3301"));
}
