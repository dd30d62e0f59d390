//! Controlled terms.

use api_inat::v2::controlled_terms::{All, ForTaxon};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let terms =
        page(json!([{"id": 1, "label": "Life Stage", "values": [{"id": 2, "label": "Adult"}]}]));
    list.add(All::new().fields("label"), terms.clone(), |page| {
        assert_eq!(page.results[0].values[0].id, 2);
    });
    list.add(ForTaxon::new([9]).fields("label"), terms, |page| {
        assert_eq!(page.results[0].id, 1);
    });
}
