//! One atlas: its names, and their units in both shapes.

use auth_core::testkit::{Auth, Route, RouteRequest, Site, json};
use http::Response;
use serde_json::{Value, json};

use super::{nothing_here, wrapped};

/// The atlas that there is.
pub const ATLAS: u64 = 2;

/// The first taxon of its names.
pub const TAXON: u64 = 1_000_000;

/// How many names it has, numbered on from [`TAXON`].
pub const NAMES: u64 = 130;

/// In how many units each of them occurs.
pub const UNITS: u64 = 12;

pub(super) fn routes(site: Site) -> Site {
    site.with_route(Route::get(
        "/rest/v4/communities/0/public/atlases/{atlas}/names",
        Auth::Open,
        names,
    ))
    .with_route(Route::get(
        "/rest/v4/communities/0/public/atlases/{atlas}/names/{taxon}/units",
        Auth::Open,
        units,
    ))
    .with_route(Route::get(
        "/rest/v5/communities/0/public/atlases/{atlas}/names/{taxon}/units.geojson",
        Auth::Open,
        geojson,
    ))
}

fn names(visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    if !is_here(visit) {
        return nothing_here();
    }
    let found = (0..NAMES).map(|place| json!({"taxon_id": TAXON + place}));
    wrapped(visit, found.collect())
}

fn units(visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    match has_units(visit) {
        true => wrapped(visit, (0..UNITS).map(|place| unit(visit, place)).collect()),
        false => nothing_here(),
    }
}

fn geojson(visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    if !has_units(visit) {
        return nothing_here();
    }
    let feature = |place: u64| {
        let step = 0.05 * f64::from(u32::try_from(place).unwrap_or_default());
        json!({
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [7.0 + step, 46.5 + step]},
            "properties": unit(visit, place),
        })
    };
    let features: Vec<Value> = (0..UNITS).map(feature).collect();
    json(
        200,
        &json!({"type": "FeatureCollection", "features": features}),
    )
}

fn unit(visit: &RouteRequest<'_>, place: u64) -> Value {
    let mut unit = json!({"gis_id": 500_000 + place, "year_min": 1890 + 10 * place});
    if visit.query("with-legend").as_deref() == Some("true") {
        unit["legend"] = json!("observed");
    }
    unit
}

fn is_here(visit: &RouteRequest<'_>) -> bool {
    visit.segment("atlas") == Some(ATLAS.to_string().as_str())
}

fn has_units(visit: &RouteRequest<'_>) -> bool {
    let taxon = visit.segment("taxon").and_then(|text| text.parse().ok());
    is_here(visit) && taxon.is_some_and(|taxon: u64| (TAXON..TAXON + NAMES).contains(&taxon))
}
