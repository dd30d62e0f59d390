//! One atlas: its names, and their units in both formats.

use auth_core::testkit::{Auth, Route, RouteRequest, Site, json};
use http::Response;
use serde_json::{Value, json};

use super::{not_found, wrapped};

/// The number of the only atlas.
pub const ATLAS: u64 = 2;

/// The first taxon among its names.
pub const TAXON: u64 = 1_000_000;

/// The number of its names, numbered from [`TAXON`] on.
pub const NAMES: u64 = 130;

/// The number of units of each name.
pub const UNITS: u64 = 12;

pub(super) fn routes(site: Site) -> Site {
    site.with_route(Route::get(
        "/rest/v4/communities/0/public/atlases/{atlas}/names",
        Auth::None,
        names,
    ))
    .with_route(Route::get(
        "/rest/v4/communities/0/public/atlases/{atlas}/names/{taxon}/units",
        Auth::None,
        units,
    ))
    .with_route(Route::get(
        "/rest/v5/communities/0/public/atlases/{atlas}/names/{taxon}/units.geojson",
        Auth::None,
        geojson,
    ))
}

fn names(request: &RouteRequest<'_>) -> Response<Vec<u8>> {
    if !is_known_atlas(request) {
        return not_found();
    }
    let found = (0..NAMES).map(|index| json!({"taxon_id": TAXON + index}));
    wrapped(request, found.collect())
}

fn units(request: &RouteRequest<'_>) -> Response<Vec<u8>> {
    match has_units(request) {
        true => wrapped(
            request,
            (0..UNITS).map(|index| unit(request, index)).collect(),
        ),
        false => not_found(),
    }
}

fn geojson(request: &RouteRequest<'_>) -> Response<Vec<u8>> {
    if !has_units(request) {
        return not_found();
    }
    let feature = |index: u64| {
        let step = 0.05 * f64::from(u32::try_from(index).unwrap_or_default());
        json!({
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [7.0 + step, 46.5 + step]},
            "properties": unit(request, index),
        })
    };
    let features: Vec<Value> = (0..UNITS).map(feature).collect();
    json(
        200,
        &json!({"type": "FeatureCollection", "features": features}),
    )
}

fn unit(request: &RouteRequest<'_>, index: u64) -> Value {
    let mut unit = json!({"gis_id": 500_000 + index, "year_min": 1890 + 10 * index});
    if request.query("with-legend").as_deref() == Some("true") {
        unit["legend"] = json!("observed");
    }
    unit
}

fn is_known_atlas(request: &RouteRequest<'_>) -> bool {
    request.segment("atlas") == Some(ATLAS.to_string().as_str())
}

fn has_units(request: &RouteRequest<'_>) -> bool {
    let taxon = request.segment("taxon").and_then(|text| text.parse().ok());
    is_known_atlas(request)
        && taxon.is_some_and(|taxon: u64| (TAXON..TAXON + NAMES).contains(&taxon))
}
