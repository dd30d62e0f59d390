//! Comments.

use api_inat::v1::comments::{Create, Delete, ParentType, Update};
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    let comment = json!({"id": 5, "body": "Nice!"});
    list.add(
        Create::new(ParentType::Observation, 1, "Nice!"),
        comment.clone(),
        |comment| assert_eq!(comment.body.as_deref(), Some("Nice!")),
    );
    list.add(
        Update::new(5)
            .parent_type(ParentType::Observation)
            .parent_id(1)
            .body("Nice!"),
        comment,
        |comment| assert_eq!(comment.id, 5),
    );
    list.done(Delete::new(5));
}
