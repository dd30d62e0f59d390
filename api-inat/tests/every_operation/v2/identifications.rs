//! Identifications.

use api_inat::{
    model::Category,
    v2::identifications::{Create, Delete, Identifiers, RecentTaxa, SimilarSpecies, Update},
};
use serde_json::json;

use crate::{
    samples::UUID,
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let identification = page(json!([{
        "id": 11, "uuid": UUID, "taxon": {"id": 9},
        "exemplar_identification": {"id": 4, "cached_votes_total": 2},
    }]));
    list.add(
        Create::new(UUID, 9)
            .body("By the leaves")
            .vision(false)
            .disagreement(false)
            .fields("uuid"),
        identification.clone(),
        |found| {
            assert_eq!(
                found.exemplar_identification.map(|exemplar| exemplar.id),
                Some(4)
            )
        },
    );
    list.add(
        Update::new(UUID)
            .body("By the flower")
            .current(false)
            .fields("uuid"),
        identification,
        |found| assert_eq!(found.id, 11),
    );
    list.done(Delete::new(UUID));
    list.add(
        Identifiers::new()
            .taxon_id([9])
            .quality_grade(["research", "casual"])
            .page(2)
            .per_page(500)
            .fields("user.login"),
        page(json!([{"count": 3, "user_id": 1, "user": {"id": 1}}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
    let mut recent = page(json!([{"taxon": {"id": 9}, "identification": {"id": 11}}]));
    recent["all_results_available"] = json!(true);
    list.add(
        RecentTaxa::new([9])
            .verifiable(true)
            .quality_grade("research")
            .rank("species")
            .category([Category::Improving])
            .locale("de")
            .page(1)
            .per_page(100)
            .fields("taxon.name"),
        recent,
        |page| assert_eq!(page.extra["all_results_available"], true),
    );
    list.add(
        SimilarSpecies::new(9)
            .quality_grade("research")
            .page(1)
            .per_page(20)
            .fields("taxon.name"),
        page(json!([{"count": 3, "taxon": {"id": 9}}])),
        |page| assert_eq!(page.results[0].count, Some(3)),
    );
}
