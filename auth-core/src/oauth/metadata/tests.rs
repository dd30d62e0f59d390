//! RFC 8414's own examples, the URL of the document, and the server made from it.

use super::*;
use crate::{
    leniency::Quirk,
    oauth::{
        authorization_request::{AuthorizationRequest, Entropy},
        client::OAuthClient,
    },
    wire::{redirect::RedirectUri, response_body::ResponseBody},
};

/// RFC 8414 section 3.2.
const EXAMPLE: &str = r#"{
    "issuer": "https://server.example.com",
    "authorization_endpoint": "https://server.example.com/authorize",
    "token_endpoint": "https://server.example.com/token",
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
    "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
    "userinfo_endpoint": "https://server.example.com/userinfo",
    "jwks_uri": "https://server.example.com/jwks.json",
    "registration_endpoint": "https://server.example.com/register",
    "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
    "response_types_supported": ["code", "code token"],
    "service_documentation": "http://server.example.com/service_documentation.html",
    "ui_locales_supported": ["en-US", "en-GB", "en-CA", "fr-FR", "fr-CA"]
}"#;

fn response(status: u16, body: &str) -> Response {
    http::Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(ResponseBody::new(body.as_bytes().to_vec()))
        .expect("a response")
}

fn read(body: &str) -> Result<Metadata, Error> {
    MetadataRequest::new("https://server.example.com")
        .expect("an issuer")
        .parse(response(200, body))
}

/// A small document with these fields added.
fn with(fields: &str) -> Metadata {
    let body = format!(
        r#"{{"issuer":"https://server.example.com","token_endpoint":"https://server.example.com/token",
        "authorization_endpoint":"https://server.example.com/authorize",{fields}}}"#
    );
    read(&body).expect(&body)
}

#[test]
fn the_url_of_the_document() {
    let check = |issuer: &str, oauth: &str, openid: &str| {
        let url = |request: Result<MetadataRequest, Error>| {
            let request = request.expect(issuer).request().expect("a request");
            assert_eq!(request.method(), "GET");
            assert_eq!(request.headers()["accept"], "application/json");
            request.uri().to_string()
        };
        assert_eq!(url(MetadataRequest::new(issuer)), oauth);
        assert_eq!(url(MetadataRequest::openid(issuer)), openid);
    };
    // RFC 8414 section 3.1.
    check(
        "https://example.com",
        "https://example.com/.well-known/oauth-authorization-server",
        "https://example.com/.well-known/openid-configuration",
    );
    check(
        "https://example.com/issuer1",
        "https://example.com/.well-known/oauth-authorization-server/issuer1",
        "https://example.com/issuer1/.well-known/openid-configuration",
    );
    check(
        "https://example.com/a/b/",
        "https://example.com/.well-known/oauth-authorization-server/a/b",
        "https://example.com/a/b/.well-known/openid-configuration",
    );
    check(
        "http://127.0.0.1:9/",
        "http://127.0.0.1:9/.well-known/oauth-authorization-server",
        "http://127.0.0.1:9/.well-known/openid-configuration",
    );
}

#[test]
fn issuers_that_are_none() {
    for issuer in [
        "",
        "example.com",
        "http://example.com",
        "https://example.com?x",
        "https://example.com/a?x=1",
        "https://example.com#x",
        "https://user@example.com",
        "ftp://example.com",
    ] {
        for request in [
            MetadataRequest::new(issuer),
            MetadataRequest::openid(issuer),
        ] {
            let error = request.expect_err(issuer);
            assert!(error.is_configuration(), "{issuer}: {error}");
            assert_eq!(error.setting(), Some("issuer"), "{issuer}: {error}");
            assert_eq!(error.check(), Some(Check::Url), "{issuer}: {error}");
        }
    }
}

#[test]
fn the_example_of_the_rfc() {
    let metadata = read(EXAMPLE).expect("the example");
    assert_eq!(metadata.issuer(), "https://server.example.com");
    assert!(metadata.quirks().is_empty());
    let scopes: Vec<String> = metadata.field("scopes_supported").expect("a list");
    assert_eq!(scopes.len(), 6);
    assert_eq!(metadata.field::<u64>("scopes_supported"), None);
    let server = metadata.server().expect("a server");
    assert_eq!(server.token.uri(), "https://server.example.com/token");
    let authorization = server.authorization.expect("an endpoint");
    assert_eq!(authorization.uri(), "https://server.example.com/authorize");
    assert_eq!(
        server.authentication,
        ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded)
    );
    assert!(server.revocation.is_none() && !server.issuer_in_response && !server.requires_pushed);
}

#[test]
fn what_a_server_is_made_of() {
    let metadata = with(
        r#""revocation_endpoint":"https://r.example/","introspection_endpoint":"https://i.example/",
        "device_authorization_endpoint":"https://d.example/",
        "pushed_authorization_request_endpoint":"https://p.example/",
        "require_pushed_authorization_requests":true,
        "authorization_response_iss_parameter_supported":true,"mtls_endpoint_aliases":null"#,
    );
    let server = metadata.server().expect("a server");
    let shown = [
        server.revocation,
        server.introspection,
        server.device,
        server.pushed,
    ]
    .map(|endpoint| endpoint.expect("an endpoint").to_string());
    assert_eq!(
        shown,
        [
            "https://r.example/",
            "https://i.example/",
            "https://d.example/",
            "https://p.example/"
        ]
    );
    assert!(server.issuer_in_response && server.requires_pushed);
    assert_eq!(server.issuer.as_deref(), Some("https://server.example.com"));
}

#[test]
fn client_authentication() {
    let check = |methods: &str, expect: Result<ClientAuthentication, &str>| {
        let metadata = with(&format!(
            "\"token_endpoint_auth_methods_supported\":{methods}"
        ));
        match (metadata.server(), expect) {
            (Ok(server), Ok(method)) => assert_eq!(server.authentication, method, "{methods}"),
            (Err(error), Err(words)) => {
                assert_eq!(error.check(), Some(Check::ClientAuthentication));
                assert!(error.to_string().contains(words), "{methods}: {error}");
            }
            (got, _) => panic!("{methods}: {got:?}"),
        }
    };
    let basic = ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded);
    check("null", Ok(basic));
    check(r#"["client_secret_post","client_secret_basic"]"#, Ok(basic));
    check(
        r#"["none","client_secret_post"]"#,
        Ok(ClientAuthentication::Body),
    );
    check(
        r#"["none","private_key_jwt"]"#,
        Ok(ClientAuthentication::None),
    );
    check(r#""client_secret_post""#, Ok(ClientAuthentication::Body));
    check(
        r#"["private_key_jwt","tls_client_auth"]"#,
        Err("by private_key_jwt, tls_client_auth only"),
    );
    check("[]", Err("by nothing only"));
}

#[test]
fn without_s256_no_authorization_request_leaves() {
    let check = |fields: &str, allow: bool, expect: Result<bool, &str>| {
        let mut server = with(fields).server().expect("a server");
        if allow {
            server = server.allow(Quirk::UnannouncedPkce);
        }
        let client = OAuthClient::new(server, "id").expect("an id");
        let redirect = RedirectUri::parse("http://127.0.0.1:8080").expect("a redirect URI");
        let begun = AuthorizationRequest::new(&client, redirect, Entropy::new([7; 64])).begin();
        match (begun, expect) {
            (Ok((url, pending)), Ok(quirks)) => {
                assert!(url.contains("code_challenge_method=S256"), "{url}");
                let state = url
                    .split("state=")
                    .nth(1)
                    .and_then(|rest| rest.split('&').next())
                    .expect("a state");
                let grant = pending
                    .accept(&format!("http://127.0.0.1:8080?code=c&state={state}"))
                    .expect("our redirect");
                assert_eq!(
                    grant.quirks().contains(Quirk::UnannouncedPkce),
                    quirks,
                    "{fields}"
                );
            }
            (Err(error), Err(words)) => {
                assert!(error.is_configuration());
                assert_eq!(error.check(), Some(Check::Pkce), "{fields}");
                assert!(error.to_string().contains(words), "{fields}: {error}");
            }
            (got, _) => panic!("{fields}: {got:?}"),
        }
    };
    let methods = |list: &str| format!("\"code_challenge_methods_supported\":{list}");
    check(&methods(r#"["S256"]"#), false, Ok(false));
    check(&methods(r#"["plain","S256"]"#), true, Ok(false));
    check(
        &methods(r#"["plain"]"#),
        false,
        Err("by plain, not by S256"),
    );
    check(&methods(r#"["plain"]"#), true, Err("by plain, not by S256"));
    check(&methods(r#"["s256"]"#), true, Err("by s256, not by S256"));
    check(&methods("[]"), true, Err("by nothing, not by S256"));
    check("\"x\":1", false, Err("does not announce PKCE"));
    check("\"x\":1", true, Ok(true));
}

#[test]
fn responses_that_are_no_document() {
    let check = |status, body: &str, kind: ErrorKind, words: &str| {
        let error = MetadataRequest::openid("https://server.example.com")
            .expect("an issuer")
            .parse(response(status, body))
            .expect_err(body);
        assert_eq!(error.kind(), kind, "{body}: {error}");
        assert!(error.to_string().contains(words), "{body}: {error}");
    };
    use ErrorKind::{Configuration, Malformed, Refused};
    check(
        404,
        "<html></html>",
        Configuration,
        "no metadata at https://server.example.com/.well-known/openid-configuration",
    );
    check(301, "", Configuration, "redirect");
    check(503, "", Refused, "503");
    check(429, "", Refused, "429");
    check(
        200,
        "<html><title>a portal</title></html>",
        Malformed,
        "a portal",
    );
    check(
        200,
        &EXAMPLE.replace("https://server.example.com\"", "https://evil.example\""),
        Malformed,
        "https://evil.example and not",
    );
}
