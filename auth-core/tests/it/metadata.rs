//! Hostile metadata documents: each is rejected with the right kind and check, or describes a
//! server that the login refuses.

use auth_core::{
    AuthorizationRequest, Check, Entropy, Error, ErrorKind, Message, MetadataRequest, OAuthClient,
    RedirectUri,
};

use crate::common::json;

const GOOD: &str = r#"{"issuer":"https://a.example/x","token_endpoint":"https://a.example/token","authorization_endpoint":"https://a.example/authorize","code_challenge_methods_supported":["S256"],"end":1}"#;

/// All that a program does with a document: parses it, makes a server of it, and begins a login.
fn begin(body: &str) -> Result<String, Error> {
    let metadata = MetadataRequest::new("https://a.example/x")?.parse(json(200, body))?;
    let client = OAuthClient::new(metadata.server()?, "an-id")?.with_secret("marked-secret")?;
    let redirect = RedirectUri::parse("http://127.0.0.1:8080")?;
    let request = AuthorizationRequest::new(&client, redirect, Entropy::new([7; 64]));
    Ok(request.begin()?.0)
}

/// `from` is replaced in a good document.
fn check(from: &str, to: &str, kind: ErrorKind, check: Option<Check>) {
    let body = GOOD.replacen(from, to, 1);
    assert_ne!(body, GOOD, "{from}");
    let error = begin(&body).expect_err(&body);
    assert_eq!(error.kind(), kind, "{body}: {error}");
    assert_eq!(error.check(), check, "{body}: {error}");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("marked-secret"), "{shown}");
    assert!(
        !shown.contains(['\u{1b}', '\n']) && shown.len() < 3000,
        "{shown}"
    );
}

#[test]
fn a_good_one() {
    let url = begin(GOOD).expect("a login");
    assert!(
        url.starts_with("https://a.example/authorize?response_type=code&"),
        "{url}"
    );
}

#[test]
fn hostile_documents() {
    use ErrorKind::{Configuration, Malformed};
    let malformed = |from: &str, to: &str, by: Check| check(from, to, Malformed, Some(by));
    let wrong = |from: &str, to: &str, by: Check| check(from, to, Configuration, Some(by));

    // No document.
    malformed(GOOD, "", Check::Object);
    malformed(GOOD, "[]", Check::Object);
    malformed(GOOD, "<html>portal</html>", Check::Object);
    malformed(GOOD, "{\"issuer\":\"https://a.example/x\"", Check::Object);
    malformed(",\"end\":1}", "", Check::Object);
    malformed(",\"end\":1}", ",}", Check::Object);
    for to in [
        "\"issuer\":\"https://a.example/x\"",
        "\"token_endpoint\":\"https://b.example/\"",
        "\"token\\u005fendpoint\":\"https://b.example/\"",
    ] {
        malformed("\"end\":1", to, Check::Object);
    }

    // Another issuer.
    for issuer in [
        "https://b.example/x",
        "https://a.example/x/",
        "https://a.example",
        "https://A.example/x",
        "http://a.example/x",
        " https://a.example/x",
        "https://a.example:443/x",
        "\\u001b[31m",
    ] {
        malformed("https://a.example/x", issuer, Check::MetadataIssuer);
    }
    for issuer in ["[\"https://a.example/x\"]", "null"] {
        malformed("\"https://a.example/x\"", issuer, Check::MetadataIssuer);
    }
    malformed("\"issuer\"", "\"Issuer\"", Check::MetadataIssuer);

    // Endpoints that must not get credentials.
    for token in [
        "http://a.example/token",
        "/token",
        "",
        "file:///etc/passwd",
        "https://user:pw@a.example/token",
        "https://a.example/token#x",
        "https://a.example\\r\\n/token",
        "http://localhost/token",
    ] {
        wrong("https://a.example/token", token, Check::Url);
    }
    for (endpoint, credential) in [("token", "client_secret"), ("authorize", "password")] {
        let from = format!("https://a.example/{endpoint}");
        let to = format!("{from}?{credential}=x");
        wrong(&from, &to, Check::CredentialInUrl);
    }
    wrong(
        "https://a.example/authorize",
        "javascript:alert(1)",
        Check::Url,
    );
    for added in [
        "\"device_authorization_endpoint\":\"http://a.example/\",\"end\"",
        "\"introspection_endpoint\":\"ftp://a.example/\",\"end\"",
    ] {
        wrong("\"end\"", added, Check::Url);
    }
    for token in ["7", "[\"https://a.example/token\"]", "null"] {
        malformed("\"https://a.example/token\"", token, Check::Fields);
    }
    malformed("token_endpoint", "x", Check::Fields);
    malformed(
        "\"end\"",
        "\"revocation_endpoint\":true,\"end\"",
        Check::Fields,
    );
    check("authorization_endpoint", "x", Configuration, None);

    // What a client must not do without.
    wrong("[\"S256\"]", "[\"plain\"]", Check::Pkce);
    wrong("[\"S256\"]", "[]", Check::Pkce);
    wrong("[\"S256\"]", "null", Check::Pkce);
    wrong("[\"S256\"]", "{\"S256\":true}", Check::Pkce);
    wrong("[\"S256\"]", "[\"plain\\u001b[31m\"]", Check::Pkce);
    wrong("code_challenge_methods_supported", "x", Check::Pkce);
    wrong(
        "\"end\"",
        "\"require_pushed_authorization_requests\":true,\"end\"",
        Check::Pushed,
    );
    for to in [
        "\"token_endpoint_auth_methods_supported\":[\"private_key_jwt\"],\"end\"",
        "\"token_endpoint_auth_methods_supported\":[],\"end\"",
        "\"token_endpoint_auth_methods_supported\":[\"none\"],\"end\"",
    ] {
        wrong("\"end\"", to, Check::ClientAuthentication);
    }
}
