//! Extension grants and further parameters: RFC 6749 section 4.5, RFC 7523, RFC 8693.

use super::*;
use crate::error::check::Check;

fn server_client(id: &str, secret: Option<&str>) -> OAuthClient {
    let endpoint = Endpoint::parse("https://as.example.com/as/token.oauth2").expect("an endpoint");
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), id).expect("an id");
    match secret {
        Some(secret) => client.with_secret(secret).expect("a secret"),
        None => client,
    }
}

/// RFC 7523 section 2.1, with an assertion of our own, since the RFC leaves its own one out.
#[test]
fn a_jwt_bearer_assertion() {
    let client = server_client("id", None);
    let assertion = SecretText::from("eyJhbGciOiJFUzI1NiIsImtpZCI6IjE2In0.eyJpc3Mi.J9l-ZhwP");
    let message = TokenRequest::extension(&client, "urn:ietf:params:oauth:grant-type:jwt-bearer")
        .secret_param("assertion", &assertion)
        .expect("no core name");
    assert_eq!(
        body(&message.request().expect("a request")),
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer\
         &assertion=eyJhbGciOiJFUzI1NiIsImtpZCI6IjE2In0.eyJpc3Mi.J9l-ZhwP&client_id=id"
    );
    let refused = r#"{"error":"invalid_grant","error_description":"eyJhbGciOiJFUzI1NiIsImtpZCI6IjE2In0.eyJpc3Mi.J9l-ZhwP: Audience validation failed"}"#;
    let error = message
        .parse(response(400, "application/json", refused))
        .expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(
        error
            .to_string()
            .contains("[secret]: Audience validation failed"),
        "{error}"
    );
}

/// RFC 8693 section 2.3.
#[test]
fn a_token_exchange() {
    let client = server_client("rs08", Some("long-secure-random-secret"));
    let subject = SecretText::from("accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC");
    let message =
        TokenRequest::extension(&client, "urn:ietf:params:oauth:grant-type:token-exchange")
            .param("resource", "https://backend.example.com/api")
            .and_then(|message| {
                message.param(
                    "subject_token_type",
                    "urn:ietf:params:oauth:token-type:access_token",
                )
            })
            .and_then(|message| message.secret_param("subject_token", &subject))
            .expect("no core names");
    let request = message.request().expect("a request");
    assert_eq!(
        request.headers()["authorization"],
        "Basic cnMwODpsb25nLXNlY3VyZS1yYW5kb20tc2VjcmV0"
    );
    assert_eq!(
        body(&request),
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange\
         &resource=https%3A%2F%2Fbackend.example.com%2Fapi\
         &subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token\
         &subject_token=accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC"
    );
    let given = r#"{"access_token":"eyJhbGciOiJFUzI1NiJ9.e30.c2ln","token_type":"Bearer","expires_in":60,
        "issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}"#;
    let token = message
        .parse(response(200, "application/json", given))
        .expect(given);
    assert_eq!(
        token.lifetime(),
        Lifetime::For(std::time::Duration::from_secs(60))
    );
    // RFC 8693 section 2.2.1: no bearer token, and so of no use as one.
    let not_a_token = given.replace("\"Bearer\"", "\"N_A\"");
    let error = message
        .parse(response(200, "application/json", &not_a_token))
        .expect_err("no bearer token");
    assert_eq!(error.check(), Some(Check::TokenType));
    let target = r#"{"error":"invalid_target"}"#;
    let error = message
        .parse(response(400, "application/json", target))
        .expect_err("refused");
    assert!(error.is_configuration());
    assert_eq!(error.setting(), Some("resource, audience"));
}

#[test]
fn core_parameters_cannot_be_replaced() {
    let client = server_client("id", None);
    let (text, device) = (SecretText::from("x"), "urn:x:grant");
    let check = |extension: bool, name: &'static str, free: bool| {
        let message = || match extension {
            true => TokenRequest::extension(&client, "urn:x:grant"),
            false => TokenRequest::client_credentials(&client),
        };
        let plain = message().param(name, "x").err();
        let secret = message().secret_param(name, &text).err();
        for error in [plain, secret] {
            let check = error.as_ref().and_then(Error::check);
            assert_eq!(check, (!free).then_some(Check::CoreParameter), "{name}");
        }
    };
    for name in [
        "grant_type",
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "scope",
        "",
    ] {
        check(false, name, false);
        check(true, name, false);
    }
    for name in [
        "code",
        "redirect_uri",
        "code_verifier",
        "refresh_token",
        "username",
        "password",
        "device_code",
    ] {
        check(false, name, false);
        check(true, name, true);
    }
    for name in ["resource", "audience", "assertion", "x y"] {
        check(false, name, true);
        check(true, name, true);
    }
    let twice = |name| {
        TokenRequest::extension(&client, device)
            .param(name, "1")
            .and_then(|message| message.param(name, "2"))
    };
    assert_eq!(
        twice("x").expect_err("twice").check(),
        Some(Check::ParameterOnce)
    );
    let message = twice("audience").expect("RFC 8693 allows several");
    assert_eq!(
        body(&message.request().expect("a request")),
        "grant_type=urn%3Ax%3Agrant&audience=1&audience=2&client_id=id"
    );
    let strange = TokenRequest::extension(&client, device)
        .param("a&b=c", "d")
        .expect("no core name");
    assert_eq!(
        body(&strange.request().expect("a request")),
        "grant_type=urn%3Ax%3Agrant&a%26b%3Dc=d&client_id=id"
    );
}

#[test]
fn grants_that_have_a_constructor_of_their_own() {
    let client = server_client("id", None);
    for grant_type in [
        "password",
        "authorization_code",
        "client_credentials",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code",
        "",
        "two words",
    ] {
        let error = TokenRequest::extension(&client, grant_type)
            .request()
            .expect_err(grant_type);
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert_eq!(error.check(), Some(Check::CoreParameter), "{error}");
    }
}

#[test]
fn what_is_secret_by_its_name_is_not_repeated() {
    let client = server_client("id", None);
    let message = TokenRequest::extension(&client, "urn:x:grant")
        .param("assertion", "marked-assertion")
        .and_then(|message| message.param("audience", "marked-audience"))
        .expect("no core names");
    let words =
        r#"{"error":"invalid_grant","error_description":"marked-assertion for marked-audience"}"#;
    let error = message
        .parse(response(400, "application/json", words))
        .expect_err("refused");
    assert!(
        error.to_string().contains("[secret] for marked-audience"),
        "{error}"
    );
}
