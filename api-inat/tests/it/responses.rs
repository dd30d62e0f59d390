//! How responses are read: a success, and every shape of a refusal.

use api_inat::{
    Page,
    model::{Observation, User},
    observations::{Get, Search},
    users::Me,
};
use auth_core::{Error, ErrorKind, Operation};
use serde_json::Value;
use std::time::Duration;

use crate::response;

#[test]
fn a_page() {
    let body =
        r#"{"total_results":2,"page":1,"per_page":2,"results":[{"id":1},{"id":"2"}],"new":{}}"#;
    let page: Page<Observation> = Search::new()
        .parse(response(200, &[], body))
        .expect("a page");
    assert_eq!(
        (page.total_results, page.page, page.per_page),
        (Some(2), Some(1), Some(2))
    );
    let ids: Vec<u64> = page.results.iter().map(|o| o.id).collect();
    assert_eq!(ids, [1, 2]);
    let values = Get::new(1)
        .of::<Value>()
        .parse(response(200, &[], body))
        .expect("a page");
    assert_eq!(values.results[1]["id"], "2");
    let bare = Search::new()
        .parse(response(200, &[], r#"{"results":[]}"#))
        .expect("a page");
    assert_eq!((bare.total_results, bare.results.len()), (None, 0));
}

#[test]
fn a_single_record() {
    let body =
        r#"{"total_results":1,"results":[{"id":3,"login":"alice","email":"a@example.org"}]}"#;
    let me: User = Me::new().parse(response(200, &[], body)).expect("a user");
    assert_eq!((me.id, me.login.as_deref()), (3, Some("alice")));
    let value = Me::new()
        .of::<Value>()
        .parse(response(200, &[], body))
        .expect("a user");
    assert_eq!(value["email"], "a@example.org");
    let empty = Me::new().parse(response(200, &[], r#"{"results":[]}"#));
    assert_eq!(empty.expect_err("no record").kind(), ErrorKind::Malformed);
}

fn refused(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
    Search::new()
        .parse(response(status, headers, body))
        .expect_err("no success")
}

#[test]
fn every_shape_of_a_refusal() {
    let check = |what: &str, status: u16, body: &str, words: Option<&str>| {
        let error = refused(status, &[], body);
        assert_eq!(error.kind(), ErrorKind::Refused, "{what}: {error}");
        assert_eq!(
            error.status(),
            http::StatusCode::from_u16(status).ok(),
            "{what}: {error}"
        );
        assert_eq!(error.server_message(), words, "{what}: {error}");
        assert!(error.help().is_some(), "{what}: {error}");
    };
    for (what, status, words) in [
        ("v1", 401, "Unauthorized"),
        ("v1, a bad id", 422, "Error"),
        ("v1, too many ids", 422, "Too many IDs"),
        ("v1, its own fault", 500, "Error"),
        ("v1, no such route or record", 404, "Not Found"),
        ("v1, from Rails, which wrote no JSON", 502, "Error"),
    ] {
        let body = format!(r#"{{"error":"{words}","status":{status}}}"#);
        check(what, status, &body, Some(words));
    }
    for (what, status, words) in [
        (
            "v0, not signed in",
            401,
            "You need to sign in or sign up before continuing.",
        ),
        (
            "v0, forbidden",
            403,
            "You don't have permission to do that.",
        ),
        ("v0, gone", 410, "Observation does not exist."),
    ] {
        let body = format!(r#"{{"error":"{words}"}}"#);
        check(what, status, &body, Some(words));
    }
    check(
        "v1, from Rails",
        422,
        r#"{"error":{"original":{"errors":{"taxon":["can't be blank"],"user":["must exist"]}}},"status":422}"#,
        Some("taxon: can't be blank; user: must exist"),
    );
    check(
        "v2, invalid parameters",
        422,
        r#"{"status":422,"errors":[{"path":"per_page","message":"must be integer"},{"path":"page","message":"must be integer"}]}"#,
        Some("per_page: must be integer; page: must be integer"),
    );
    check(
        "v1, from Rails, a text",
        403,
        r#"{"error":{"original":{"error":"You don't have permission"}},"status":403}"#,
        Some("You don't have permission"),
    );
    check(
        "v0, lists of lists",
        422,
        r#"{"errors":[["Latitude must be a number","Taxon is unknown"],[]]}"#,
        Some("Latitude must be a number; Taxon is unknown"),
    );
    check(
        "v0, a list",
        422,
        r#"{"error":["already exists"]}"#,
        Some("already exists"),
    );
    check(
        "v2",
        401,
        r#"{"status":"401","errors":[{"errorCode":"401","message":"JWT is missing or invalid"}]}"#,
        Some("JWT is missing or invalid"),
    );
    check(
        "v2, from Rails, JSON in a text",
        422,
        r#"{"status":"422","errors":[{"errorCode":"422","message":"{\"error\":{\"original\":{\"error\":\"Sorry\"}}}","from":"externalAPI"}]}"#,
        Some("Sorry"),
    );
    check(
        "a page of a proxy",
        502,
        "<html>\n<head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
        Some("502 Bad Gateway"),
    );
    check("text", 500, "it broke\nbadly", Some("it broke badly"));
    check("nothing", 404, "", None);
    check("a page without a title", 403, "<p>no</p>", None);
    check("a number", 400, "7", None);
    check(
        "v1, from Rails, a list of lists",
        422,
        r#"{"error":{"original":{"errors":[["Latitude must be less than 90","Taxon is unknown"],[]]}},"status":422}"#,
        Some("Latitude must be less than 90; Taxon is unknown"),
    );
    check(
        "v2, validation",
        422,
        r#"{"status":"422","errors":[{"errorCode":"type.openapi.validation","message":"must be integer","path":"/query/per_page"}]}"#,
        Some("must be integer"),
    );
    check(
        "v2, window",
        500,
        r#"{"status":"500","errors":[{"errorCode":"500","message":"Result window is too large, page x size must be less than or equal to [10000]."}]}"#,
        Some("Result window is too large, page x size must be less than or equal to [10000]."),
    );
    check(
        "in front, too many",
        429,
        "<html><head><title>429 Too Many Requests</title></head><body></body></html>",
        Some("429 Too Many Requests"),
    );
    check(
        "maintenance",
        503,
        "<html><head><title>Down for maintenance</title></head></html>",
        Some("Down for maintenance"),
    );
}

#[test]
fn an_access_token_that_is_refused_in_a_challenge() {
    let challenge = r#"Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token was revoked""#;
    let error = refused(401, &[("www-authenticate", challenge)], "");
    assert_eq!(
        (error.status(), error.server_message()),
        (Some(http::StatusCode::UNAUTHORIZED), None),
        "{error}"
    );
    assert!(
        error.to_string().contains("The access token was revoked"),
        "{error}"
    );
}

#[test]
fn what_to_do_depends_on_the_status() {
    let check = |status: u16, body: &str, help: &str, retry: bool| {
        let error = refused(status, &[], body);
        assert!(error.to_string().contains(help), "{error}");
        assert_eq!(error.is_retryable(), retry, "{error}");
        assert!(!error.needs_login(), "the session decides: {error}");
    };
    check(401, "", "import a new API token", false);
    check(
        403,
        r#"{"error":"Result window is too large, page x size must be less than or equal to [10000].","status":403}"#,
        "order by id",
        false,
    );
    check(
        500,
        r#"{"status":"500","errors":[{"message":"Result window is too large"}]}"#,
        "order by id",
        true,
    );
    check(403, "<html></html>", "slow down", false);
    check(403, "", "the account that is logged in", false);
    check(404, "", "check the id", false);
    check(410, "", "was deleted", false);
    check(422, "", "correct the values", false);
    let (id, none) = (
        r#"{"error":"Error","status":422}"#,
        r#"{"error":"Too many IDs"}"#,
    );
    check(422, id, "check the id", false);
    check(422, none, "correct the values", false);
    check(429, "", "once a second", true);
    check(500, "", "try again later", true);
    check(503, "", "maintenance", true);
    check(302, "", "redirect", false);
    check(418, "", "check the request", false);
}

#[test]
fn a_wait_that_the_server_asks_for() {
    let check = |headers: &[(&str, &str)], expect: Option<u64>| {
        let error = refused(503, headers, "");
        assert_eq!(error.retry_after(), expect.map(Duration::from_secs));
    };
    check(&[], None);
    check(&[("retry-after", "120")], Some(120));
    check(&[("retry-after", "soon")], None);
    let html = [("content-type", "text/html")];
    let error = refused(429, &html, "<html><title>Slow down</title></html>");
    assert_eq!(error.retry_after(), None);
    assert!(error.is_retryable());
}

#[test]
fn a_success_that_is_none() {
    let check = |headers: &[(&str, &str)], body: &str, kind, words: &str| {
        let error = refused(200, headers, body);
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.status(), Some(http::StatusCode::OK));
        assert!(error.to_string().contains(words), "{error}");
    };
    check(
        &[("content-type", "text/html")],
        "<title>Log in to the hotel's network</title>",
        ErrorKind::Malformed,
        "captive portal",
    );
    check(&[], "", ErrorKind::Malformed, "ends after 0 bytes");
    check(
        &[],
        r#"{"results":[{"id":1},{"i"#,
        ErrorKind::Malformed,
        "ends after 24 bytes",
    );
    check(
        &[],
        r#"{"results":[{"login":"x"}]}"#,
        ErrorKind::Malformed,
        "no id that is a whole number",
    );
    check(
        &[],
        "[]",
        ErrorKind::Malformed,
        "cannot decode the response",
    );
    check(
        &[],
        r#"{"error":"Unauthorized","status":401}"#,
        ErrorKind::Refused,
        "Unauthorized",
    );
}

#[test]
fn any_body_is_survived() {
    // Every prefix of every shape, and some noise, under every status that matters.
    let shapes: [&[u8]; 5] = [
        br#"{"errors":[[["a"]],{"message":"{\"error\":[1,null]}"}],"status":"x"}"#,
        b"<html><title>x</title>",
        b"<title",
        b"\xff\xfe\x00\x01",
        br#"[[[[[[[[[[[["deep"]]]]]]]]]]]]"#,
    ];
    for status in [200, 204, 302, 400, 401, 403, 422, 429, 500] {
        for shape in shapes {
            for end in 0..=shape.len() {
                let outcome = Search::new().parse(response(status, &[], &shape[..end]));
                let error = outcome.expect_err("no page");
                assert!(!error.to_string().is_empty());
            }
        }
    }
}
