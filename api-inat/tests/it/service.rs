//! The service value: endpoints, APIs, and settings that cannot be right.

use api_inat::{NO_APPLICATION, ServiceBuilder};
use auth_core::{
    AuthorizationRequest, Entropy, ErrorKind, Message, RedirectUri, Service, TokenKind,
    TokenRequest,
};

fn built(builder: ServiceBuilder) -> Service {
    builder
        .user_agent("nightly/1.0 (mail@example.org)")
        .build()
        .expect("a service")
}

fn base(service: &Service, api: &str) -> (String, TokenKind) {
    let api = service.find_api(api).expect("the API");
    (api.base().as_str().to_owned(), api.token())
}

#[test]
fn which_token_goes_where() {
    let check = |service: &Service, www: &str, v1: &str| {
        assert_eq!(base(service, "www"), (www.to_owned(), TokenKind::Login));
        assert_eq!(base(service, "v1"), (v1.to_owned(), TokenKind::Derived));
        assert_eq!(service.derivation().expect("a second token").api(), "www");
        assert_eq!(service.scope(), None, "the server's default scopes");
    };
    check(
        &built(api_inat::service("an-id")),
        "https://www.inaturalist.org",
        "https://api.inaturalist.org/v1",
    );
    check(
        &built(api_inat::service("an-id").at("http://127.0.0.1:4000/")),
        "http://127.0.0.1:4000",
        "http://127.0.0.1:4000/v1",
    );
    check(
        &built(api_inat::service_without_application().www("https://inaturalist.ca/")),
        "https://inaturalist.ca",
        "https://api.inaturalist.org/v1",
    );
}

#[test]
fn a_login_asks_for_no_scope_and_sends_pkce_and_secret() {
    let service = built(api_inat::service("an-id").secret("s3cret"));
    let redirect = RedirectUri::parse("http://127.0.0.1:8080").expect("a redirect URI");
    let (url, pending) =
        AuthorizationRequest::new(service.client(), redirect, Entropy::new([7; 64]))
            .begin()
            .expect("a URL");
    assert!(
        url.starts_with("https://www.inaturalist.org/oauth/authorize?"),
        "{url}"
    );
    assert!(url.contains("code_challenge_method=S256"), "{url}");
    assert!(!url.contains("scope="), "{url}");
    let state = url
        .split("&state=")
        .nth(1)
        .and_then(|rest| rest.split('&').next())
        .expect("a state");
    let grant = pending
        .accept(&format!("http://127.0.0.1:8080/?code=c0de&state={state}"))
        .expect("our own answer");
    let request = TokenRequest::code(service.client(), &grant)
        .request()
        .expect("a request");
    assert_eq!(request.uri(), "https://www.inaturalist.org/oauth/token");
    assert!(!request.headers().contains_key("authorization"));
    let auth_core::Body::Bytes(form) = request.body() else {
        panic!("a form");
    };
    let form = String::from_utf8_lossy(form);
    for part in [
        "client_id=an-id",
        "client_secret=s3cret",
        "code_verifier=",
        "grant_type=authorization_code",
    ] {
        assert!(form.contains(part), "{part} in {form}");
    }
}

#[test]
fn without_an_application_no_browser_is_opened() {
    let service = built(api_inat::service_without_application());
    assert_eq!(service.client().id(), NO_APPLICATION);
    assert_eq!(
        service.account_key("me").to_string(),
        "inaturalist/no-application/me"
    );
    let redirect = RedirectUri::parse("http://127.0.0.1:8080").expect("a redirect URI");
    let error = AuthorizationRequest::new(service.client(), redirect, Entropy::new([7; 64]))
        .begin()
        .expect_err("no application, no login");
    assert!(error.is_configuration());
}

#[test]
fn settings_that_cannot_be_right() {
    let check = |builder: ServiceBuilder, setting: &str, words: &str| {
        let error = builder.build().expect_err(words);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert_eq!(error.setting_name(), Some(setting), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    };
    let named = |builder: ServiceBuilder| builder.user_agent("x/1 (me@example.org)");
    check(
        api_inat::service("an-id"),
        "user_agent",
        "nightly/1.0 (mail@example.org)",
    );
    check(
        api_inat::service("an-id").user_agent(" \t"),
        "user_agent",
        "asks every program for a User-Agent",
    );
    check(
        api_inat::service("an-id").user_agent("x\ny"),
        "user_agent",
        "cannot stand in a header",
    );
    check(named(api_inat::service("")), "client_id", "is empty");
    check(
        named(api_inat::service("an-id").secret(" ")),
        "client_secret",
        "is empty",
    );
    check(
        named(api_inat::service_without_application().secret("s3cret")),
        "client_id",
        "no client id",
    );
    check(
        named(api_inat::service("an-id").www("http://inaturalist.example")),
        "www",
        "http",
    );
    check(
        named(api_inat::service("an-id").v1("https://me:s3cret@api.example/v1")),
        "v1",
        "user",
    );
    check(
        named(api_inat::service("an-id").at("nowhere")),
        "www",
        "nowhere",
    );
}

#[test]
fn a_builder_shows_no_secret() {
    let builder = api_inat::service("an-id").secret("s3cret");
    assert!(!format!("{builder:?}").contains("s3cret"));
}
