//! Summaries of how to identify taxa.

use api_inat::{
    jiff::civil::date,
    v1::observations::Order,
    v2::taxon_id_summaries::{
        Get, OrderBy, QualityMetrics, ReferenceMetrics, Search, UnvoteQuality, UnvoteReference,
        VoteQuality, VoteReference,
    },
};
use serde_json::json;

use crate::{
    samples::UUID,
    sendings::{Sendings, page},
};

pub(crate) fn all(list: &mut Sendings) {
    let day = date(2026, 6, 1);
    let summaries = page(json!([{
        "id": 5, "uuid": UUID, "taxon_id": 9,
        "id_summaries": [{"id": 6, "summary": "Woolly leaves", "references": [{"id": 7, "user_login": "alice"}]}],
    }]));
    list.add(
        Search::new()
            .active(true)
            .taxon_group("plants")
            .run_name("first")
            .language(["en", "de"])
            .taxon_id([9])
            .taxon_name("Leontopodium")
            .run_generated_on(day)
            .run_generated_d1(day)
            .run_generated_d2(day)
            .created_on(day)
            .created_d1(day)
            .created_d2(day)
            .updated_on(day)
            .updated_d1(day)
            .updated_d2(day)
            .order(Order::Asc)
            .order_by(OrderBy::TaxonId)
            .page(2)
            .per_page(10)
            .fields("id_summaries.summary"),
        summaries.clone(),
        |page| assert_eq!(page.results[0].id_summaries[0].references[0].id, 7),
    );
    list.add(Get::new(UUID).fields("uuid"), summaries, |page| {
        assert_eq!(page.results[0].id, 5);
    });
    let votes = page(json!([{"id": 4, "metric": "accurate", "agree": true}]));
    list.done(VoteQuality::new(UUID, 6, "accurate").agree(false));
    list.done(UnvoteQuality::new(UUID, 6, "accurate"));
    list.add(QualityMetrics::new(UUID, 6), votes.clone(), |page| {
        assert_eq!(page.results[0].id, 4);
    });
    list.done(VoteReference::new(UUID, 6, 7, "accurate").agree(false));
    list.done(UnvoteReference::new(UUID, 6, 7, "accurate"));
    list.add(ReferenceMetrics::new(UUID, 6, 7), votes, |page| {
        assert_eq!(page.results[0].id, 4);
    });
}
