//! How responses are read: both wrappers, records without a schema, and all forms of errors.

use api_infoflora::{
    Envelope,
    observations::{List, Observation},
};
use auth_core::{Error, ErrorKind, Operation};
use serde_json::{Value, json};

use crate::response;

fn page(headers: &[(&str, &str)], body: &Value) -> Envelope<Vec<Observation>> {
    List::new()
        .parse(response(200, headers, body.to_string()))
        .expect("a page")
}

#[test]
fn totals_from_body_or_header() {
    let check =
        |headers: &[(&str, &str)], body: Value, expect: (Option<u64>, Option<u64>, Option<u64>)| {
            let page = page(headers, &body);
            assert_eq!(
                (page.total_count, page.filtered_count, page.total()),
                expect,
                "{body}"
            );
        };
    check(
        &[],
        json!({"success": true, "data": [], "total_count": 9, "filtered_count": 3}),
        (Some(9), Some(3), Some(3)),
    );
    check(
        &[],
        json!({"data": [], "total_count": "9", "filtered_count": null}),
        (Some(9), None, Some(9)),
    );
    check(
        &[("x-filtered-total", "7")],
        json!({"data": []}),
        (None, Some(7), Some(7)),
    );
    check(
        &[("x-filtered-total", "7")],
        json!({"data": [], "filtered_count": 3}),
        (None, Some(3), Some(3)),
    );
    check(
        &[("x-filtered-total", "many")],
        json!({"data": []}),
        (None, None, None),
    );
    check(
        &[],
        json!({"data": [], "total_count": {}}),
        (None, None, None),
    );
}

#[test]
fn a_record_of_v4() {
    let page = page(
        &[],
        &json!({"success": true, "data": [{
            "obs_id": 5, "releve_id": null, "habitat_id": "12", "x": 2_600_000, "y": "1200000.5", "rem": "am Weg",
            "documents": [{"file_url": "https://example.org/1.jpg", "kind": 3}], "v_validation_status": -1,
            "colour": "blue", "taxon": {"id": 7},
        }]}),
    );
    let observation = &page.data[0];
    assert_eq!(observation.obs_id, Some(5));
    assert_eq!(observation.releve_id, None);
    assert_eq!(observation.habitat_id, Some(12));
    assert_eq!(
        (observation.x, observation.y),
        (Some(2_600_000.0), Some(1_200_000.5))
    );
    assert_eq!(observation.v_validation_status, Some(-1));
    let documents = observation.documents.as_ref().expect("documents");
    assert_eq!(
        documents[0].file_url.as_deref(),
        Some("https://example.org/1.jpg")
    );
    assert_eq!(documents[0].extra["kind"], 3);
    let extra: Vec<&String> = observation.extra.keys().collect();
    assert_eq!(extra, ["colour", "taxon"]);
}

#[test]
fn nothing_is_required_and_nothing_is_lost() {
    let odd = json!({
        "obs_id": "abc", "releve_id": -1, "date": 20_260_501, "documents": [{"file_url": "x"}, 5], "x": [1], "rem": {},
        "recorded_by_id": ["1", "x"],
    });
    let page = page(&[], &json!({"data": [{}, odd.clone()]}));
    assert_eq!(page.data[0], Observation::default());
    let read = &page.data[1];
    let mut without = read.clone();
    without.extra.clear();
    assert_eq!(without, Observation::default());
    assert_eq!(Value::Object(read.extra.clone()), odd);
}

#[test]
fn a_record_of_v5() {
    let page = page(
        &[],
        &json!({"data": [{
            "basis_of_record": "HumanObservation", "footprint_wkt": "POINT(7.44 46.95)", "decimal_latitude": 46.95,
            "decimal_longitude": 7.44, "geodetic_datum": "WGS84", "recorded_by_id": [1, "2"],
        }]}),
    );
    let observation = &page.data[0];
    assert_eq!(observation.decimal_latitude, Some(46.95));
    assert_eq!(observation.recorded_by_id, Some(vec![1, 2]));
    assert!(observation.extra.is_empty());
}

#[test]
fn another_type() {
    #[derive(serde::Deserialize)]
    struct Id {
        obs_id: u64,
    }
    let body = r#"{"success":true,"data":[{"obs_id":5,"x":1}]}"#;
    let page = List::new()
        .of::<Id>()
        .parse(response(200, &[], body))
        .expect("a page");
    assert_eq!(page.data[0].obs_id, 5);
}

fn refused(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
    List::new()
        .parse(response(status, headers, body))
        .expect_err("no page")
}

#[test]
fn refusals_in_any_shape() {
    let check =
        |status: u16, headers: &[(&str, &str)], body: &str, words: Option<&str>, help: &str| {
            let error = refused(status, headers, body);
            assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
            assert_eq!(
                error.status(),
                http::StatusCode::from_u16(status).ok(),
                "{error}"
            );
            assert_eq!(error.server_message(), words, "{error}");
            assert!(error.help().expect("a help").contains(help), "{error}");
        };
    // Symfony's plain `Response` is HTML by its type.
    let text = [("content-type", "text/html; charset=UTF-8")];
    let html = [("content-type", "text/html")];
    check(
        401,
        &text,
        "The resource server rejected the request.",
        Some("The resource server rejected the request."),
        "a client id and secret take their place",
    );
    check(401, &[], "", None, "log in again");
    check(
        401,
        &[],
        r#"{"error":"access_denied","error_description":"The resource owner denied the request.","hint":"Missing header"}"#,
        Some("access_denied; The resource owner denied the request.; Missing header"),
        "log in again",
    );
    check(
        403,
        &text,
        "Insufficient scopes.",
        Some("Insufficient scopes."),
        "scopes",
    );
    check(403, &html, "<h1>No</h1>", None, "scopes");
    check(
        404,
        &html,
        "<!DOCTYPE html><html><head><title>Not Found</title></head></html>",
        Some("Not Found"),
        "version",
    );
    check(405, &[], "", None, "version");
    check(429, &[], "", None, "less often");
    check(
        500,
        &html,
        "<title>An Error Occurred</title>",
        Some("An Error Occurred"),
        "try again later",
    );
    check(503, &[], "", None, "try again later");
    check(302, &[("location", "/login")], "", None, "api_url");
    check(
        400,
        &[],
        r#"{"success":false,"message":"bad srid"}"#,
        Some("bad srid"),
        "parameters",
    );
    check(
        200,
        &[],
        r#"{"success":false,"message":"no such project"}"#,
        Some("no such project"),
        "parameters",
    );
    check(
        200,
        &[],
        r#"{"success":false,"data":"no such project"}"#,
        Some("no such project"),
        "parameters",
    );
    check(
        200,
        &[],
        r#"{"success":false,"data":[]}"#,
        None,
        "parameters",
    );
}

#[test]
fn a_success_that_is_none() {
    let check = |body: &str, words: &str| {
        let error = refused(200, &[], body);
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    check("", "ends after 0 bytes");
    check(r#"{"success":true,"data":[{"#, "ends after 25 bytes");
    check("<title>Wi-Fi</title>", "web page");
    check(r#"{"success":true}"#, "no field `data`");
    check(r#"{"data":null}"#, "no field `data`");
    check(r#"{"data":{"id":1}}"#, "cannot decode the response");
    check("[]", "no field `data`");
    check(r#"[{"id":1}]"#, "no field `data`");
    check("7", "cannot decode the response");
}

#[test]
fn waits_and_retries() {
    let error = refused(503, &[("retry-after", "30")], "");
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(30));
    assert!(error.is_retryable());
    assert!(!refused(403, &[], "").is_retryable());
}

#[test]
fn any_body_is_survived() {
    let shapes: [&[u8]; 4] = [
        br#"{"success":false,"errors":[[["a"]],{"message":"b"}],"data":null}"#,
        b"<html><title>x</title>",
        b"\xff\xfe\x00\x01",
        br#"[[[[[[[[[[[["deep"]]]]]]]]]]]]"#,
    ];
    for status in [200, 204, 302, 400, 401, 403, 500] {
        for shape in shapes {
            for end in 0..=shape.len() {
                let result = List::new().parse(response(status, &[], &shape[..end]));
                assert!(!result.expect_err("no page").to_string().is_empty());
            }
        }
    }
}
