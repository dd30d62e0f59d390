//! Every kind of redirect: an https callback, a loopback IP, a private-use scheme, a pasted
//! redirect.

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

/// Logs in with `login`, then sends a call.
fn logs_in(scene: &Scene, described: ServiceBuilder, login: Login) {
    let session = scene.client(described, Memory::new()).account("alice");
    let status = session.log_in(login).expect("a login");
    assert!(status.login.is_some_and(|token| token.refreshable));
    session.call().expect("the call succeeds");
    let log = scene.requests();
    let exchange = log.requests().iter().find(|r| r.kind == RequestKind::Token);
    let exchange = exchange.expect("an exchange");
    // PKCE and a secret, and the id in the form as well as in the header.
    assert_eq!(exchange.scheme.as_deref(), Some("Basic"));
    for field in ["client_id", "code_verifier", "redirect_uri"] {
        assert!(exchange.fields.iter().any(|f| f == field), "{exchange:?}");
    }
    assert!(!exchange.fields.iter().any(|f| f == "client_secret"));
}

#[test]
fn a_loopback_ip_at_any_free_port() {
    everywhere(|scene| logs_in(scene, scene.describe(TOOL), browser()));
}

#[test]
fn a_private_use_scheme() {
    everywhere(|scene| {
        let login = Login::pasted_redirect(SCHEME, visited);
        logs_in(scene, scene.describe(TOOL), login);
    });
}

#[test]
fn a_pasted_redirect_to_an_address_without_a_server() {
    everywhere(|scene| {
        let login = Login::pasted_redirect("http://127.0.0.1:8080", visited);
        logs_in(scene, scene.describe(TOOL), login);
    });
}

#[test]
fn a_challenge_that_both_base64s_write_alike() {
    everywhere(|scene| {
        let style = PkceStyle::AlphanumericChallenge;
        logs_in(scene, scene.describe(TOOL).pkce_style(style), browser());
    });
}

#[test]
fn scopes_of_the_service_are_asked_for() {
    everywhere(|scene| {
        let scope = Scope::new("public").expect("a scope");
        logs_in(scene, scene.describe(TOOL).scopes([scope]), browser());
        let pages = scene.all(RequestKind::Authorize);
        assert!(pages[0].path.contains("scope=public"));
    });
}

/// As in a web service: the pending login is stored as text between two requests of the visitor.
#[test]
fn an_https_callback_of_a_web_service() {
    everywhere(|scene| {
        let service = scene.service(TOOL);
        let uri = RedirectUri::parse(CALLBACK).expect("a redirect URI");
        let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([9; 64]));
        let (url, pending) = request.begin().expect("a URL");
        let stored: SecretBytes = pending.to_secret_text();

        let redirected = visited(&url).expect("redirected");
        assert!(redirected.starts_with("https://my-app.example/oauth2redirect?code="));
        let pending =
            PendingAuthorization::from_secret_text(stored.expose_secret()).expect("our own text");
        let grant = pending.accept(&redirected).expect("our own redirect");
        let session = scene
            .client(scene.describe(TOOL), Memory::new())
            .account("visitor 1");
        session.complete(grant).expect("a login");
        session.call().expect("the call succeeds");
    });
}
