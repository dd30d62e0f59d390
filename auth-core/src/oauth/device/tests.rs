//! RFC 8628's own examples, odd and broken responses, and what each response means for the next
//! poll.

use super::*;
use crate::{
    error::ErrorKind,
    leniency::Leniency,
    oauth::{server::AuthorizationServer, token_request::TokenRequest},
    ports::transport_error::TransportError,
    wire::{body::Body, response_body::ResponseBody, url::Endpoint},
};

const GOOD: &str = r#"{
    "device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS",
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://example.com/device",
    "verification_uri_complete": "https://example.com/device?user_code=WDJB-MJHT",
    "expires_in": 1800,
    "interval": 5
}"#;

fn client(leniency: Leniency) -> OAuthClient {
    let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
    let server = AuthorizationServer::new(endpoint("https://server.example.com/token"))
        .device_authorization_endpoint(endpoint("https://server.example.com/device_authorization"))
        .leniency(leniency);
    OAuthClient::new(server, "1406020730").expect("an id")
}

fn response(status: u16, body: &str) -> Response {
    http::Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(ResponseBody::secret(body.as_bytes().to_vec()))
        .expect("a response")
}

fn device(body: &str) -> Result<DeviceAuthorizationResponse, Error> {
    let client = client(Leniency::field_tested());
    DeviceAuthorizationRequest::new(&client).parse(response(200, body))
}

fn form(request: &Request) -> String {
    let Body::Bytes(body) = request.body() else {
        panic!("a form")
    };
    String::from_utf8(body.to_vec()).expect("ASCII")
}

/// RFC 8628 sections 3.1, 3.2 and 3.4.
#[test]
fn a_user_code_is_what_a_terminal_shows() {
    let body = GOOD.replacen("WDJB-MJHT", "WDJB\u{202e}-\u{200b}MJHT", 1);
    let object = Object::read(&Response::new(ResponseBody::secret(body.into_bytes())));
    let device = super::read(&object.expect("an object")).expect("a device response");
    assert_eq!(device.user_code(), "WDJB-MJHT");
}

#[test]
fn the_examples_of_the_rfc() {
    let client = client(Leniency::strict());
    let message = DeviceAuthorizationRequest::new(&client).scope("example_scope");
    let request = message.request().expect("a request");
    assert_eq!(
        request.uri(),
        "https://server.example.com/device_authorization"
    );
    assert_eq!(form(&request), "scope=example_scope&client_id=1406020730");

    let device = message.parse(response(200, GOOD)).expect(GOOD);
    assert_eq!(device.user_code(), "WDJB-MJHT");
    assert_eq!(device.verification_uri(), "https://example.com/device");
    assert_eq!(
        device.verification_uri_complete(),
        Some("https://example.com/device?user_code=WDJB-MJHT")
    );
    assert_eq!(device.lifetime(), Duration::from_secs(1800));
    assert_eq!(device.interval(), Duration::from_secs(5));

    let request = TokenRequest::device(&client, &device)
        .request()
        .expect("a request");
    assert_eq!(request.uri(), "https://server.example.com/token");
    assert_eq!(
        form(&request),
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code\
         &device_code=GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS&client_id=1406020730"
    );
    let shown = format!("{device:?}");
    assert!(
        !shown.contains("GmRh") && !shown.contains("WDJB"),
        "{shown}"
    );
}

#[test]
fn odd_responses() {
    let check = |from: &str, to: &str, interval: u64, quirks: &[Quirk]| {
        let body = GOOD.replace(from, to);
        assert!(from.is_empty() || body != GOOD, "{from}");
        let device = device(&body).expect(&body);
        assert_eq!(device.interval(), Duration::from_secs(interval), "{body}");
        assert_eq!(device.quirks().iter().collect::<Vec<_>>(), quirks, "{body}");
    };
    let interval = |to: &str, seconds: u64, quirks: &[Quirk]| {
        check("\"interval\": 5", to, seconds, quirks);
    };
    interval("\"interval\": null", 5, &[]);
    interval("\"other\": 5", 5, &[]);
    interval("\"interval\": 0", 1, &[]);
    interval("\"interval\": 7", 7, &[]);
    interval("\"interval\": \"7\"", 7, &[Quirk::LifetimeAsText]);
    // Reported of Google's response; not verified.
    check(
        "verification_uri\"",
        "verification_url\"",
        5,
        &[Quirk::VerificationUrl],
    );
    check("verification_uri_complete", "other", 5, &[]);
    check(
        "https://example.com/device\"",
        "http://127.0.0.1:9/device\"",
        5,
        &[],
    );
}

#[test]
fn broken_responses() {
    let check = |from: &str, to: &str, words: &str| {
        let body = GOOD.replace(from, to);
        assert_ne!(body, GOOD, "{from}");
        let error = device(&body).expect_err(&body);
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
        assert!(error.to_string().contains(words), "{body}: {error}");
        assert!(!format!("{error:?}").contains("GmRh"), "{error}");
    };
    check("device_code\"", "x\"", "no `device_code`");
    check(
        "\"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS\"",
        "7",
        "no `device_code`",
    );
    check("\"user_code\"", "\"x\"", "no `user_code`");
    check(
        "\"user_code\": \"WDJB-",
        "\"user_code\": \"WDJB\\n",
        "could type",
    );
    check("\"verification_uri\"", "\"x\"", "no `verification_uri`");
    check(
        "https://example.com/device\"",
        "javascript:alert(1)\"",
        "not an https URL",
    );
    check(
        "https://example.com/device\"",
        "http://example.com/\"",
        "not an https",
    );
    check(
        "https://example.com/device?",
        "http://example.com/device?",
        "not an https",
    );
    check("\"expires_in\": 1800,", "", "no `expires_in`");
    check("1800", "-1", "no number of seconds");
    check(
        "\"interval\": 5",
        "\"interval\": []",
        "no number of seconds",
    );
    check(
        "\"interval\": 5",
        "\"interval\": 5, \"device_code\": \"x\"",
        "duplicate key",
    );
    check(GOOD, "<html></html>", "not JSON");
}

#[test]
fn refusals_and_missing_endpoints() {
    let check = |status, body: &str, kind: ErrorKind, words: &str| {
        let client = client(Leniency::field_tested());
        let error = DeviceAuthorizationRequest::new(&client)
            .parse(response(status, body))
            .expect_err(body);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    for (status, code, words) in [
        (401, "invalid_client", "1406020730"),
        (400, "invalid_scope", "scope"),
        (400, "unauthorized_client", "may not use"),
    ] {
        let body = format!(r#"{{"error":"{code}"}}"#);
        check(status, &body, ErrorKind::Configuration, words);
    }
    check(404, "not here", ErrorKind::Refused, "404");
    let token = Endpoint::parse("https://server.example.com/token").expect("an endpoint");
    let bare = OAuthClient::new(AuthorizationServer::new(token), "id").expect("an id");
    let error = DeviceAuthorizationRequest::new(&bare)
        .request()
        .expect_err("no endpoint");
    assert_eq!(error.setting(), Some("device_authorization_endpoint"));
}

/// RFC 8628 section 3.5.
#[test]
fn what_comes_next() {
    let poll = |device: &DeviceAuthorizationResponse, status, body: &str| {
        let client = client(Leniency::field_tested());
        TokenRequest::device(&client, device)
            .parse(response(status, body))
            .expect_err(body)
    };
    let mut device = device(GOOD).expect(GOOD);
    let mut check = |error: Error, kind: ErrorKind, expect: Option<u64>| {
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(
            device.next_poll(&error),
            expect.map(Duration::from_secs),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("GmRh"), "{error}");
    };
    let fixed = self::device(GOOD).expect(GOOD);
    let oauth = |code: &str| {
        poll(
            &fixed,
            400,
            &format!(
                "{{\"error\":\"{code}\",\"error_description\":\"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS\"}}"
            ),
        )
    };
    let lost = || Error::from(TransportError::delivery_unknown("reset"));
    let slow = || Error::from(TransportError::delivery_unknown("slow").timed_out());
    check(oauth("authorization_pending"), ErrorKind::Refused, Some(5));
    check(oauth("slow_down"), ErrorKind::Refused, Some(10));
    check(oauth("authorization_pending"), ErrorKind::Refused, Some(10));
    check(slow(), ErrorKind::TimedOut, Some(20));
    check(lost(), ErrorKind::Transport, Some(40));
    check(poll(&fixed, 503, ""), ErrorKind::Refused, Some(60));
    check(lost(), ErrorKind::Transport, Some(60));
    check(oauth("slow_down"), ErrorKind::Refused, Some(65));
    check(oauth("access_denied"), ErrorKind::ConsentDenied, None);
    check(oauth("expired_token"), ErrorKind::TimedOut, None);
    check(oauth("invalid_grant"), ErrorKind::NeedsLogin, None);
    check(oauth("invalid_client"), ErrorKind::Configuration, None);
    check(poll(&fixed, 200, "<html>"), ErrorKind::Malformed, Some(65));
}

/// While the code is good, only the server's own verdict ends a login.
#[test]
fn what_ends_polling() {
    let check = |status, body: &str, ends: bool| {
        let client = client(Leniency::field_tested());
        let mut device = device(GOOD).expect(GOOD);
        let error = TokenRequest::device(&client, &device)
            .parse(response(status, body))
            .expect_err(body);
        assert_eq!(device.next_poll(&error).is_none(), ends, "{status} {error}");
    };
    for status in [
        301, 302, 400, 401, 403, 404, 407, 408, 421, 425, 429, 451, 500, 501, 502, 503, 504, 507,
        511, 520, 521, 522, 523, 524, 525, 526, 527, 530,
    ] {
        check(status, "<html><title>Blocked</title></html>", false);
        check(status, "", false);
        check(status, r#"{"error":"Forbidden","status":403}"#, false);
        check(status, r#"{"error":"authorization_pending"}"#, false);
        check(status, r#"{"error":"temporarily_unavailable"}"#, false);
    }
    for page in ["", "<html>", "{\"access_token\":\"x", "[]", "{}", "ok"] {
        check(200, page, false);
    }
    for code in [
        "access_denied",
        "expired_token",
        "invalid_grant",
        "invalid_client",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "invalid_request",
        "authorization_declined",
    ] {
        for status in [200, 400, 401] {
            check(status, &format!("{{\"error\":\"{code}\"}}"), true);
        }
    }
    check(403, r#"{"error":"access_denied"}"#, true);
    check(403, r#"{"error":"rule_7_hit"}"#, false);
    check(503, r#"{"error":"backend_down"}"#, false);
    // A token was issued, and cannot be used: there is no second one.
    check(200, r#"{"access_token":"a b","token_type":"Bearer"}"#, true);
    check(200, r#"{"access_token":"a","token_type":"mac"}"#, true);
}

/// django-oauth-toolkit refuses a form without it, though the Basic header has it.
#[test]
fn the_client_id_is_always_in_the_form() {
    use crate::oauth::server::BasicEncoding::Raw;
    for method in [ClientAuthentication::Basic(Raw), ClientAuthentication::Body] {
        for beside in [false, true] {
            let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
            let mut server = AuthorizationServer::new(endpoint("https://a.example/token"))
                .device_authorization_endpoint(endpoint("https://a.example/device"))
                .client_authentication(method);
            if beside {
                server = server.client_id_beside_basic();
            }
            let client = OAuthClient::new(server, "an-id").and_then(|c| c.with_secret("s3cret"));
            let client = client.expect("a client");
            let message = DeviceAuthorizationRequest::new(&client);
            let form = form(&message.request().expect("a request"));
            assert_eq!(form.matches("client_id=an-id").count(), 1, "{form}");
        }
    }
}
