//! The service value: endpoints, APIs, and invalid settings.

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
    let api = service.api(api).expect("the API");
    (api.base_url().as_str().to_owned(), api.token())
}

#[test]
fn which_token_goes_where() {
    let check = |service: &Service, www: &str, v1: &str| {
        assert_eq!(base(service, "www"), (www.to_owned(), TokenKind::Login));
        assert_eq!(base(service, "v1"), (v1.to_owned(), TokenKind::Derived));
        let v2 = v1.replace("/v1", "/v2");
        assert_eq!(base(service, "v2"), (v2, TokenKind::Derived));
        let derivation = service.token_derivation().expect("a second token");
        assert_eq!(derivation.policy().api(), "www");
        assert_eq!(service.default_scope(), None, "the server's default scopes");
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
fn media_lie_at_two_servers() {
    let service = built(api_inat::service("an-id"));
    assert_eq!(base(&service, "static").0, "https://static.inaturalist.org");
    let open = "https://inaturalist-open-data.s3.amazonaws.com";
    assert_eq!(base(&service, "open data").0, open);
    let moved = api_inat::service("an-id").media("http://127.0.0.1:1/a", "http://127.0.0.1:1/b");
    assert_eq!(
        base(&built(moved.clone()), "open data").0,
        "http://127.0.0.1:1/b"
    );
    let here = built(moved.at("http://127.0.0.1:4000"));
    assert_eq!(base(&here, "static").0, "http://127.0.0.1:4000");
}

#[test]
fn the_rate_limit_that_inaturalist_asks_for() {
    let service = built(api_inat::service("an-id"));
    let limit = service.rate_limit().expect("a rate limit");
    let seconds = |of: &[(u64, std::time::Duration)]| -> Vec<_> {
        of.iter()
            .map(|(most, within)| (*most, within.as_secs()))
            .collect()
    };
    assert_eq!((limit.spacing().as_secs(), limit.burst()), (1, 5));
    assert_eq!(seconds(limit.windows()), [(55, 60), (10_000, 86_400)]);
    let media = [(5_000_000_000, 3600), (24_000_000_000, 86_400)];
    assert_eq!(seconds(limit.media_windows()), media);
    let slower = api_inat::rate_limit().with_window(30, std::time::Duration::from_secs(60));
    let service = built(api_inat::service("an-id").rate_limit(slower));
    assert_eq!(
        service.rate_limit().expect("a rate limit").windows().len(),
        3
    );
    let unlimited = api_inat::service("an-id").rate_limit(auth_core::RateLimit::unlimited());
    assert!(built(unlimited).rate_limit().is_none());
}

#[test]
fn an_imported_token_renews_itself_only_if_enabled() {
    let renews = |builder: ServiceBuilder| {
        let service = built(builder);
        service
            .token_derivation()
            .expect("a second token")
            .can_self_renew()
    };
    assert!(!renews(api_inat::service_without_application()));
    assert!(renews(
        api_inat::service_without_application().renew_plain_token()
    ));
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
        .expect("our own response");
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
        assert_eq!(error.setting(), Some(setting), "{error}");
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
        "requires a User-Agent",
    );
    check(
        api_inat::service("an-id").user_agent("x\ny"),
        "user_agent",
        "cannot be in a header",
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
        "requires a client id",
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
        named(api_inat::service("an-id").v2("ftp://api.example/v2")),
        "v2",
        "ftp",
    );
    check(
        named(api_inat::service("an-id").media("https://media.example", "?")),
        "media",
        "?",
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
