//! Exemplar identifications.

use api_inat::{
    model::Direction,
    v1::observations::Order,
    v2::exemplar_identifications::{OrderBy, Search, Unvote, Vote},
};
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    list.add(
        Search::new()
            .id([4])
            .taxon_id([9])
            .direct_taxon_id([9])
            .upvoted(true)
            .downvoted(false)
            .nominated(true)
            .q("leaves")
            .term_value_id([2])
            .include_category_counts(true)
            .include_category_controlled_terms(true)
            .order(Order::Asc)
            .order_by(OrderBy::WordCount)
            .page(2)
            .per_page(200)
            .fields("identification.body"),
        json!({"total_results": 1, "page": 1, "per_page": 50, "category_counts": {"upvoted": 1},
            "results": [{"id": 4, "identification": {"id": 11}, "cached_votes_total": 1}]}),
        |page| assert_eq!(page.extra["category_counts"]["upvoted"], 1),
    );
    list.done(Vote::new(4, Direction::Down));
    list.done(Unvote::new(4));
}
