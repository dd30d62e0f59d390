//! A rejected code: its age, the redirect URI, whether it was sent before. And strictness, by name.

use std::time::Duration;

use super::*;
use crate::{error::check::Check, leniency::Leniency, time::UnixTime};

fn at(seconds: u64) -> Now {
    Now {
        wall: UnixTime::from_secs(1_700_000_000 + seconds),
        monotonic: Duration::from_secs(seconds),
    }
}

fn grant(client: &OAuthClient) -> CodeGrant {
    let redirect = RedirectUri::parse("http://127.0.0.1:8080/cb").expect("a redirect URI");
    let request = AuthorizationRequest::new(client, redirect, Entropy::new([7; 64]));
    let (_, pending) = request.begin().expect("begun");
    let state = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
    pending
        .accept(&format!(
            "http://127.0.0.1:8080/cb?code=marked-code&state={state}"
        ))
        .expect("our redirect")
}

#[test]
fn what_is_told_of_it() {
    let client = client(None);
    let check = |accepted: Option<u64>, sent: Option<u64>, times: u32, expect: &str| {
        let mut grant = grant(&client);
        if let Some(accepted) = accepted {
            grant = grant
                .with_accepted_at(at(accepted))
                .with_accepted_at(at(accepted + 1000));
        }
        let mut message = TokenRequest::code(&client, &grant);
        if let Some(sent) = sent {
            message = message.sent_at(at(sent));
        }
        for _ in 0..times {
            message.request().expect("a request");
        }
        assert_eq!(grant.requests(), times);
        let body = r#"{"error":"invalid_grant","error_description":"marked-code is gone"}"#;
        let error = message
            .parse(response(400, "application/json", body))
            .expect_err("refused");
        assert!(error.needs_login());
        let shown = error.to_string();
        assert!(shown.contains(expect), "{shown}");
        assert!(
            shown.contains("redirect URI http://127.0.0.1:8080/cb"),
            "{shown}"
        );
        assert!(!shown.contains("marked-code"), "{shown}");
    };
    check(
        Some(5),
        Some(905),
        1,
        "(900 s after it arrived, this program had not sent it before,",
    );
    check(
        Some(5),
        None,
        1,
        "(its age is not known, this program had not sent it before,",
    );
    check(None, Some(5), 1, "(its age is not known");
    check(
        Some(5),
        Some(6),
        2,
        "(1 s after it arrived, this program has made 2 requests with it,",
    );
    check(
        Some(5),
        Some(6),
        2,
        "look for the place that sends it again",
    );
}

#[test]
fn a_code_of_another_client() {
    let own = client(None);
    let endpoint = Endpoint::parse("https://a.example/token").expect("an endpoint");
    let other = OAuthClient::new(AuthorizationServer::new(endpoint), "other").expect("an id");
    let grant = grant(&own);
    let error = TokenRequest::code(&other, &grant)
        .request()
        .expect_err("another client");
    assert_eq!(error.check(), Some(Check::ClientBound));
    assert_eq!(grant.requests(), 0, "it was not read");
}

#[test]
fn a_strict_server_is_allowed_no_quirk() {
    let endpoint = || Endpoint::parse("https://a.example/token").expect("an endpoint");
    let check = |status, kind: &str, body: &str, quirk: Quirk| {
        let parse = |leniency| {
            let server = AuthorizationServer::new(endpoint()).leniency(leniency);
            let client = OAuthClient::new(server, "id")
                .and_then(|client| client.with_secret("s3cret"))
                .expect("a client");
            TokenRequest::client_credentials(&client).parse(response(status, kind, body))
        };
        let strict = parse(Leniency::strict()).expect_err(body);
        assert_eq!(strict.kind(), ErrorKind::Malformed, "{strict}");
        assert_eq!(strict.check(), Some(Check::Leniency), "{strict}");
        assert!(strict.to_string().contains(&quirk.to_string()), "{strict}");
        let by_name = parse(Leniency::strict().with(quirk)).expect(body);
        assert_eq!(by_name.quirks().iter().collect::<Vec<_>>(), [quirk]);
        assert!(parse(Leniency::field_tested().without(quirk)).is_err());
    };
    let json = "application/json";
    let with = |field: &str| format!(r#"{{"access_token":"t","token_type":"Bearer",{field}}}"#);
    check(
        200,
        json,
        &with("\"expires_in\":\"60\""),
        Quirk::LifetimeAsText,
    );
    check(
        200,
        json,
        &with("\"expires_in\":60.5"),
        Quirk::LifetimeAsFloat,
    );
    check(
        200,
        json,
        &with("\"expires_in\":-60"),
        Quirk::LifetimeUnusable,
    );
    check(200, json, &with("\"scope\":[]"), Quirk::ScopeAsList);
    check(201, json, &with("\"x\":1"), Quirk::OtherStatus);
    check(200, "text/html", &with("\"x\":1"), Quirk::OtherContentType);
    check(200, json, r#"{"access_token":"t"}"#, Quirk::NoTokenType);
}
