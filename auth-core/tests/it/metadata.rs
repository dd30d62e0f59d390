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
    malformed(
        "\"end\":1",
        "\"issuer\":\"https://a.example/x\"",
        Check::Object,
    );
    malformed(
        "\"end\":1",
        "\"token_endpoint\":\"https://b.example/\"",
        Check::Object,
    );
    malformed(
        "\"end\":1",
        "\"token\\u005fendpoint\":\"https://b.example/\"",
        Check::Object,
    );

    // Another issuer.
    malformed(
        "https://a.example/x",
        "https://b.example/x",
        Check::MetadataIssuer,
    );
    malformed(
        "https://a.example/x",
        "https://a.example/x/",
        Check::MetadataIssuer,
    );
    malformed(
        "https://a.example/x",
        "https://a.example",
        Check::MetadataIssuer,
    );
    malformed(
        "https://a.example/x",
        "https://A.example/x",
        Check::MetadataIssuer,
    );
    malformed(
        "https://a.example/x",
        "http://a.example/x",
        Check::MetadataIssuer,
    );
    malformed(
        "https://a.example/x",
        " https://a.example/x",
        Check::MetadataIssuer,
    );
    malformed(
        "https://a.example/x",
        "https://a.example:443/x",
        Check::MetadataIssuer,
    );
    malformed("https://a.example/x", "\\u001b[31m", Check::MetadataIssuer);
    malformed(
        "\"https://a.example/x\"",
        "[\"https://a.example/x\"]",
        Check::MetadataIssuer,
    );
    malformed("\"https://a.example/x\"", "null", Check::MetadataIssuer);
    malformed("\"issuer\"", "\"Issuer\"", Check::MetadataIssuer);

    // Endpoints that must not get credentials.
    wrong(
        "https://a.example/token",
        "http://a.example/token",
        Check::Url,
    );
    wrong("https://a.example/token", "/token", Check::Url);
    wrong("https://a.example/token", "", Check::Url);
    wrong("https://a.example/token", "file:///etc/passwd", Check::Url);
    wrong(
        "https://a.example/token",
        "https://user:pw@a.example/token",
        Check::Url,
    );
    wrong(
        "https://a.example/token",
        "https://a.example/token#x",
        Check::Url,
    );
    wrong(
        "https://a.example/token",
        "https://a.example\\r\\n/token",
        Check::Url,
    );
    wrong(
        "https://a.example/token",
        "http://localhost/token",
        Check::Url,
    );
    wrong(
        "https://a.example/token",
        "https://a.example/token?client_secret=x",
        Check::CredentialInUrl,
    );
    wrong(
        "https://a.example/authorize",
        "https://a.example/authorize?password=x",
        Check::CredentialInUrl,
    );
    wrong(
        "https://a.example/authorize",
        "javascript:alert(1)",
        Check::Url,
    );
    wrong(
        "\"end\"",
        "\"device_authorization_endpoint\":\"http://a.example/\",\"end\"",
        Check::Url,
    );
    wrong(
        "\"end\"",
        "\"introspection_endpoint\":\"ftp://a.example/\",\"end\"",
        Check::Url,
    );
    malformed("\"https://a.example/token\"", "7", Check::Fields);
    malformed(
        "\"https://a.example/token\"",
        "[\"https://a.example/token\"]",
        Check::Fields,
    );
    malformed("\"https://a.example/token\"", "null", Check::Fields);
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
    wrong(
        "\"end\"",
        "\"token_endpoint_auth_methods_supported\":[\"private_key_jwt\"],\"end\"",
        Check::ClientAuthentication,
    );
    wrong(
        "\"end\"",
        "\"token_endpoint_auth_methods_supported\":[],\"end\"",
        Check::ClientAuthentication,
    );
    wrong(
        "\"end\"",
        "\"token_endpoint_auth_methods_supported\":[\"none\"],\"end\"",
        Check::ClientAuthentication,
    );
}
