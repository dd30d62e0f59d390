//! The derived token: every response of `/users/api_token`, and every text that a user may paste.

use api_inat::ApiToken;
use auth_core::{
    BaseUrl, Error, ErrorKind, Lifetime, Now, Operation, TokenDerivation, TokenResponse, UnixTime,
};
use std::time::Duration;

use crate::response;

/// `{"typ":"JWT","alg":"HS512"}` `{"user_id":1,"exp":1800000000}`, and a made-up signature.
const JWT: &str =
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzUxMiJ9.eyJ1c2VyX2lkIjoxLCJleHAiOjE4MDAwMDAwMDB9.c2lnbmF0dXJl";
/// The same without `exp`.
const ENDLESS: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzUxMiJ9.eyJ1c2VyX2lkIjoxfQ.c2lnbmF0dXJl";
const DAY: Duration = Duration::from_secs(86_400);

fn end() -> Lifetime {
    Lifetime::Until(UnixTime::from_secs(1_800_000_000))
}

fn text(token: TokenResponse) -> String {
    let now = Now {
        wall: UnixTime::from_secs(1_799_990_000),
        monotonic: Duration::from_secs(5),
    };
    let token = token.into_token(now, 1).expect("a token");
    token.expose_secret().to_owned()
}

#[test]
fn it_is_requested_as_json() {
    let base = BaseUrl::parse("https://www.inaturalist.org").expect("a base");
    let request = ApiToken::default().request(&base).expect("a request");
    assert_eq!(request.method(), http::Method::GET);
    assert_eq!(request.uri(), "https://www.inaturalist.org/users/api_token");
    assert_eq!(request.headers()["accept"], "application/json");
}

#[test]
fn a_token_is_read_with_its_end() {
    let check = |body: String, token: &str, lifetime| {
        let read = ApiToken::default()
            .parse(response(200, &[], body))
            .expect("a token");
        assert_eq!(read.lifetime(), lifetime);
        assert_eq!(text(read), token);
    };
    check(format!("{{\"api_token\":\"{JWT}\"}}"), JWT, end());
    check(
        format!("{{\"api_token\":\"{ENDLESS}\",\"new\":[1]}}"),
        ENDLESS,
        Lifetime::For(DAY),
    );
    check(
        "{\"api_token\":\"opaque\"}".into(),
        "opaque",
        Lifetime::For(DAY),
    );
}

#[test]
fn its_end_is_taken_by_the_servers_clock() {
    // The machine's clock is a year ahead; the server says that an hour is left.
    let date = "Fri, 15 Jan 2027 07:00:00 GMT";
    let body = format!("{{\"api_token\":\"{JWT}\"}}");
    let token = ApiToken::default()
        .parse(response(200, &[("date", date)], body))
        .expect("a token");
    let now = Now {
        wall: UnixTime::from_secs(1_831_536_000),
        monotonic: Duration::from_secs(5),
    };
    let token = token.into_token(now, 1).expect("a token");
    assert_eq!(token.remaining(now), Some(Duration::from_secs(3600)));
}

#[test]
fn every_other_response_says_what_to_do() {
    let check =
        |what: &str, status: u16, headers: &[(&str, &str)], body: &str, kind, words: &str| {
            let error = ApiToken::default()
                .parse(response(status, headers, body))
                .expect_err(what);
            assert_eq!(error.kind(), kind, "{what}: {error}");
            assert_eq!(
                error.status(),
                http::StatusCode::from_u16(status).ok(),
                "{what}: {error}"
            );
            assert!(error.to_string().contains(words), "{what}: {error}");
            assert!(error.help().is_some(), "{what}: {error}");
        };
    let html = [("content-type", "text/html; charset=utf-8")];
    check(
        "an invalid access token",
        401,
        &[(
            "www-authenticate",
            "Bearer realm=\"Doorkeeper\", error=\"invalid_token\"",
        )],
        "",
        ErrorKind::NeedsLogin,
        "log in again",
    );
    check(
        "no session",
        401,
        &[],
        r#"{"error":"You need to sign in or sign up before continuing."}"#,
        ErrorKind::NeedsLogin,
        "You need to sign in",
    );
    check(
        "scope=login",
        403,
        &[],
        "",
        ErrorKind::Configuration,
        "lacks the scope `write`",
    );
    check(
        "a blocked address",
        403,
        &html,
        "<html><head><title>Blocked</title></head></html>",
        ErrorKind::Refused,
        "Blocked",
    );
    check(
        "client credentials",
        302,
        &[("location", "https://www.inaturalist.org/login?x=1")],
        "",
        ErrorKind::NeedsLogin,
        "client credentials",
    );
    check(
        "another host",
        301,
        &[("location", "https://inaturalist.example/users/api_token")],
        "",
        ErrorKind::Refused,
        "never followed",
    );
    check(
        "a proxy",
        200,
        &html,
        "<!DOCTYPE html><title>Hotel</title>",
        ErrorKind::Malformed,
        "captive portal",
    );
    check(
        "nothing",
        200,
        &[],
        "",
        ErrorKind::Malformed,
        "has no API token",
    );
    check(
        "null",
        200,
        &[],
        r#"{"api_token":null}"#,
        ErrorKind::Malformed,
        "has no API token",
    );
    check(
        "maintenance",
        503,
        &[("retry-after", "120")],
        "",
        ErrorKind::Refused,
        "try again later",
    );
    check(
        "too many",
        429,
        &html,
        "<title>429 Too Many Requests</title>",
        ErrorKind::Refused,
        "429 Too Many Requests",
    );
    check(
        "a crash",
        500,
        &html,
        "<h1>Oops</h1>",
        ErrorKind::Refused,
        "try again later",
    );
}

#[test]
fn a_broken_token_is_not_shown() {
    let body = "{\"api_token\":\"s3cret\n\"";
    let error = ApiToken::default()
        .parse(response(200, &[], body))
        .expect_err("torn");
    assert!(!format!("{error:?}").contains("s3cret"));
}

#[test]
fn texts_that_users_paste() {
    let check = |plain: &str, expect: &str| {
        let token = ApiToken::default()
            .read_plain_token(plain)
            .expect("a token");
        assert_eq!(token.lifetime(), end(), "{plain}");
        assert_eq!(text(token), expect, "{plain}");
    };
    check(JWT, JWT);
    check(&format!(" \n{JWT}\r\n"), JWT);
    check(&format!("Bearer {JWT}"), JWT);
    check(&format!("bearer\t{JWT}"), JWT);
    check(&format!("\"{JWT}\""), JWT);
    check(&format!("{{\"api_token\":\"{JWT}\"}}"), JWT);
    check(&format!("\n  {{ \"api_token\" : \"{JWT}\" }}\n"), JWT);
    // As a terminal or a mail program wraps it.
    check(&format!("{}\n  {}", &JWT[..80], &JWT[80..]), JWT);
    check(
        &format!("{{\"api_token\":\"{}\n{}\"}}", &JWT[..60], &JWT[60..]),
        JWT,
    );
}

#[test]
fn an_expired_one_says_so_itself() {
    // exp 1500000000
    let old = "eyJhbGciOiJIUzUxMiJ9.eyJ1c2VyX2lkIjoxLCJleHAiOjE1MDAwMDAwMDB9.c2ln";
    let token = ApiToken::default()
        .read_plain_token(old)
        .expect("a token, though an old one");
    assert_eq!(
        token.lifetime(),
        Lifetime::Until(UnixTime::from_secs(1_500_000_000))
    );
    assert!(
        ApiToken::default()
            .expired_help()
            .contains("/users/api_token")
    );
}

#[test]
fn what_is_no_api_token() {
    let refused = |plain: &str| -> Error {
        ApiToken::default()
            .read_plain_token(plain)
            .expect_err(plain)
    };
    let check = |plain: &str, words: &str| {
        let error = refused(plain);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert_eq!(error.setting(), Some("api_token"), "{error}");
        assert!(error.to_string().contains(words), "{plain}: {error}");
        assert!(
            error
                .to_string()
                .contains("inaturalist.org/users/api_token"),
            "{error}"
        );
        let shown = format!("{error:?}");
        assert!(plain.len() < 10 || !shown.contains(plain.trim()), "{shown}");
    };
    check("", "the API token is empty");
    check(" \n\t", "the API token is empty");
    check(
        "pW9sJ3kQ2mX7vB4nC8tR1yU6iO0aS5dF-gH_lKzXcVb",
        "looks like an OAuth access token",
    );
    check("Bearer", "not an API token");
    check("hello, world", "not an API token");
    check(&JWT[..60], "not an API token");
    check("a.ü.c", "not an API token");
    check(&format!("{{\"api_token\":\"{}", &JWT[..60]), "only a part");
    check(
        r#"{"error":"You need to sign in or sign up before continuing."}"#,
        "after a login",
    );
    check(r#"{"api_token":""}"#, "after a login");
    check(
        r#"{"api_token":"pW9sJ3kQ2mX7vB4nC8tR1yU6iO0aS5dF-gH_lKzXcVb"}"#,
        "looks like an OAuth access token",
    );
}
