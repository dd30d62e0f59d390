//! The service value: endpoints, quirks, and its token requests on the wire.

use std::time::Duration;

use api_infoflora::{API, ServiceBuilder};
use auth_core::{
    AuthorizationRequest, BasicEncoding, Body, ClientAuthentication, CredentialField,
    CredentialValues, Entropy, ErrorKind, Message, PkceStyle, RateLimit, RedirectUri, SecretText,
    Service, TokenKind, TokenRequest,
};

fn built(builder: ServiceBuilder) -> Service {
    builder
        .user_agent("nightly/1.0 (mail@example.org)")
        .build()
        .expect("a service")
}

fn with_secret() -> ServiceBuilder {
    api_infoflora::service("an-id").secret("s3cret")
}

/// Returns URI, Authorization header and form of a token request.
fn wire(request: &TokenRequest<'_>) -> (String, Option<String>, String) {
    let request = request.request().expect("a request");
    let Body::Bytes(form) = request.body() else {
        panic!("a form");
    };
    let header = request.headers().get("authorization");
    (
        request.uri().to_string(),
        header.map(|value| value.to_str().expect("ASCII").to_owned()),
        String::from_utf8_lossy(form).into_owned(),
    )
}

#[test]
fn where_things_are() {
    let check = |service: &Service, api: &str, token: &str| {
        let found = service.api(API).expect("the API");
        assert_eq!(
            (found.base_url().as_str(), found.token()),
            (api, TokenKind::Login)
        );
        let (uri, _, _) = wire(&TokenRequest::client_credentials(service.client()));
        assert_eq!(uri, token);
        assert!(service.token_derivation().is_none());
    };
    check(
        &built(with_secret()),
        "https://obs.infoflora.ch/rest",
        "https://auth.infoflora.ch/oauth2/token",
    );
    check(
        &built(with_secret().at("http://127.0.0.1:4000/")),
        "http://127.0.0.1:4000/rest",
        "http://127.0.0.1:4000/oauth2/token",
    );
    check(
        &built(
            with_secret()
                .auth_url("https://auth.qual.example")
                .api_url("https://obs.qual.example/rest/"),
        ),
        "https://obs.qual.example/rest",
        "https://auth.qual.example/oauth2/token",
    );
}

#[test]
fn token_requests_as_the_page_shows_them() {
    let service = built(with_secret());
    let (_, header, form) = wire(&TokenRequest::client_credentials(service.client()));
    // "an-id:s3cret"
    assert_eq!(header.as_deref(), Some("Basic YW4taWQ6czNjcmV0"));
    assert_eq!(form, "grant_type=client_credentials&client_id=an-id");
    let refresh = SecretText::from("r3fresh");
    let (_, header, form) = wire(&TokenRequest::refresh(service.client(), &refresh));
    assert_eq!(header, None);
    for part in [
        "grant_type=refresh_token",
        "client_id=an-id",
        "client_secret=s3cret",
        "refresh_token=r3fresh",
    ] {
        assert!(form.contains(part), "{part} in {form}");
    }
}

#[test]
fn client_authentication_is_a_setting() {
    let service = built(
        with_secret()
            .client_authentication(ClientAuthentication::Body)
            .refresh_authentication(ClientAuthentication::Basic(BasicEncoding::Raw)),
    );
    let (_, header, form) = wire(&TokenRequest::client_credentials(service.client()));
    assert_eq!(header, None);
    assert!(form.contains("client_secret=s3cret"), "{form}");
    let refresh = SecretText::from("r3fresh");
    let (_, header, form) = wire(&TokenRequest::refresh(service.client(), &refresh));
    assert!(header.is_some());
    assert!(!form.contains("s3cret"), "{form}");
}

fn authorization_url(service: &Service, seed: u8) -> String {
    let redirect = RedirectUri::parse("https://my-app.example/oauth2redirect").expect("a URI");
    let request = AuthorizationRequest::new(service.client(), redirect, Entropy::new([seed; 64]));
    request.begin().expect("a URL").0
}

#[test]
fn the_login_page_has_its_language_in_the_path() {
    let url = authorization_url(&built(with_secret()), 7);
    assert!(
        url.starts_with("https://auth.infoflora.ch/oauth2/authorize/fr?"),
        "{url}"
    );
    assert!(url.contains("code_challenge_method=S256"), "{url}");
    assert!(url.contains("state="), "{url}");
    assert!(!url.contains("scope="), "{url}");
    let url = authorization_url(&built(with_secret().authorize_locale("de")), 7);
    assert!(url.contains("/oauth2/authorize/de?"), "{url}");
}

#[test]
fn a_challenge_that_reads_the_same_in_both_base64s() {
    let service = built(with_secret().pkce_style(PkceStyle::AlphanumericChallenge));
    for seed in 0..20 {
        let url = authorization_url(&service, seed);
        let challenge = url
            .split("code_challenge=")
            .nth(1)
            .and_then(|rest| rest.split('&').next())
            .expect("a challenge");
        assert_eq!(challenge.len(), 43);
        assert!(
            challenge.chars().all(|c| c.is_ascii_alphanumeric()),
            "{challenge}"
        );
    }
}

#[test]
fn settings_that_cannot_be_right() {
    let check = |builder: ServiceBuilder, setting: &str, words: &str| {
        let error = builder.build().expect_err(words);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert_eq!(error.setting(), Some(setting), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    };
    let named = |builder: ServiceBuilder| builder.user_agent("x/1 (me@example.org)");
    check(with_secret(), "user_agent", "nightly/1.0");
    check(with_secret().user_agent("\n"), "user_agent", "is missing");
    check(named(api_infoflora::service(" ")), "client_id", "is empty");
    check(
        named(api_infoflora::service("an-id").secret("")),
        "client_secret",
        "is empty",
    );
    check(
        named(api_infoflora::service("a:b").secret("s3cret")),
        "client_id",
        "colon",
    );
    check(
        named(with_secret().authorize_locale("")),
        "authorize_locale",
        "not a locale",
    );
    check(
        named(with_secret().authorize_locale("fr/../x")),
        "authorize_locale",
        "not a locale",
    );
    check(
        named(with_secret().auth_url("http://auth.example")),
        "auth_url",
        "http",
    );
    check(
        named(with_secret().api_url("ftp://obs.example/rest")),
        "api_url",
        "ftp",
    );
}

#[test]
fn a_builder_shows_no_secret() {
    assert!(!format!("{:?}", with_secret()).contains("s3cret"));
}

#[test]
fn two_requests_a_second_unless_set() {
    let service = built(with_secret());
    let rate_limit = service.rate_limit().expect("a rate limit");
    assert_eq!(
        (rate_limit.spacing(), rate_limit.burst()),
        (Duration::from_millis(500), 2)
    );
    let service = built(with_secret().rate_limit(RateLimit::unlimited()));
    assert!(service.rate_limit().is_none());
}

/// What a program found, in its own way.
struct Found(Option<SecretText>, Option<SecretText>);

impl CredentialValues for Found {
    fn value(&self, field: CredentialField) -> Option<&SecretText> {
        match field {
            CredentialField::ClientId => self.0.as_ref(),
            CredentialField::ClientSecret => self.1.as_ref(),
            _ => None,
        }
    }
}

#[test]
fn credentials_make_a_service() {
    let from = |id: Option<&str>, secret: Option<&str>| {
        let found = Found(id.map(SecretText::from), secret.map(SecretText::from));
        api_infoflora::service_from(&found)
    };
    let same = built(from(Some("an-id"), Some("s3cret")));
    assert_eq!(same.client(), built(with_secret()).client());
    let sent = |service: &Service| wire(&TokenRequest::client_credentials(service.client()));
    assert_eq!(sent(&same), sent(&built(with_secret())));
    let public = built(from(Some("an-id"), None));
    assert!(!public.client().is_confidential());
    let none = built(from(None, None));
    assert_eq!(none.client().id(), api_infoflora::NO_CLIENT);
    let lonely = from(None, Some("s3cret")).user_agent("x/1 (me@example.org)");
    let error = lonely.build().expect_err("no id");
    assert_eq!(error.setting(), Some("client_id"));
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[test]
fn a_service_without_a_client() {
    let service = built(api_infoflora::service_without_client());
    assert_eq!(service.client().id(), api_infoflora::NO_CLIENT);
    let redirect = RedirectUri::parse("https://my-app.example/oauth2redirect").expect("a URI");
    let request = AuthorizationRequest::new(service.client(), redirect, Entropy::new([1; 64]));
    assert!(request.begin().expect_err("no login").is_configuration());
    let lonely = api_infoflora::service_without_client().secret("s3cret");
    let error = lonely.user_agent("x/1 (me@example.org)").build();
    assert_eq!(error.expect_err("no id").setting(), Some("client_id"));
}
