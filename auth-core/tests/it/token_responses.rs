//! Hostile token responses: each is rejected with the right kind and check, or read as what it is,
//! and no secret is shown.

use std::time::Duration;

use auth_core::{Check, ErrorKind, Lifetime, Message, Now, SecretText, TokenRequest, UnixTime};

use crate::common::{SECRET, client, response};

/// The result of a refresh. `S` in the body is replaced by the secrets that we sent.
enum Expect {
    /// A token with this lifetime.
    Token(Lifetime),
    /// An error of this kind, by this check, with these words.
    Error(ErrorKind, Option<Check>, &'static str),
}

use Expect::{Error, Token};

fn check(status: u16, content_type: &str, body: &str, expect: &Expect) {
    let body = body.replace("$S", "marked-refresh-token marked-client-secret");
    check_bytes(status, content_type, body.as_bytes(), expect);
}

fn check_bytes(status: u16, content_type: &str, body: &[u8], expect: &Expect) {
    let (client, refresh) = (client(), SecretText::from("marked-refresh-token"));
    let message = TokenRequest::refresh(&client, &refresh);
    let what = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
    match (message.parse(response(status, content_type, body)), expect) {
        (Ok(response), Token(lifetime)) => {
            assert_eq!(response.lifetime(), *lifetime, "{what}");
            let sent = Now {
                wall: UnixTime::from_secs(1_700_000_000),
                monotonic: Duration::from_secs(5),
            };
            let token = response.into_token(sent, 1).expect(&what);
            assert!(!token.expose_secret().is_empty());
            let shown = format!("{token:?}");
            assert!(!shown.contains(token.expose_secret()), "{shown}");
        }
        (Err(error), Error(kind, check, words)) => {
            assert_eq!(error.kind(), *kind, "{what}: {error}");
            assert_eq!(error.check(), *check, "{what}: {error}");
            assert!(error.to_string().contains(words), "{what}: {error}");
            let shown = format!("{error} {error:?}");
            for secret in ["marked-refresh-token", SECRET, "t0ken"] {
                assert!(!shown.contains(secret), "{shown}");
            }
            assert!(shown.len() < 3000, "{} bytes", shown.len());
            assert!(!shown.contains(['\u{1b}', '\u{7}', '\n', '\r']), "{shown}");
        }
        (got, _) => panic!("{what}: {got:?}"),
    }
}

const JSON: &str = "application/json";
const MALFORMED: ErrorKind = ErrorKind::Malformed;
const REFUSED: ErrorKind = ErrorKind::Refused;
const NEEDS_LOGIN: ErrorKind = ErrorKind::NeedsLogin;
const CONFIGURATION: ErrorKind = ErrorKind::Configuration;

#[test]
fn bodies_that_are_no_token_response() {
    let check = |body: &str| {
        let expect = Error(MALFORMED, Some(Check::Object), "not JSON");
        check(200, JSON, body, &expect);
    };
    check("");
    check(" ");
    check("null");
    check("true");
    check("7");
    check("\"t0ken\"");
    check("[]");
    check("[{\"access_token\":\"t0ken\"}]");
    check("{");
    check("{\"access_token\":\"t0ken\"");
    check("{\"access_token\":\"t0ken\"}}");
    check("{\"access_token\":\"t0ken\"} {\"access_token\":\"other\"}");
    check("{\"access_token\":\"t0ken\",\"expires_in\":1e400}");
    check("{access_token:\"t0ken\"}");
    check("{'access_token':'t0ken'}");
    check("{\"access_token\":\"t0ken\",}");
    check("{\"access_token\":\"t0ken\" // comment\n}");
    check("{\"access_token\":\"t0\nken\"}");
    check("{\"access_token\":\"\\ud800\"}");
    check("access_token=t0ken&token_type=bearer");
    check("<html><title>Portal</title>$S</html>");
    check("\u{feff}{\"access_token\":\"t0ken\"}");
    check(&"{\"error\":".repeat(5000));
    let expect = Error(MALFORMED, Some(Check::Object), "not JSON");
    check_bytes(200, JSON, b"{\"access_token\":\"\xff\xfe\"}", &expect);
    check_bytes(200, JSON, b"\x1f\x8b\x08\x00\x00\x00", &expect);
    check_bytes(200, JSON, &[0; 4096], &expect);
    check_bytes(204, JSON, b"", &expect);
    check_bytes(
        200,
        "text/html",
        b"{\"t\":\"marked-refresh-token t0ken",
        &expect,
    );
}

#[test]
fn objects_without_a_usable_token() {
    let check = |body: &str, by: Check, words: &'static str| {
        check(200, JSON, body, &Error(MALFORMED, Some(by), words));
    };
    check("{}", Check::Fields, "no `access_token`");
    for body in [
        r#"{"access_token":null}"#,
        r#"{"Access_Token":"t0ken"}"#,
        r#"{"token":{"access_token":"t0ken"}}"#,
    ] {
        check(body, Check::Fields, "no `access_token`");
    }
    check(r#"{"access_token":""}"#, Check::TokenText, "empty");
    check(
        r#"{"access_token":" "}"#,
        Check::TokenText,
        "cannot be in a header",
    );
    for body in [
        r#"{"access_token":"a b"}"#,
        r#"{"access_token":"t0ken\r\nX-Evil: 1"}"#,
        r#"{"access_token":"t0ken\u0000"}"#,
        r#"{"access_token":"t0k\u00e9n"}"#,
        r#"{"access_token":7}"#,
        r#"{"access_token":true}"#,
        r#"{"access_token":["t0ken"]}"#,
        r#"{"access_token":{"value":"t0ken"}}"#,
    ] {
        check(body, Check::TokenText, "cannot be in a header");
    }
    for body in [
        r#"{"access_token":"t0ken","access_token":"other"}"#,
        r#"{"access_token":"t0ken","access\u005ftoken":"other"}"#,
        r#"{"access_token":"t0ken","expires_in":1,"expires_in":2}"#,
        r#"{"access_token":"t0ken","refresh_token":"a","refresh_token":"b"}"#,
    ] {
        check(body, Check::Object, "duplicate key");
    }
    for body in [
        r#"{"access_token":"t0ken","token_type":"mac"}"#,
        r#"{"access_token":"t0ken","token_type":"DPoP"}"#,
        r#"{"access_token":"t0ken","token_type":""}"#,
        r#"{"access_token":"t0ken","token_type":["Bearer"]}"#,
        r#"{"access_token":"t0ken","token_type":1}"#,
    ] {
        check(body, Check::TokenType, "not Bearer");
    }
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    check(&deep, Check::Fields, "no `access_token`");
    for body in [
        r#"{"error":""}"#,
        r#"{"error":{"code":1}}"#,
        r#"{"error":null,"x":[]}"#,
    ] {
        check(body, Check::Fields, "no `access_token`");
    }
}

#[test]
fn errors_in_every_status_and_dress() {
    let check = |status, content_type: &str, body: &str, kind, words: &'static str| {
        check(status, content_type, body, &Error(kind, None, words));
    };
    let html = "text/html; charset=utf-8";
    check(
        200,
        JSON,
        r#"{"error":"invalid_grant"}"#,
        NEEDS_LOGIN,
        "invalid_grant",
    );
    check(
        200,
        JSON,
        r#"{"error":"invalid_grant","access_token":"t0ken"}"#,
        NEEDS_LOGIN,
        "invalid_grant",
    );
    check(
        400,
        html,
        r#"{"error":"invalid_grant"}"#,
        NEEDS_LOGIN,
        "invalid_grant",
    );
    check(
        500,
        JSON,
        r#"{"error":"invalid_grant"}"#,
        NEEDS_LOGIN,
        "invalid_grant",
    );
    check(
        401,
        JSON,
        r#"{"error":"invalid_request","message":"The refresh token is invalid."}"#,
        NEEDS_LOGIN,
        "is invalid",
    );
    check(
        400,
        JSON,
        r#"{"error":"invalid_request","error_description":"The refresh token is invalid."}"#,
        NEEDS_LOGIN,
        "is invalid",
    );
    check(
        400,
        JSON,
        r#"{"error":"invalid_request"}"#,
        REFUSED,
        "invalid_request",
    );
    check(
        401,
        JSON,
        r#"{"error":"invalid_client"}"#,
        CONFIGURATION,
        "an-id",
    );
    check(
        400,
        JSON,
        r#"{"error":"invalid_client"}"#,
        CONFIGURATION,
        "an-id",
    );
    check(
        400,
        JSON,
        r#"{"error":"unauthorized_client"}"#,
        CONFIGURATION,
        "refresh_token",
    );
    check(
        400,
        JSON,
        r#"{"error":"invalid_scope"}"#,
        NEEDS_LOGIN,
        "scope",
    );
    check(
        400,
        JSON,
        r#"{"error":"invalid_target"}"#,
        CONFIGURATION,
        "resource",
    );
    check(
        503,
        JSON,
        r#"{"error":"temporarily_unavailable"}"#,
        REFUSED,
        "has a problem",
    );
    for (body, words) in [
        (r#"{"error":"made_up \u001b[31m\u0007"}"#, "made_up [31m"),
        (
            r#"{"error":"x","error_description":"$S"}"#,
            "[secret] [secret]",
        ),
        (r#"{"error":"x","hint":"$S"}"#, "(hint: [secret] [secret])"),
        (
            r#"{"error":"x","error_uri":"https://a.example/?$S"}"#,
            "<https://a.example/?[secret]",
        ),
        (r#"{"error":"$S"}"#, "[secret]"),
        (
            r#"{"error":"x","error_description":{"a":1},"hint":[],"error_uri":7}"#,
            ": x",
        ),
    ] {
        check(400, JSON, body, REFUSED, words);
    }
    let long = format!(
        "{{\"error\":\"{0}\",\"error_description\":\"{0}\"}}",
        "x".repeat(100_000)
    );
    check(400, JSON, &long, REFUSED, "xxx…");
    check(
        500,
        html,
        "<html><title>boom $S</title>$S t0ken</html>",
        REFUSED,
        "boom [secret]",
    );
    check(502, html, "<script>$S", REFUSED, "502");
    check(500, JSON, r#"{"access_token":"t0ken"}"#, REFUSED, "500");
    check(404, JSON, "{}", REFUSED, "404");
    check(429, "text/plain", "slow down t0ken $S", REFUSED, "429");
    check(400, JSON, "", REFUSED, "400");
}

#[test]
fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let expect = Error(
            CONFIGURATION,
            Some(Check::NoRedirect),
            "redirect to nowhere",
        );
        check(status, JSON, r#"{"access_token":"t0ken"}"#, &expect);
    }
}

#[test]
fn odd_but_harmless() {
    let check = |fields: &str, lifetime: Lifetime| {
        let body = format!(r#"{{"access_token":"t0ken","token_type":"BEARER",{fields}}}"#);
        check(200, JSON, &body, &Token(lifetime));
    };
    let seconds = |seconds| Lifetime::For(Duration::from_secs(seconds));
    check(r#""expires_in":0"#, seconds(0));
    check(r#""expires_in":1e3"#, seconds(1000));
    check(r#""expires_in":"1e3""#, seconds(1000));
    check(r#""expires_in":"NaN""#, Lifetime::Unstated);
    check(r#""expires_in":"inf""#, Lifetime::Unstated);
    check(r#""expires_in":"""#, Lifetime::Unstated);
    check(r#""expires_in":true"#, Lifetime::Unstated);
    check(r#""expires_in":[3600]"#, Lifetime::Unstated);
    check(r#""expires_in":18446744073709551615"#, seconds(u64::MAX));
    check(r#""refresh_token":7"#, Lifetime::Unstated);
    check(r#""refresh_token":"""#, Lifetime::Unstated);
    check(r#""scope":{"a":[1,{"b":2}]}"#, Lifetime::Unstated);
    check(r#""scope":[[["a"]],1,null]"#, Lifetime::Unstated);
    check(r#""error":null"#, Lifetime::Unstated);
    check(r#""x":1,"x":2"#, Lifetime::Unstated);
    check(
        r#""__proto__":{"access_token":"other"}"#,
        Lifetime::Unstated,
    );
    check(
        &format!("\"x\":{}{}", "[".repeat(100), "]".repeat(100)),
        Lifetime::Unstated,
    );
}
