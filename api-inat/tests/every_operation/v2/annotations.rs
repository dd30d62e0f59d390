//! Annotations.

use api_inat::{
    model::Direction,
    v1::annotations::ResourceType,
    v2::annotations::{Create, Delete, Unvote, Vote},
};
use serde_json::json;

use crate::{
    samples::UUID,
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Create::new(ResourceType::Observation, UUID, 1, 2),
        page(json!([{"uuid": UUID, "controlled_value_id": 2}])),
        |annotation| assert_eq!(annotation.controlled_value_id, Some(2)),
    );
    list.done(Delete::new(UUID));
    list.done(Vote::new(UUID, Direction::Up));
    list.done(Unvote::new(UUID));
}
