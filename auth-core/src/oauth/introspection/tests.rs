//! RFC 7662's own examples, responses of real servers, and unusable ones.

use super::*;
use crate::{
    leniency::Leniency,
    oauth::server::AuthorizationServer,
    wire::{body::Body, response_body::ResponseBody, url::Endpoint},
};

fn client(leniency: Leniency) -> OAuthClient {
    let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
    let server = AuthorizationServer::new(endpoint("https://server.example.com/token"))
        .introspection_endpoint(endpoint("https://server.example.com/introspect"))
        .leniency(leniency);
    OAuthClient::new(server, "s6BhdRkqt3")
        .and_then(|client| client.with_secret("gX1fBat3bV"))
        .expect("a client")
}

fn response(status: u16, body: &str) -> Response {
    http::Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(ResponseBody::secret(body.as_bytes().to_vec()))
        .expect("a response")
}

fn introspected(
    leniency: Leniency,
    status: u16,
    body: &str,
) -> Result<IntrospectionResponse, Error> {
    let client = client(leniency);
    IntrospectionRequest::access_token(&client, "marked-token").parse(response(status, body))
}

/// RFC 7662 section 2.1.
#[test]
fn the_request() {
    let client = client(Leniency::strict());
    let check = |message: IntrospectionRequest<'_>, form: &str| {
        let request = message.request().expect("a request");
        assert_eq!(request.uri(), "https://server.example.com/introspect");
        assert_eq!(
            request.headers()["authorization"],
            "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"
        );
        let Body::Bytes(body) = request.body() else {
            panic!("a form")
        };
        assert_eq!(String::from_utf8_lossy(body), form);
    };
    check(
        IntrospectionRequest::access_token(&client, "mF_9.B5f-4.1JqM"),
        "token=mF_9.B5f-4.1JqM&token_type_hint=access_token",
    );
    check(
        IntrospectionRequest::refresh_token(&client, "2YotnFZFEjr1zCsicMWpAA"),
        "token=2YotnFZFEjr1zCsicMWpAA&token_type_hint=refresh_token",
    );
}

/// RFC 7662 section 2.2.
#[test]
fn the_responses_of_the_rfc() {
    let body = r#"{
        "active": true,
        "client_id": "l238j323ds-23ij4",
        "username": "jdoe",
        "scope": "read write dolphin",
        "sub": "Z5O3upPC88QrAjx00dis",
        "aud": "https://protected.example.net/resource",
        "iss": "https://server.example.com/",
        "exp": 1419356238,
        "iat": 1419350238,
        "extension_field": "twenty-seven"
    }"#;
    let introspection = introspected(Leniency::strict(), 200, body).expect(body);
    assert!(introspection.is_active() && introspection.quirks().is_empty());
    assert_eq!(introspection.client_id(), Some("l238j323ds-23ij4"));
    assert_eq!(introspection.username(), Some("jdoe"));
    assert_eq!(introspection.scope(), Some("read write dolphin"));
    assert_eq!(introspection.subject(), Some("Z5O3upPC88QrAjx00dis"));
    assert_eq!(
        introspection.audience(),
        ["https://protected.example.net/resource"]
    );
    assert_eq!(
        introspection.expires_at(),
        Some(UnixTime::from_secs(1_419_356_238))
    );
    assert_eq!(
        introspection.issued_at(),
        Some(UnixTime::from_secs(1_419_350_238))
    );
    assert_eq!(
        (introspection.not_before(), introspection.token_type()),
        (None, None)
    );
    assert_eq!(
        introspection.field::<String>("extension_field").as_deref(),
        Some("twenty-seven")
    );
    assert_eq!(introspection.field::<u64>("extension_field"), None);
    assert!(!format!("{introspection:?}").contains("jdoe"));

    let introspection =
        introspected(Leniency::strict(), 200, r#"{"active":false}"#).expect("a response");
    assert!(!introspection.is_active());
}

#[test]
fn of_an_inactive_token_nothing_is_believed() {
    let body = r#"{"active":false,"scope":"write","sub":"me","aud":"x","exp":"soon","x":1}"#;
    let introspection = introspected(Leniency::strict(), 200, body).expect(body);
    assert_eq!(
        (
            introspection.scope(),
            introspection.subject(),
            introspection.expires_at()
        ),
        (None, None, None)
    );
    assert!(introspection.audience().is_empty());
    assert_eq!(introspection.field::<u64>("x"), None);
}

#[test]
fn responses_of_real_servers() {
    let check = |body: &str, expires: Option<u64>, quirks: &[Quirk]| {
        let introspection = introspected(Leniency::field_tested(), 200, body).expect(body);
        assert_eq!(
            introspection.expires_at().map(UnixTime::as_secs),
            expires,
            "{body}"
        );
        assert_eq!(
            introspection.quirks().iter().collect::<Vec<_>>(),
            quirks,
            "{body}"
        );
        let strict = introspected(Leniency::strict(), 200, body);
        let refused = strict.is_err_and(|error| error.check() == Some(Check::Leniency));
        assert_eq!(refused, !quirks.is_empty(), "{body}");
    };
    // Doorkeeper 5.5 on a token that does not expire.
    check(
        r#"{"active":true,"scope":"read","client_id":"conf","token_type":"Bearer","exp":0,"iat":1700000000}"#,
        None,
        &[Quirk::NeverAsZero],
    );
    check(
        r#"{"active":true,"exp":1700000000}"#,
        Some(1_700_000_000),
        &[],
    );
    check(r#"{"active":true,"exp":null}"#, None, &[]);
    check(
        r#"{"active":true,"exp":"1700000000"}"#,
        Some(1_700_000_000),
        &[Quirk::LifetimeAsText],
    );
    check(
        r#"{"active":true,"exp":1700000000.25}"#,
        Some(1_700_000_000),
        &[Quirk::LifetimeAsFloat],
    );
}

#[test]
fn responses_that_are_refused() {
    use crate::error::ErrorKind::{self, Configuration, Malformed, Refused};
    let check = |status, body: &str, kind: ErrorKind, words: &str| {
        let error = introspected(Leniency::field_tested(), status, body).expect_err(body);
        assert_eq!(error.kind(), kind, "{body}: {error}");
        assert!(error.to_string().contains(words), "{body}: {error}");
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("marked") && !shown.contains("gX1fBat3bV"),
            "{shown}"
        );
    };
    check(200, "{}", Malformed, "whether the token is active");
    check(200, r#"{"active":"true"}"#, Malformed, "active");
    check(200, r#"{"active":1}"#, Malformed, "active");
    check(
        200,
        r#"{"active":true,"active":false}"#,
        Malformed,
        "duplicate key",
    );
    check(
        200,
        r#"{"active":true,"exp":"soon"}"#,
        Malformed,
        "no number",
    );
    check(200, r#"{"active":true,"exp":-5}"#, Malformed, "no number");
    check(200, "true", Malformed, "not JSON");
    check(200, "<html>marked-token</html>", Malformed, "not JSON");
    check(
        401,
        r#"{"error":"invalid_client"}"#,
        Configuration,
        "s6BhdRkqt3",
    );
    check(
        403,
        r#"{"error":"unauthorized_client","error_description":"marked-token"}"#,
        Configuration,
        "may not use the introspection endpoint",
    );
    check(401, "", Refused, "401");
    check(307, "", Configuration, "redirect");
    check(503, "", Refused, "503");
}
