//! The search over several types of records.

use api_inat::{v1::search::Source, v2::search::Search};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Search::new("bern")
            .sources([Source::Taxa, Source::Places])
            .place_id(7)
            .include_taxon_ancestors(true)
            .locale("de")
            .preferred_place_id(7)
            .page(2)
            .per_page(100)
            .fields("taxon.name"),
        page(json!([
            {"score": 9.5, "type": "taxon", "taxon": {"id": 9}, "matches": ["bern"]},
            {"score": 8.5, "type": "place", "place": {"id": 7}},
        ])),
        |page| {
            assert_eq!(page.results[0].taxon().map(|taxon| taxon.id), Some(9));
            assert_eq!(page.results[1].place().map(|place| place.id), Some(7));
            assert!(page.results[1].user().is_none());
        },
    );
}
