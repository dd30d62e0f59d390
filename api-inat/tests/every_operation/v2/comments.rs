//! Comments.

use api_inat::{
    v1::comments::ParentType,
    v2::comments::{Create, Delete, Update},
};
use serde_json::json;

use crate::{
    samples::UUID,
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let comment = page(json!([{"id": 5, "uuid": UUID, "body": "Nice"}]));
    list.add(
        Create::new(ParentType::Observation, UUID, "Nice").fields("body"),
        comment.clone(),
        |comment| assert_eq!(comment.body.as_deref(), Some("Nice")),
    );
    list.add(
        Update::new(UUID, "Nicer").fields("body"),
        comment,
        |comment| {
            assert_eq!(comment.id, 5);
        },
    );
    list.done(Delete::new(UUID));
}
