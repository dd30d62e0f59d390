//! Relevés, the taxonomy, and the paths that only the generic request uses.

use auth_core::testkit::{Auth, Route, RouteRequest, Site, json};
use http::{Method, Response};
use serde_json::{Value, json};

use super::{PROJECTS, wrapped};

/// The number of relevés, distributed among the projects in turn. They are numbered from 700, as in
/// the observations.
pub const RELEVES: u64 = 120;

/// The number of taxa in the public taxonomy.
pub const TAXA: u64 = 80;

pub(super) fn routes(site: Site) -> Site {
    // POST is deprecated here in favour of PUT. The body's schema is not known, so it is ignored.
    let written = |_: &RouteRequest<'_>| json(200, &json!({"success": true, "data": {}}));
    let mut site = site
        .with_route(Route::get("/rest/v4/releves", Auth::Login, releves))
        .with_route(Route::get(
            "/rest/public/v4/taxonomy/taxa",
            Auth::None,
            taxa,
        ));
    for path in [
        "/rest/v4/observations/{id}/neophytes",
        "/rest/v4/observations/{id}/supplements",
    ] {
        for method in [Method::POST, Method::PUT] {
            site = site.with_route(Route::new(method, path, Auth::Login, written));
        }
    }
    for path in [
        "/rest/v4/cantons",
        "/rest/v4/municipalities",
        "/rest/v5/administrative_units",
    ] {
        site = site.with_route(Route::get(path, Auth::Login, |request| {
            wrapped(request, (1..=26).map(|id| json!({"id": id})).collect())
        }));
    }
    site
}

fn releves(request: &RouteRequest<'_>) -> Response<Vec<u8>> {
    let matches = |project: u64| match request.query("projects") {
        None => true,
        Some(list) => list.split(',').any(|item| item == project.to_string()),
    };
    let after = request.query("after").unwrap_or_default();
    let changed = |index: u64| format!("2026-{:02}-01 08:00:00", index % 12 + 1);
    let found = (0..RELEVES)
        .filter(|index| matches(index % PROJECTS + 1) && changed(*index) >= after)
        .map(|index| {
            json!({
                "id": 700 + index,
                "name": if index % 3 == 0 { Value::Null } else { json!(format!("Wiese {index}")) },
                "surface": 100,
                "last_modified_when": changed(index),
            })
        });
    wrapped(request, found.collect())
}

fn taxa(request: &RouteRequest<'_>) -> Response<Vec<u8>> {
    let found = (0..TAXA).map(|index| json!({"id": 1_000_000 + index}));
    wrapped(request, found.collect())
}
