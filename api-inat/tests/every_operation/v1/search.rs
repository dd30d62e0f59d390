//! The search over everything.

use api_inat::v1::search::{Search, Source};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Search::new("zer")
            .sources([Source::Taxa, Source::Places])
            .place_id([7])
            .include_taxon_ancestors(true)
            .per_page(20)
            .locale("de")
            .preferred_place_id(7),
        page(json!([
            {"score": 9.5, "type": "Place", "matches": ["Zer"], "record": {"id": 7, "name": "Zermatt"}},
            {"score": 2, "type": "Taxon", "record": {"id": 9}},
        ])),
        |page| {
            let [place, taxon] = &page.results[..] else {
                panic!("two were found");
            };
            assert_eq!(place.place().map(|place| place.id), Some(7));
            assert_eq!(place.taxon(), None);
            assert_eq!(taxon.taxon().map(|taxon| taxon.id), Some(9));
        },
    );
}
