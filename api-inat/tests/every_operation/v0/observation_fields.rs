//! Observation fields by name.

use api_inat::v0::observation_fields::Search;
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Search::new().q("host plant").page(2),
        json!([{"id": 297, "name": "Host plant", "datatype": "taxon"}]),
        |fields| assert_eq!(fields[0].id, 297),
    );
}
