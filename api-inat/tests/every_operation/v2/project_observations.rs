//! Observations in projects.

use api_inat::v2::project_observations::{Create, Delete, Update};
use serde_json::json;

use crate::{
    samples::UUID,
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let added = page(json!([{"id": 5, "uuid": UUID, "project_id": 3}]));
    list.add(
        Create::new(3, UUID).fields("uuid"),
        added.clone(),
        |added| {
            assert_eq!(added.project_id, Some(3));
        },
    );
    list.add(
        Update::new(UUID)
            .prefers_curator_coordinate_access(true)
            .fields("uuid"),
        added,
        |added| assert_eq!(added.id, 5),
    );
    list.done(Delete::new(UUID));
}
