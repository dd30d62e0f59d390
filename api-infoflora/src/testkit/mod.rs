//! Info Flora's server side as values, for `auth-testkit`: small generated data, and the rules that are known.
//!
//! What is not known of the real service is chosen here so that a client is tried: a `limit` of more than [`MOST`] is cut
//! to it without a word, the totals stand in V4's body and in a header of V5, and unknown parameters are passed over.

mod atlas;
mod lists;

use auth_core::testkit::{Auth, Route, RouteRequest, Site, json};
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// How many observations there are.
pub const OBSERVATIONS: u64 = 250;

/// How many observations a page has at most. The real service's limit is not known.
pub const MOST: u64 = 100;

/// How many it has if the request does not say. The real service's default is not known.
const USUAL: u64 = 50;

/// How many projects the observations are spread over, in turn: their numbers are 1 to this.
pub const PROJECTS: u64 = 5;

pub use atlas::{ATLAS, NAMES, TAXON, UNITS};
pub use lists::{RELEVES, TAXA};

/// Info Flora's routes. The observations, relevés and what is written are for logged-in callers; atlases and taxonomy are open.
#[must_use]
pub fn site() -> Site {
    let site = Site::new()
        .with_route(Route::get("/rest/v4/observations", Auth::Login, v4))
        .with_route(Route::get("/rest/v5/observations", Auth::Login, v5));
    atlas::routes(lists::routes(site))
}

/// V4's wrapping of a list, with the page that was asked for.
fn wrapped(visit: &RouteRequest<'_>, found: Vec<Value>) -> Response<Vec<u8>> {
    let total = found.len();
    let body = json!({
        "success": true,
        "data": page(visit, found),
        "total_count": total,
        "filtered_count": total,
    });
    json(200, &body)
}

/// A framework's page for what is not there.
fn nothing_here() -> Response<Vec<u8>> {
    let page = "<!DOCTYPE html><html><head><title>Not Found</title></head><body></body></html>";
    let mut response = Response::new(page.into());
    *response.status_mut() = StatusCode::NOT_FOUND;
    let html = HeaderValue::from_static("text/html; charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}

fn v4(visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    let wanted = |project: u64| match visit.query("projects") {
        None => true,
        Some(list) => list.split(',').any(|item| item == project.to_string()),
    };
    let degrees = visit.query("srid").as_deref() == Some("4326");
    let found: Vec<Value> = (0..OBSERVATIONS)
        .filter(|place| wanted(place % PROJECTS + 1))
        .map(|place| observation_v4(place, degrees))
        .collect();
    let filtered = found.len();
    let body = json!({
        "success": true,
        "data": page(visit, found),
        "total_count": OBSERVATIONS,
        "filtered_count": filtered,
    });
    json(200, &body)
}

fn v5(visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    let found: Vec<Value> = (0..OBSERVATIONS).map(observation_v5).collect();
    let mut response = json(200, &json!({"data": page(visit, found)}));
    if visit.query("with_total").as_deref() == Some("true") {
        let total = HeaderValue::from(OBSERVATIONS);
        response.headers_mut().insert("x-filtered-total", total);
    }
    response
}

fn page(visit: &RouteRequest<'_>, found: Vec<Value>) -> Vec<Value> {
    let number = |name: &str| -> Option<u64> { visit.query(name)?.parse().ok() };
    let limit = number("limit").unwrap_or(USUAL).min(MOST);
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let offset = size(number("offset").unwrap_or(0));
    found.into_iter().skip(offset).take(size(limit)).collect()
}

fn observation_v4(place: u64, degrees: bool) -> Value {
    let step = f64::from(u32::try_from(place).unwrap_or_default());
    let (x, y) = match degrees {
        true => (7.44 + 0.001 * step, 46.95 + 0.001 * step),
        false => (2_600_000.0 + 76.0 * step, 1_200_000.0 + 111.0 * step),
    };
    let photo = format!("https://obs.infoflora.ch/documents/{place}.jpg");
    json!({
        "obs_id": 9_000_001 + 3 * place,
        "releve_id": if place.is_multiple_of(4) { json!(700 + place) } else { Value::Null },
        "releve_type": 1,
        "habitat_id": null,
        "date": format!("2026-05-{:02}", place % 28 + 1),
        "x": x,
        "y": y,
        "rem": if place.is_multiple_of(10) { json!("am Wegrand") } else { Value::Null },
        "documents": if place.is_multiple_of(5) { json!([{"file_url": photo}]) } else { json!([]) },
        "v_validation_status": 200,
        "taxon_id": 1_000_000 + place % 7,
    })
}

fn observation_v5(place: u64) -> Value {
    let step = f64::from(u32::try_from(place).unwrap_or_default());
    let (longitude, latitude) = (7.44 + 0.001 * step, 46.95 + 0.001 * step);
    json!({
        "id": 9_000_001 + 3 * place,
        "basis_of_record": "HumanObservation",
        "footprint_wkt": format!("POINT({longitude:.3} {latitude:.3})"),
        "decimal_longitude": longitude,
        "decimal_latitude": latitude,
        "geodetic_datum": "WGS84",
        "recorded_by_id": [12],
    })
}
