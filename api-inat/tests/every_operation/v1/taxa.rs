//! Taxa.

use api_inat::{
    jiff::civil::date,
    model::Rank,
    v1::{
        observations::Order,
        taxa::{
            Autocomplete, Get, Iconic, LifelistMetadata, MapLayers, Nearby, OrderBy, Search,
            Suggest, SuggestFor, Wanted,
        },
    },
};
use serde_json::json;

use crate::{
    samples::photo,
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let taxa = page(json!([{"id": 9, "name": "Aves", "rank": "class", "rank_level": 50}]));
    list.add(Get::new([9, 10]).rank_level(50.0), taxa.clone(), |page| {
        assert_eq!(page.results[0].rank, Some(Rank::Class))
    });
    list.add(
        Search::new()
            .q("av")
            .is_active(true)
            .id([9, 10])
            .taxon_id([1, 2])
            .parent_id(2)
            .rank([Rank::Class, Rank::Order])
            .rank_level(50.0)
            .id_above(1)
            .id_below(99)
            .page(1)
            .per_page(500)
            .locale("de")
            .preferred_place_id(7)
            .only_id(false)
            .all_names(true)
            .order(Order::Asc)
            .order_by(OrderBy::ObservationsCount),
        taxa.clone(),
        |page| assert_eq!(page.results[0].id, 9),
    );
    list.add(
        Autocomplete::new("av")
            .is_active(false)
            .order_by(OrderBy::Id)
            .taxon_id([1, 2])
            .rank(Rank::Class)
            .rank_level(50.0)
            .per_page(30)
            .locale("de")
            .preferred_place_id(7)
            .all_names(true),
        page(json!([{"id": 9, "matched_term": "Aves"}])),
        |page| assert_eq!(page.results[0].matched_term.as_deref(), Some("Aves")),
    );
    list.add(
        MapLayers::new(9),
        json!({"id": 9, "ranges": true}),
        |layers| assert_eq!(layers.ranges, Some(true)),
    );
    list.add(
        LifelistMetadata::new()
            .observed_by_user_id("alice")
            .locale("de"),
        json!({"9": {"id": 9}}),
        |metadata| assert_eq!(metadata["9"]["id"], 9),
    );
    list.add(Iconic::new(), taxa.clone(), |page| {
        assert_eq!(page.results[0].id, 9)
    });
    list.add(Wanted::new(9), taxa, |page| {
        assert_eq!(page.results[0].id, 9)
    });
    suggestions(list);
}

/// Sets everything that suggestions depend on.
macro_rules! narrowed {
    ($operation:expr) => {
        $operation
            .observation_id("1")
            .featured_observation_id("2")
            .image_url("https://example.org/bee.jpg")
            .source("visual")
            .order_by("taxonomy")
            .taxon_id(9)
            .place_id(7)
            .place_lat(46.5)
            .place_lng(7.5)
            .lat(46.5)
            .lng(7.5)
            .observed_on(date(2026, 6, 1))
            .months([5, 6])
            .include_representative_photos(true)
            .limit(10)
            .locale("de")
    };
}

fn suggestions(list: &mut Sendings) {
    list.add(
        narrowed!(Suggest::new()),
        json!({"results": [{"source_type": "visual", "score": 88.5, "taxon": {"id": 9}}]}),
        |suggestions| assert_eq!(suggestions.results[0].score, Some(88.5)),
    );
    list.add(
        narrowed!(SuggestFor::new(photo())),
        json!({"results": [{"source_type": "visual", "score": 88.5, "taxon": {"id": 9}}]}),
        |suggestions| assert_eq!(suggestions.results[0].score, Some(88.5)),
    );
    list.add(
        Nearby::new(46.5, 7.5)
            .taxon_id([1])
            .locale("de")
            .preferred_place_id(7)
            .page(2)
            .per_page(10),
        page(json!([{"count": 3, "taxon": {"id": 9}}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
}
