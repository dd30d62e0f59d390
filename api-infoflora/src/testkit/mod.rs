//! Info Flora's server side as values, for `auth-testkit`: small generated data, and the known
//! rules.
//!
//! Where the real service is not known, this chooses the behaviour that tests a client hardest. It
//! silently reduces a `limit` over [`MOST`], returns the totals in V4's body and in a header of V5,
//! and ignores unknown parameters.
//!
//! ```
//! use auth_flows::Client;
//! use auth_testkit::{Dialect, TestServer};
//!
//! let site = api_infoflora::testkit::site();
//! let server = TestServer::builder(Dialect::league_9()).site(site).start()?;
//! let service = api_infoflora::service_without_client()
//!     .user_agent("my-test/1.0")
//!     .at(server.url())
//!     .build()?;
//! let client = Client::new(service, http_ureq::Ureq::default(), keystore::Memory::new());
//! let names = client.anonymous().send(api_infoflora::atlas::Names::of_atlas(2).limit(10))?;
//! assert_eq!(names.data.len(), 10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod atlas;
mod lists;

use auth_core::testkit::{Auth, Route, RouteRequest, Site, json};
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// The number of observations.
pub const OBSERVATIONS: u64 = 250;

/// The maximum page size. The real service's is not known.
pub const MOST: u64 = 100;

/// The default page size. The real service's is not known.
const DEFAULT_LIMIT: u64 = 50;

/// The number of projects, among which the observations are distributed in turn. They are numbered
/// from 1.
pub const PROJECTS: u64 = 5;

pub use atlas::{ATLAS, NAMES, TAXON, UNITS};
pub use lists::{RELEVES, TAXA};

/// Returns Info Flora's routes. Observations, relevés and writes require a login; atlases and
/// taxonomy do not.
#[must_use]
pub fn site() -> Site {
    let site = Site::new()
        .with_route(Route::get("/rest/v4/observations", Auth::Login, v4))
        .with_route(Route::get("/rest/v5/observations", Auth::Login, v5));
    atlas::routes(lists::routes(site))
}

/// Returns the requested page in V4's wrapper.
fn wrapped(request: &RouteRequest<'_>, found: Vec<Value>) -> Response<Vec<u8>> {
    let total = found.len();
    let body = json!({
        "success": true,
        "data": page(request, found),
        "total_count": total,
        "filtered_count": total,
    });
    json(200, &body)
}

/// Returns a framework's HTML page for a missing path.
fn not_found() -> Response<Vec<u8>> {
    let page = "<!DOCTYPE html><html><head><title>Not Found</title></head><body></body></html>";
    let mut response = Response::new(page.into());
    *response.status_mut() = StatusCode::NOT_FOUND;
    let html = HeaderValue::from_static("text/html; charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}

fn v4(request: &RouteRequest<'_>) -> Response<Vec<u8>> {
    let matches = |project: u64| match request.query("projects") {
        None => true,
        Some(list) => list.split(',').any(|item| item == project.to_string()),
    };
    let degrees = request.query("srid").as_deref() == Some("4326");
    let found: Vec<Value> = (0..OBSERVATIONS)
        .filter(|index| matches(index % PROJECTS + 1))
        .map(|index| observation_v4(index, degrees))
        .collect();
    let filtered = found.len();
    let body = json!({
        "success": true,
        "data": page(request, found),
        "total_count": OBSERVATIONS,
        "filtered_count": filtered,
    });
    json(200, &body)
}

fn v5(request: &RouteRequest<'_>) -> Response<Vec<u8>> {
    let found: Vec<Value> = (0..OBSERVATIONS).map(observation_v5).collect();
    let mut response = json(200, &json!({"data": page(request, found)}));
    if request.query("with_total").as_deref() == Some("true") {
        let total = HeaderValue::from(OBSERVATIONS);
        response.headers_mut().insert("x-filtered-total", total);
    }
    response
}

fn page(request: &RouteRequest<'_>, found: Vec<Value>) -> Vec<Value> {
    let number = |name: &str| -> Option<u64> { request.query(name)?.parse().ok() };
    let limit = number("limit").unwrap_or(DEFAULT_LIMIT).min(MOST);
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let offset = size(number("offset").unwrap_or(0));
    found.into_iter().skip(offset).take(size(limit)).collect()
}

fn observation_v4(index: u64, degrees: bool) -> Value {
    let step = f64::from(u32::try_from(index).unwrap_or_default());
    let (x, y) = match degrees {
        true => (7.44 + 0.001 * step, 46.95 + 0.001 * step),
        false => (2_600_000.0 + 76.0 * step, 1_200_000.0 + 111.0 * step),
    };
    let photo = format!("https://obs.infoflora.ch/documents/{index}.jpg");
    json!({
        "obs_id": 9_000_001 + 3 * index,
        "releve_id": if index % 4 == 0 { json!(700 + index) } else { Value::Null },
        "releve_type": 1,
        "habitat_id": null,
        "date": format!("2026-05-{:02}", index % 28 + 1),
        "x": x,
        "y": y,
        "rem": if index % 10 == 0 { json!("am Wegrand") } else { Value::Null },
        "documents": if index % 5 == 0 { json!([{"file_url": photo}]) } else { json!([]) },
        "v_validation_status": 200,
        "taxon_id": 1_000_000 + index % 7,
    })
}

fn observation_v5(index: u64) -> Value {
    let step = f64::from(u32::try_from(index).unwrap_or_default());
    let (longitude, latitude) = (7.44 + 0.001 * step, 46.95 + 0.001 * step);
    json!({
        "id": 9_000_001 + 3 * index,
        "basis_of_record": "HumanObservation",
        "footprint_wkt": format!("POINT({longitude:.3} {latitude:.3})"),
        "decimal_longitude": longitude,
        "decimal_latitude": latitude,
        "geodetic_datum": "WGS84",
        "recorded_by_id": [12],
    })
}
