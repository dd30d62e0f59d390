//! Observations in projects.

use api_inat::v1::project_observations::{Create, Delete, Update};
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    let placed = json!({"id": 54, "project_id": 3, "observation_id": 1});
    list.add(Create::new(3, 1), placed.clone(), |placed| {
        assert_eq!(placed.project_id, Some(3));
    });
    list.add(
        Update::new(54)
            .project_id(3)
            .observation_id(1)
            .prefers_curator_coordinate_access(true),
        placed,
        |placed| assert_eq!(placed.id, 54),
    );
    list.done(Delete::new(54));
}
