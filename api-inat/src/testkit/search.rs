//! v1's search for observations, with the real API's rules of paging.

use auth_core::testkit::{RouteRequest, json};
use http::Response;
use serde_json::{Value, json};

use super::{data, error};

const WINDOW: &str = "Result window is too large, page x size must be less than or equal to [10000]. Please narrow your \
    search, or use a sliding window approach with id_above or id_below params.";

/// Serves `GET /v1/observations`. Ignores unknown parameters, as the real API does.
pub(super) fn respond(visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    let number = |name: &str| -> Option<u64> { visit.query(name)?.parse().ok() };
    let per_page = number("per_page").unwrap_or(30).min(200);
    let page = number("page").unwrap_or(1).max(1);
    if page.saturating_mul(per_page) > 10_000 {
        return error(403, WINDOW);
    }
    let mut found: Vec<_> = data::all()
        .filter(|record| matches(record, visit))
        .collect();
    let order_by = visit.query("order_by");
    match order_by.as_deref() {
        Some("observed_on") => found.sort_by_key(|record| (record.day, record.id)),
        // Ids ascend in the order of creation, so `created_at` is the same order.
        _ => found.sort_by_key(|record| record.id),
    }
    if visit.query("order").as_deref() != Some("asc") {
        found.reverse();
    }
    let total = found.len() as u64;
    let only_id = visit.query("only_id").as_deref() == Some("true");
    let viewer = visit.caller.map(|caller| caller.user.as_str());
    let start = usize::try_from((page - 1) * per_page).unwrap_or(usize::MAX);
    let results = found
        .iter()
        .skip(start)
        .take(usize::try_from(per_page).unwrap_or_default())
        .map(|record| match only_id {
            true => json!({"id": record.id}),
            false => record.shown_to(viewer),
        })
        .collect();
    json(200, &envelope(total, page, per_page.min(total), results))
}

pub(super) fn envelope(total: u64, page: u64, per_page: u64, results: Vec<Value>) -> Value {
    json!({"total_results": total, "page": page, "per_page": per_page, "results": results})
}

fn matches(record: &data::Record, visit: &RouteRequest<'_>) -> bool {
    let one_of = |name: &str, wanted: &[&str]| match visit.query(name) {
        None => true,
        Some(list) => list.split(',').any(|item| wanted.contains(&item)),
    };
    let bound = |name: &str| -> Option<u64> { visit.query(name)?.parse().ok() };
    let (id, user_id) = (record.id.to_string(), record.user.0.to_string());
    let taxon_id = record.taxon.0.to_string();
    bound("id_above").is_none_or(|bound| record.id > bound)
        && bound("id_below").is_none_or(|bound| record.id < bound)
        && one_of("id", &[&id])
        && one_of("user_login", &[record.user.1])
        && one_of("user_id", &[&user_id, record.user.1])
        && one_of("taxon_id", &[&taxon_id])
        && one_of("quality_grade", &[record.grade])
}
