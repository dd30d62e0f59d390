//! Small values and the generic request: scopes, versions, wrappers, GeoJSON, paths.

use api_infoflora::{
    API, Envelope, Rest, Scope, Version,
    atlas::{FeatureCollection, Names, Units, UnitsGeoJson},
    observations::{List, Observation},
    releves, taxonomy,
};
use auth_core::{Access, ErrorKind, Operation, RetrySafety};
use serde_json::{Value, json};

use crate::{base, response, sent};

#[test]
fn scopes() {
    let check = |text: &'static str, is_one: bool| {
        let scope = Scope::new(text);
        assert_eq!(scope.is_ok(), is_one, "{text}");
        if let Err(error) = scope {
            assert_eq!(error.setting(), Some("scope"));
        }
    };
    check("observation:read", true);
    check("observation:write:flags", true);
    check("user:read-all", true);
    check("", false);
    check("observation:read document:read", false);
    check("observation:read,document:read", false);
    check("observation:\"read\"", false);
    check("obs\nervation", false);
    let joined = Scope::join([Scope::OBSERVATION_READ_ALL, Scope::FLORID_READ]);
    assert_eq!(joined, "observation:read-all florid:read");
    assert_eq!(Scope::join([]), "");
}

#[test]
fn versions() {
    let check = |text: &str, expect: Option<Version>| {
        assert_eq!(text.parse().ok(), expect, "{text}");
    };
    check("v4", Some(Version::V4));
    check(" V5 ", Some(Version::V5));
    check("4", Some(Version::V4));
    check("v12", Some(Version::Other(12)));
    check("4.1", None);
    check("v", None);
    check("", None);
    check("latest", None);
    check("v70000", None);
}

#[test]
fn which_need_a_token() {
    let check = |operation: &dyn Operation<Output = Envelope<Vec<Value>>>, access: Access| {
        let policy = operation.policy();
        assert_eq!((policy.api(), policy.access()), (API, access));
        assert_eq!(policy.retry(), RetrySafety::Safe);
    };
    check(&List::new().of::<Value>(), Access::Required);
    check(&releves::List::new().of::<Value>(), Access::Required);
    check(&taxonomy::Taxa::new().of::<Value>(), Access::Optional);
    check(&Names::of_atlas(1).of::<Value>(), Access::Optional);
    check(&Units::of_taxon(1, 2).of::<Value>(), Access::Optional);
    check(&Rest::get("/v4/x").list(), Access::Required);
    check(
        &Rest::get("/v4/x").token_optional().list(),
        Access::Optional,
    );
}

#[test]
fn the_generic_request() {
    let check = |rest: Rest, expect: (&str, &str, RetrySafety, &[u8])| {
        let request = rest.request(&base()).expect("a request");
        let uri = request.uri().to_string();
        let path = uri
            .strip_prefix("https://obs.example.org")
            .expect("the base");
        let body = request.body().bytes().expect("in memory");
        let got = (request.method().as_str(), path, rest.policy().retry(), body);
        assert_eq!(got, expect);
        let kind = request.headers().get("content-type");
        assert_eq!(kind.is_some(), !body.is_empty());
        assert_eq!(request.headers()["accept"], "application/json");
    };
    let written = || {
        Rest::put("/v4/observations/7/neophytes")
            .json(&json!({"a": 1}))
            .expect("JSON")
    };
    let path = "/rest/v4/observations/7/neophytes";
    check(
        Rest::get("/v4/a").param("x", "1,2"),
        ("GET", "/rest/v4/a?x=1,2", RetrySafety::Safe, b""),
    );
    check(
        Rest::get("/rest/public/v4/a"),
        ("GET", "/rest/public/v4/a", RetrySafety::Safe, b""),
    );
    check(
        Rest::get("/restful"),
        ("GET", "/rest/restful", RetrySafety::Safe, b""),
    );
    check(
        Rest::post("/v4/a"),
        ("POST", "/rest/v4/a", RetrySafety::IfNotSent, b""),
    );
    check(
        Rest::delete("/v4/a/7"),
        ("DELETE", "/rest/v4/a/7", RetrySafety::IfNotSent, b""),
    );
    check(
        written(),
        ("PUT", path, RetrySafety::IfNotSent, br#"{"a":1}"#),
    );
    let twice = written().repeat(RetrySafety::Idempotent);
    check(twice, ("PUT", path, RetrySafety::Idempotent, br#"{"a":1}"#));
    assert!(
        !format!("{:?}", written()).contains(r#""a""#),
        "a body does not show"
    );
    let list = Rest::get("/rest/v4/a").param("limit", 5).list();
    assert_eq!(sent(&list), "/rest/v4/a?limit=5");
}

#[test]
fn responses_to_the_generic_request() {
    let read = |status, body: &str| Rest::get("/v4/a").parse(response(status, &[], body));
    assert_eq!(read(200, r#"{"a":1}"#).expect("JSON"), json!({"a": 1}));
    assert_eq!(read(204, "").expect("nothing"), Value::Null);
    let check = |status, body: &str, kind: ErrorKind, words: &str| {
        let error = read(status, body).expect_err(words);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    check(
        200,
        r#"{"success":false,"data":7}"#,
        ErrorKind::Refused,
        "success: false",
    );
    check(
        200,
        "<title>Wi-Fi</title>",
        ErrorKind::Malformed,
        "web page",
    );
    check(
        422,
        r#"{"message":"no such field"}"#,
        ErrorKind::Refused,
        "no such field",
    );
    let envelope = Rest::get("/v4/a").of::<Envelope<Observation>>();
    let one = envelope.parse(response(
        200,
        &[],
        r#"{"success":true,"data":{"obs_id":5}}"#,
    ));
    assert_eq!(one.expect("wrapped").data.obs_id, Some(5));
    for body in [r#"{"success":true}"#, "{}", r#"{"obs_id":5}"#] {
        let error = envelope
            .parse(response(200, &[], body))
            .expect_err("no data");
        assert!(error.to_string().contains("data"), "{error}");
    }
    // An empty body contains no record.
    let error = envelope.parse(response(200, &[], "")).expect_err("nothing");
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[test]
fn maps() {
    let read =
        |body: Value| UnitsGeoJson::of_taxon(1, 2).parse(response(200, &[], body.to_string()));
    let odd = json!({"type": "FeatureCollection", "crs": 1, "features": [
        {"type": "Feature", "id": 3, "geometry": null, "properties": null},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[7.0, 46.0]]]}, "properties": {"gis_id": "x", "year_min": "1900"}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [7.5, 46.5, 540]}, "properties": {"gis_id": 5, "legend": {"a": 1}}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [7.5]}},
    ]});
    let map: FeatureCollection = read(odd).expect("a map");
    assert_eq!(
        (&map.extra["type"], &map.extra["crs"]),
        (&json!("FeatureCollection"), &json!(1))
    );
    let features = map.features.expect("features");
    let points: Vec<_> = features.iter().map(|feature| feature.point()).collect();
    assert_eq!(points, [None, None, Some((7.5, 46.5)), None]);
    assert_eq!(features[0].extra["id"], 3);
    let unit = |index: usize| features[index].properties.as_ref().expect("a unit");
    assert_eq!(
        (&unit(1).gis_id, unit(1).year_min),
        (&Some(json!("x")), Some(1900))
    );
    assert_eq!(unit(2).legend, Some(json!({"a": 1})));

    let check = |body: Value, kind: ErrorKind, words: &str| {
        let error = read(body).expect_err(words);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    check(json!({}), ErrorKind::Malformed, "no field `features`");
    check(
        json!({"data": []}),
        ErrorKind::Malformed,
        "no field `features`",
    );
    check(
        json!({"success": false, "message": "no"}),
        ErrorKind::Refused,
        "success: false",
    );
    check(
        json!({"features": 7}),
        ErrorKind::Malformed,
        "cannot decode the response",
    );
    let refused = UnitsGeoJson::of_taxon(1, 2).parse(response(404, &[], ""));
    assert_eq!(
        refused.expect_err("refused").status(),
        Some(http::StatusCode::NOT_FOUND)
    );
}

/// An id of any type stays one segment of the path, or the request fails.
#[test]
fn ids_in_paths() {
    assert_eq!(
        sent(&Units::of_taxon("2/7", "a?b#c{version}")),
        "/rest/v4/communities/0/public/atlases/2%2F7/names/a%3Fb%23c%7Bversion%7D/units"
    );
    for id in ["..", "2/../../..", "%2e%2e"] {
        let request = Units::of_taxon(id, 1).request(&base());
        let leads_out = request.is_ok_and(|request| !request.uri().path().contains("%252e"));
        assert!(!leads_out, "{id}");
    }
}

#[test]
fn filters_that_v5_lacks() {
    let refused = releves::List::new()
        .version(Version::V5)
        .projects(1)
        .request(&base());
    assert_eq!(refused.expect_err("refused").setting(), Some("projects"));
    assert_eq!(
        sent(&Names::of_atlas(1).version(Version::V5).param("taxa", 1)),
        "/rest/v5/communities/0/public/atlases/1/names?taxa=1"
    );
}
