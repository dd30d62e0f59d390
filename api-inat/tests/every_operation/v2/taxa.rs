//! Taxa.

use api_inat::v2::taxa::{Autocomplete, Get, Iconic, Search};
use serde_json::json;

use crate::sendings::{Sendings, page};

pub(crate) fn all(list: &mut Sendings) {
    let taxa = page(json!([{"id": 9, "name": "Leontopodium nivale"}]));
    list.add(
        Get::new([9, 10]).rank_level(10).fields("name"),
        taxa.clone(),
        |page| assert_eq!(page.results[0].id, 9),
    );
    list.add(
        Search::new()
            .q("leont")
            .is_active(true)
            .iconic(false)
            .taxon_id(1)
            .parent_id(8)
            .rank(["species", "genus"])
            .rank_level(["10", "20"])
            .id_above(1)
            .id_below(99)
            .per_page(500)
            .locale("de")
            .preferred_place_id(7),
        taxa.clone(),
        |page| assert_eq!(page.results[0].id, 9),
    );
    list.add(
        Autocomplete::new("leont")
            .is_active(true)
            .iconic(false)
            .per_page(30)
            .locale("de")
            .preferred_place_id(7),
        taxa.clone(),
        |page| assert_eq!(page.results[0].id, 9),
    );
    list.add(Iconic::new(), taxa, |page| {
        assert_eq!(page.results[0].id, 9);
    });
}
