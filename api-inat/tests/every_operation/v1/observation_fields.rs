//! Observation fields.

use api_inat::v1::observation_fields::Autocomplete;
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Autocomplete::new("sub").per_page(10),
        page(json!([{"id": 297, "name": "Substrate", "datatype": "text"}])),
        |page| assert_eq!(page.results[0].id, 297),
    );
}
