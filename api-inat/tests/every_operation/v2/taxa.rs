//! Taxa.

use api_inat::{
    jiff::civil::date,
    v2::taxa::{
        Autocomplete, Get, Iconic, MapLayers, Search, Suggest, SuggestFor, SuggestionSource, Wanted,
    },
};
use serde_json::json;

use crate::{
    samples::{UUID, photo},
    sendings::{Sendings, page},
};

/// Sets everything that suggestions depend on.
macro_rules! narrowed {
    ($operation:expr) => {
        $operation
            .observation_id(UUID)
            .featured_observation_id(UUID)
            .image_url("https://example.org/1.jpg")
            .source(SuggestionSource::Visual)
            .order_by("taxonomy")
            .taxon_id(9)
            .place_id(7)
            .place_lat(46.5)
            .place_lng(7.5)
            .lat(46.5)
            .lng(7.5)
            .observed_on(date(2026, 6, 1))
            .months([6, 7])
            .include_representative_photos(true)
            .limit(5)
            .locale("de")
            .fields("taxon.name")
    };
}

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
    list.add(Iconic::new(), taxa.clone(), |page| {
        assert_eq!(page.results[0].id, 9);
    });
    list.add(Wanted::new(9).page(2).per_page(10), taxa, |page| {
        assert_eq!(page.results[0].id, 9);
    });
    list.add(
        MapLayers::new(9).fields("ranges"),
        page(json!([{"id": 9, "ranges": true, "geomodel": true, "gbif_id": 5, "listed_places": false}])),
        |layers| assert_eq!(layers.geomodel, Some(true)),
    );
    let suggested = json!({
        "results": [{"source_type": "visual", "score": 90.5, "taxon": {"id": 9}}],
        "queryTaxon": {"id": 1}, "queryPlace": {"id": 7}, "common_ancestor": {"score": 90.5, "taxon": {"id": 1}},
    });
    list.add(narrowed!(Suggest::new()), suggested.clone(), |found| {
        assert_eq!(found.query_taxon.map(|taxon| taxon.id), Some(1));
    });
    list.add(narrowed!(SuggestFor::new(photo())), suggested, |found| {
        assert_eq!(found.results[0].score, Some(90.5));
    });
}
