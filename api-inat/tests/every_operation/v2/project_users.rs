//! Your membership of a project.

use api_inat::v2::project_users::{CoordinateAccess, Update};
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Update::new(5)
            .prefers_curator_coordinate_access_for(CoordinateAccess::Taxon)
            .prefers_updates(false),
        json!({"id": 5, "project_id": 3, "prefers_curator_coordinate_access_for": "taxon"}),
        |member| assert_eq!(member.project_id, Some(3)),
    );
}
