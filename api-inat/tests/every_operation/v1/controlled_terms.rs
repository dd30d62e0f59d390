//! Controlled terms.

use api_inat::v1::controlled_terms::{All, ForTaxon};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let terms = page(json!([{"id": 1, "label": "Life Stage", "values": [{"id": 2}]}]));
    list.add(All::new(), terms.clone(), |page| {
        assert_eq!(page.results[0].values[0].id, 2);
    });
    list.add(ForTaxon::new(9), terms, |page| {
        assert_eq!(page.results[0].label.as_deref(), Some("Life Stage"));
    });
}
