//! Every way a person can come back: an https callback, a loopback IP, a private-use scheme, a pasted address.

use api_infoflora::{Scope, ServiceBuilder};
use auth_core::{
    AuthorizationRequest, Entropy, ExposeSecret, PendingAuthorization, PkceStyle, RedirectUri,
    SecretBytes,
};
use auth_flows::Login;
use auth_testkit::{RequestKind, person::Person};
use keystore::Memory;

use crate::scene::{CALLBACK, SCHEME, Scene, TOOL, browser, everywhere};

fn visited(url: &str) -> std::io::Result<String> {
    Person::new("alice", "password").visit(url)?.into_redirect()
}

/// Logs in in one way, and calls.
fn serves(scene: &Scene, described: ServiceBuilder, login: Login) {
    let seat = scene.program(described, Memory::new()).account("alice");
    let status = seat.log_in(login).expect("a login");
    assert!(status.login.is_some_and(|token| token.refreshable));
    seat.call().expect("it serves");
    let seen = scene.seen();
    let exchange = seen
        .requests()
        .iter()
        .find(|r| r.kind == RequestKind::Token);
    let exchange = exchange.expect("an exchange");
    // PKCE and a secret, and the id in the form beside the header.
    assert_eq!(exchange.scheme.as_deref(), Some("Basic"));
    for field in ["client_id", "code_verifier", "redirect_uri"] {
        assert!(exchange.fields.iter().any(|f| f == field), "{exchange:?}");
    }
    assert!(!exchange.fields.iter().any(|f| f == "client_secret"));
}

#[test]
fn a_loopback_ip_at_any_free_port() {
    everywhere(|scene| serves(scene, scene.describe(TOOL), browser()));
}

#[test]
fn a_private_use_scheme() {
    everywhere(|scene| {
        let login = Login::pasted_redirect(SCHEME, visited);
        serves(scene, scene.describe(TOOL), login);
    });
}

#[test]
fn the_pasted_address_of_a_page_that_nobody_serves() {
    everywhere(|scene| {
        let login = Login::pasted_redirect("http://127.0.0.1:8080", visited);
        serves(scene, scene.describe(TOOL), login);
    });
}

#[test]
fn a_challenge_that_both_base64s_write_alike() {
    everywhere(|scene| {
        let style = PkceStyle::AlphanumericChallenge;
        serves(scene, scene.describe(TOOL).pkce_style(style), browser());
    });
}

#[test]
fn scopes_of_the_service_are_asked_for() {
    everywhere(|scene| {
        let scope = Scope::new("public").expect("a scope");
        serves(scene, scene.describe(TOOL).scopes([scope]), browser());
        let seen = scene.seen();
        let page = seen
            .requests()
            .iter()
            .find(|r| r.kind == RequestKind::Authorize);
        assert!(page.expect("a page").path.contains("scope=public"));
    });
}

/// As a web service does it: what waits is kept as text between two requests of the visitor's.
#[test]
fn an_https_callback_of_a_web_service() {
    everywhere(|scene| {
        let service = scene.describe(TOOL).build().expect("a service");
        let uri = RedirectUri::parse(CALLBACK).expect("a redirect URI");
        let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([9; 64]));
        let (url, pending) = request.begin().expect("a URL");
        let kept: SecretBytes = pending.to_secret_text();

        let redirected = visited(&url).expect("redirected");
        assert!(redirected.starts_with("https://my-app.example/oauth2redirect?code="));
        let pending =
            PendingAuthorization::from_secret_text(kept.expose_secret()).expect("our own text");
        let grant = pending.accept(&redirected).expect("our own answer");
        let seat = scene
            .program(scene.describe(TOOL), Memory::new())
            .account("visitor 1");
        seat.complete(grant).expect("a login");
        seat.call().expect("it serves");
    });
}
