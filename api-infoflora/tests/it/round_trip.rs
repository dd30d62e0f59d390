//! Records are written as they came: nothing of a response is lost.

use api_infoflora::{
    Envelope, Scope, Version,
    atlas::{FeatureCollection, Name, Unit},
    observations::{Document, Observation},
    releves::Releve,
    taxonomy::Taxon,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Reads a value, writes it, and checks that it is the same again.
fn check<T>(value: Value)
where
    T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug,
{
    let read: T = serde_json::from_str(&value.to_string()).expect("a record");
    let text = serde_json::to_string(&read).expect("it can be written");
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), value);
    assert_eq!(serde_json::from_str::<T>(&text).expect("a record"), read);
}

#[test]
fn every_field_of_every_record() {
    check::<Observation>(json!({
        "obs_id": 1, "releve_id": 2, "releve_type": 3, "habitat_id": 4, "date": "2026-06-01",
        "x": 2_600_000.5, "y": 1_200_000.25, "rem": "on limestone",
        "documents": [{"file_url": "https://example.org/1.jpg", "author": {"id": 3}}],
        "v_validation_status": -1, "basis_of_record": "HUMAN_OBSERVATION", "footprint_wkt": "POINT(7 46)",
        "decimal_latitude": 46.5, "decimal_longitude": 7.5, "geodetic_datum": "WGS84", "recorded_by_id": [1, 2],
        "another": {"deep": [1, null, "x"]},
    }));
    check::<Document>(json!({"file_url": "https://example.org/1.jpg"}));
    check::<Releve>(
        json!({"id": 1, "name": "a", "surface": 25.5, "last_modified_when": "2026", "x": 1}),
    );
    check::<Taxon>(json!({"id": 1, "name": "Leontopodium"}));
    check::<Name>(json!({"taxon_id": 1, "name": "Leontopodium"}));
    check::<Unit>(json!({"gis_id": "a1", "year_min": 1899, "legend": "observed", "more": true}));
    check::<FeatureCollection>(json!({"type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": {"year_min": 1899},
        "geometry": {"type": "Point", "coordinates": [7.25, 46.5]},
    }]}));
    // A known field with another type than expected stays as it came.
    check::<Observation>(json!({"obs_id": "none", "x": "far"}));
    check::<Observation>(json!({}));
}

#[test]
fn settings() {
    check::<Version>(json!("v4"));
    check::<Version>(json!("v6"));
    check::<Scope>(json!("observation:read"));
    check::<Scope>(json!("user:read"));
    assert!(serde_json::from_value::<Version>(json!("latest")).is_err());
    assert!(serde_json::from_value::<Scope>(json!("a b")).is_err());
    let parsed: Scope = "user:read".parse().expect("a scope");
    assert_eq!(parsed.as_str(), "user:read");
}

#[test]
fn envelopes() {
    check::<Envelope<Vec<Observation>>>(json!({
        "data": [{"obs_id": 1}, {"obs_id": 2}], "total_count": 50, "filtered_count": 2,
    }));
    check::<Envelope<Taxon>>(json!({"data": {"id": 1}}));
}
