//! Relevés, the taxonomy, and what only the generic request reaches.

use auth_core::testkit::{Auth, Route, RouteRequest, Site, json};
use http::{Method, Response};
use serde_json::{Value, json};

use super::{PROJECTS, wrapped};

/// How many relevés there are, spread over the projects in turn. They are numbered from 700, as the observations say.
pub const RELEVES: u64 = 120;

/// How many taxa the public taxonomy has.
pub const TAXA: u64 = 80;

pub(super) fn routes(site: Site) -> Site {
    // POST is deprecated there in favour of PUT; what is in the body is not known, so it is not looked at.
    let written = |_: &RouteRequest<'_>| json(200, &json!({"success": true, "data": {}}));
    let mut site = site
        .with_route(Route::get("/rest/v4/releves", Auth::Login, releves))
        .with_route(Route::get(
            "/rest/public/v4/taxonomy/taxa",
            Auth::Open,
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
        site = site.with_route(Route::get(path, Auth::Login, |visit| {
            wrapped(visit, (1..=26).map(|id| json!({"id": id})).collect())
        }));
    }
    site
}

fn releves(visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    let wanted = |project: u64| match visit.query("projects") {
        None => true,
        Some(list) => list.split(',').any(|item| item == project.to_string()),
    };
    let after = visit.query("after").unwrap_or_default();
    let changed = |place: u64| format!("2026-{:02}-01 08:00:00", place % 12 + 1);
    let found = (0..RELEVES)
        .filter(|place| wanted(place % PROJECTS + 1) && changed(*place) >= after)
        .map(|place| {
            json!({
                "id": 700 + place,
                "name": if place % 3 == 0 { Value::Null } else { json!(format!("Wiese {place}")) },
                "surface": 100,
                "last_modified_when": changed(place),
            })
        });
    wrapped(visit, found.collect())
}

fn taxa(visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    let found = (0..TAXA).map(|place| json!({"id": 1_000_000 + place}));
    wrapped(visit, found.collect())
}
