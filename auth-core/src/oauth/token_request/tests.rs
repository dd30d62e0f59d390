//! Token requests and their responses, in tables.

mod extension;
mod refused_code;

use proptest::prelude::*;

use super::*;
use crate::{
    leniency::Quirk,
    oauth::{
        authorization_request::{AuthorizationRequest, Entropy},
        server::{AuthorizationServer, BasicEncoding},
        token::Lifetime,
    },
    wire::{body::Body, redirect::RedirectUri, response_body::ResponseBody, url::Endpoint},
};

fn client(secret: Option<&str>) -> OAuthClient {
    let endpoint = |text: &str| Endpoint::parse(text).expect("an endpoint");
    let server = AuthorizationServer::new(endpoint("https://a.example/token"))
        .authorization_endpoint(endpoint("https://a.example/authorize"))
        .client_authentication(ClientAuthentication::Basic(BasicEncoding::Raw))
        .refresh_authentication(ClientAuthentication::Body);
    let client = OAuthClient::new(server, "an-id").expect("an id");
    match secret {
        Some(secret) => client.with_secret(secret).expect("a secret"),
        None => client,
    }
}

fn body(request: &Request) -> String {
    let Body::Bytes(bytes) = request.body() else {
        panic!("a form")
    };
    String::from_utf8(bytes.to_vec()).expect("ASCII")
}

fn response(status: u16, content_type: &str, body: &str) -> Response {
    http::Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(ResponseBody::secret(body.as_bytes().to_vec()))
        .expect("a response")
}

#[test]
fn the_forms() {
    let (public, confidential) = (client(None), client(Some("s3cret")));
    let password = SecretText::from("hunter2&");
    let refresh = SecretText::from("r3fresh");
    let check = |request: TokenRequest<'_>, basic: bool, expect: &str| {
        let request = request.request().expect("a request");
        assert_eq!(body(&request), expect);
        assert_eq!(request.headers().contains_key("authorization"), basic);
        assert_eq!(request.uri(), "https://a.example/token");
    };
    check(
        TokenRequest::client_credentials(&confidential),
        true,
        "grant_type=client_credentials",
    );
    check(
        TokenRequest::password(&public, "me", &password).scope("write login"),
        false,
        "grant_type=password&username=me&password=hunter2%26&scope=write+login&client_id=an-id",
    );
    check(
        TokenRequest::refresh(&confidential, &refresh),
        false,
        "grant_type=refresh_token&refresh_token=r3fresh&client_id=an-id&client_secret=s3cret",
    );
    let redirect = RedirectUri::out_of_band();
    let (_, pending) = AuthorizationRequest::new(&confidential, redirect, Entropy::new([7; 64]))
        .begin()
        .expect("begun");
    let grant = pending.accept_code("c0de").expect("a code");
    check(
        TokenRequest::code(&confidential, &grant),
        true,
        "grant_type=authorization_code&code=c0de&redirect_uri=urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob\
         &code_verifier=BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
    );
}

/// A new grant must say here which of its parameters are secret.
#[test]
fn what_a_grant_sends_is_secret_unless_known_to_be_public() {
    for (grant_type, names) in GRANTS {
        assert!(names.len() <= 3, "{grant_type}: a request has three values");
        for (name, is_secret) in names {
            // What may not be in a URL may not be in an error.
            assert_eq!(
                crate::wire::url::is_credential(name),
                *is_secret,
                "{grant_type}: {name}"
            );
        }
    }
}

#[test]
fn debug_shows_neither_values_nor_secrets() {
    let client = client(Some("s3cret"));
    let password = SecretText::from("hunter2");
    let message = TokenRequest::password(&client, "me", &password);
    assert_eq!(format!("{message:?}"), "TokenRequest(password)");
}

#[test]
fn a_scope_goes_with_no_code() {
    let public = client(None);
    let redirect = RedirectUri::out_of_band();
    let (_, pending) = AuthorizationRequest::new(&public, redirect, Entropy::new([7; 64]))
        .begin()
        .expect("begun");
    let grant = pending.accept_code("c0de").expect("a code");
    let request = TokenRequest::code(&public, &grant).scope("write").request();
    assert!(!body(&request.expect("a request")).contains("scope"));
}

#[test]
fn requests_that_cannot_be_right() {
    let public = client(None);
    let check = |request: TokenRequest<'_>, setting: &str| {
        let error = request.request().expect_err(setting);
        assert_eq!(
            (error.is_configuration(), error.setting()),
            (true, Some(setting))
        );
    };
    check(TokenRequest::client_credentials(&public), "client_secret");
    check(
        TokenRequest::password(&public, " ", &"x".into()),
        "username",
    );
    check(
        TokenRequest::password(&public, "me", &"".into()),
        "password",
    );
}

#[test]
fn responses_that_are_read() {
    use Lifetime::Unstated;
    use Quirk::{
        LifetimeAsFloat, LifetimeAsText, LifetimeUnusable, NoTokenType, OtherContentType,
        OtherStatus, ScopeAsList,
    };
    let client = client(Some("s3cret"));
    let check = |status, content_type: &str, json: &str, lifetime: Lifetime, quirks: &[Quirk]| {
        let message = TokenRequest::client_credentials(&client);
        let response = message
            .parse(response(status, content_type, json))
            .expect(json);
        assert_eq!(response.lifetime(), lifetime, "{json}");
        assert_eq!(
            response.quirks().iter().collect::<Vec<_>>(),
            quirks,
            "{json}"
        );
    };
    let seconds = |n| Lifetime::For(std::time::Duration::from_secs(n));
    let json = "application/json; charset=UTF-8";
    let with = |field: &str| {
        format!(r#"{{"access_token":"t","token_type":"bearer",{field},"x":{{"y":[1]}}}}"#)
    };
    // RFC 6749 section 5.1
    let rfc = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600,
        "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}"#;
    check(200, json, rfc, seconds(3600), &[]);
    let field = |field: &str, lifetime, quirks: &[Quirk]| {
        check(200, json, &with(field), lifetime, quirks);
    };
    field(r#""expires_in":"3600""#, seconds(3600), &[LifetimeAsText]);
    let spaced = r#""expires_in":" 3600.5 ""#;
    field(spaced, seconds(3600), &[LifetimeAsText]);
    field(r#""expires_in":3600.0"#, seconds(3600), &[LifetimeAsFloat]);
    field(r#""expires_in":null"#, Unstated, &[]);
    field(r#""expires_in":-1"#, Unstated, &[LifetimeUnusable]);
    field(r#""expires_in":{}"#, Unstated, &[LifetimeUnusable]);
    let endless = r#""expires_in":18446744073709551615"#;
    field(endless, seconds(u64::MAX), &[]);
    field(r#""scope":["a","b"]"#, Unstated, &[ScopeAsList]);
    let plain = &with("\"a\":1");
    check(201, json, plain, Unstated, &[OtherStatus]);
    check(200, "text/plain", plain, Unstated, &[OtherContentType]);
    let untyped = r#"{"access_token":"t"}"#;
    check(200, json, untyped, Unstated, &[NoTokenType]);
}

#[test]
fn responses_that_are_refused() {
    use ErrorKind::{Configuration, Malformed, NeedsLogin, Refused};
    let client = client(Some("s3cret"));
    let refresh = SecretText::from("r3fresh-marked");
    let check = |status, body: &str, kind: ErrorKind, words: &str| {
        let message = TokenRequest::refresh(&client, &refresh);
        let error = message
            .parse(response(status, "application/json", body))
            .expect_err(body);
        assert_eq!(error.kind(), kind, "{body}: {error}");
        assert!(error.to_string().contains(words), "{body}: {error}");
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("marked") && !shown.contains("s3cret"),
            "{shown}"
        );
    };
    check(200, "", Malformed, "not JSON");
    check(200, "{\"access_token\":\"mark", Malformed, "not JSON");
    check(200, "{}", Malformed, "no `access_token`");
    check(200, "[]", Malformed, "not JSON");
    check(200, r#"{"access_token":""}"#, Malformed, "empty");
    check(
        200,
        r#"{"access_token":"a b"}"#,
        Malformed,
        "cannot be in a header",
    );
    check(
        200,
        r#"{"access_token":7}"#,
        Malformed,
        "cannot be in a header",
    );
    let twice = r#"{"access_token":"a","access_token":"b"}"#;
    check(200, twice, Malformed, "duplicate key");
    let mac = r#"{"access_token":"a","token_type":"mac"}"#;
    check(200, mac, Malformed, "not Bearer");
    for (status, code, kind, words) in [
        (200, "invalid_grant", NeedsLogin, "invalid_grant"),
        (401, "invalid_client", Configuration, "`an-id`"),
        (
            400,
            "unsupported_grant_type",
            Configuration,
            "unsupported_grant_type",
        ),
    ] {
        check(status, &format!(r#"{{"error":"{code}"}}"#), kind, words);
    }
    let echo = r#"{"error":"invalid_grant","error_description":"bad r3fresh-marked"}"#;
    check(400, echo, NeedsLogin, "bad [secret]");
    let hint = r#"{"error":"invalid_request","hint":"Token has been revoked","message":"m"}"#;
    check(401, hint, NeedsLogin, "revoked");
    check(500, "<html>boom r3fresh-marked</html>", Refused, "HTTP 500");
    check(302, "", Configuration, "redirect");
    check(200, "<html>proxy</html>", Malformed, "proxy");
    check(429, "<html>slow down</html>", Refused, "429");
}

#[test]
fn the_same_words_mean_different_things_to_different_grants() {
    let client = client(Some("s3cret"));
    let (password, refresh) = (SecretText::from("hunter2"), SecretText::from("r3fresh"));
    let check = |message: TokenRequest<'_>, status, body: &str, kind: ErrorKind, words: &str| {
        let error = message
            .parse(response(status, "text/html", body))
            .expect_err(body);
        assert_eq!(error.kind(), kind, "{body}: {error}");
        assert!(error.to_string().contains(words), "{body}: {error}");
    };
    let bad =
        r#"{"error":"invalid_grant","error_description":"Invalid email, username, or password."}"#;
    check(
        TokenRequest::password(&client, "me", &password),
        400,
        bad,
        ErrorKind::BadCredentials,
        "user name or password",
    );
    check(
        TokenRequest::refresh(&client, &refresh),
        400,
        bad,
        ErrorKind::NeedsLogin,
        "refresh token",
    );
    check(
        TokenRequest::client_credentials(&client),
        400,
        bad,
        ErrorKind::Configuration,
        "an-id",
    );
    let suspended =
        r#"{"error":"invalid_grant","error_description":"spam","suspended_until":"2030-01-01"}"#;
    check(
        TokenRequest::password(&client, "me", &password),
        400,
        suspended,
        ErrorKind::AccountSuspended,
        "suspended until 2030-01-01",
    );
    let for_ever = r#"{"error":"invalid_grant","suspended_until":null}"#;
    check(
        TokenRequest::password(&client, "me", &password),
        400,
        for_ever,
        ErrorKind::AccountSuspended,
        "suspended without an end",
    );
}

proptest! {
    #[test]
    fn no_response_makes_it_panic(status in 200u16..600, body in "\\PC{0,200}") {
        let client = client(Some("s3cret"));
        let _ = TokenRequest::client_credentials(&client).parse(response(status, "application/json", &body));
    }

    #[test]
    fn no_json_makes_it_panic(
        key in "(access_token|token_type|expires_in|refresh_token|scope|error|hint|suspended_until)",
        value in "(null|true|-1|1e400|1e5|[0-9]{1,30}|\"\\\\u00e9\"|\"[ -!#-\\[\\]-~]{0,20}\"|\\[\"a\",1,\\[\\]\\]|\\{\\})",
    ) {
        let client = client(Some("s3cret"));
        let body = format!("{{\"{key}\":{value}}}");
        let _ = TokenRequest::client_credentials(&client).parse(response(200, "application/json", &body));
    }
}
