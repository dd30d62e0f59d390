//! Identifications.

use api_inat::{
    jiff::civil::date,
    model::{Category, QualityGrade, Rank},
    v1::{
        identifications::{
            Categories, Create, Delete, Get, Identifiers, Observers, OrderBy, RecentTaxa, Search,
            SimilarSpecies, SpeciesCounts, TaxonOf, Update,
        },
        observations::Order,
    },
};
use serde_json::json;

use crate::{
    sendings::{Sendings, page},
    v1::observations::filtered,
};

/// Sets every setter of a search for identifications.
macro_rules! all_set {
    ($operation:expr) => {
        $operation
            .id([1, 2])
            .id_above(0)
            .id_below(99)
            .user_id([1, 2])
            .user_login(["alice", "bob"])
            .current("true")
            .own_observation(true)
            .category([Category::Improving, Category::Leading])
            .is_change(false)
            .taxon_change_id([3])
            .taxon_id([9])
            .ids_without_taxon_id([10])
            .iconic_taxon_id([3])
            .rank([Rank::Species, Rank::Genus])
            .hrank(Rank::Family)
            .lrank(Rank::Species)
            .taxon_active(true)
            .current_taxon(true)
            .observation_taxon_id([9])
            .ids_without_observation_taxon_id([10])
            .observation_iconic_taxon_id([3])
            .observation_rank(Rank::Species)
            .observation_hrank(Rank::Family)
            .observation_lrank(Rank::Species)
            .observation_taxon_active(true)
            .place_id([7])
            .quality_grade([QualityGrade::NeedsId, QualityGrade::Research])
            .d1(date(2026, 1, 1))
            .d2(date(2026, 12, 31))
            .observation_created_d1(date(2026, 1, 1))
            .observation_created_d2(date(2026, 12, 31))
            .observed_d1(date(2026, 1, 1))
            .observed_d2(date(2026, 12, 31))
            .order(Order::Desc)
            .order_by(OrderBy::CreatedAt)
            .only_id(false)
            .page(2)
            .per_page(50)
    };
}

pub(crate) fn all(list: &mut Sendings) {
    let identification =
        json!({"id": 4, "category": "leading", "taxon": {"id": 9}, "current": true});
    list.add(
        all_set!(Search::new()),
        page(json!([identification])),
        |page| assert_eq!(page.results[0].category, Some(Category::Leading)),
    );
    list.add(Get::new([4, 5]), page(json!([identification])), |page| {
        assert_eq!(page.results[0].id, 4);
    });
    list.add(
        all_set!(Categories::new()),
        page(json!([{"category": "improving", "count": 12}])),
        |page| assert_eq!(page.results[0].count, Some(12)),
    );
    list.add(
        all_set!(SpeciesCounts::new()).taxon_of(TaxonOf::Observation),
        page(json!([{"count": 3, "taxon": {"id": 9}}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
    let users = page(json!([{"count": 3, "user": {"id": 1}}]));
    list.add(all_set!(Identifiers::new()), users.clone(), |page| {
        assert_eq!(page.results[0].count, Some(3));
    });
    list.add(all_set!(Observers::new()), users, |page| {
        assert_eq!(page.results[0].user.as_ref().map(|user| user.id), Some(1));
    });
    list.add(
        all_set!(RecentTaxa::new()),
        page(json!([{"taxon": {"id": 9}, "identification": identification}])),
        |page| assert!(page.results[0].taxon.is_some() && page.results[0].identification.is_some()),
    );
    list.add(
        // The description allows only one taxon here.
        filtered!(SimilarSpecies::new(9)).taxon_id(9),
        page(json!([{"count": 3, "taxon": {"id": 9}}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
    list.add(
        Create::new(1, 9).current(true).body("The leaves"),
        identification.clone(),
        |identification| assert_eq!(identification.id, 4),
    );
    list.add(
        Update::new(4)
            .observation_id(1)
            .taxon_id(9)
            .current(false)
            .body("No"),
        identification,
        |identification| assert_eq!(identification.current, Some(true)),
    );
    list.done(Delete::new(4));
}
