//! The two grants that Info Flora documents: client credentials, and a person's code with PKCE and
//! secret.

use api_infoflora::ServiceBuilder;
use auth_core::ClientAuthentication;
use auth_flows::Login;
use keystore::Memory;
use worlds::ScriptedUser;

use super::{Case, alice, sent_by_header, token_request};
use crate::scene::{DAEMON, Scene, TOOL};

pub(super) const CASES: &[Case] = &[
    (
        "client credentials: raw Basic, id in the form as well",
        |scene| itself(scene, |service| service, true),
    ),
    ("client credentials: body", |scene| {
        itself(scene, by_body, false)
    }),
    ("code + PKCE and secret: body", |scene| {
        serves(scene, by_body, false, ScriptedUser::browser)
    }),
    ("callback with a path, any free port", |scene| {
        let login = |user: &ScriptedUser| user.browser().path("/callback");
        serves(scene, |service| service, true, login)
    }),
    ("the login page's language in the path", |scene| {
        let locale = |service: ServiceBuilder| service.authorize_locale("de");
        serves(scene, locale, true, ScriptedUser::browser);
        let log = scene.requests();
        let path = &log.requests()[0].path;
        assert!(path.contains("/authorize/de?"), "{path}");
    }),
    (
        "logout removes the token, and reports no revocation",
        logout,
    ),
];

fn by_body(service: ServiceBuilder) -> ServiceBuilder {
    service.client_authentication(ClientAuthentication::Body)
}

fn itself(scene: &Scene, change: impl Fn(ServiceBuilder) -> ServiceBuilder, by_header: bool) {
    let client = scene.client(change(scene.describe(DAEMON)), Memory::new());
    let session = client.client_session();
    session.call().expect("a call");
    sent_by_header(&token_request(scene, "client_credentials"), by_header);
    assert!(session.token().refresh_token().is_none());
}

fn serves(
    scene: &Scene,
    change: impl Fn(ServiceBuilder) -> ServiceBuilder,
    by_header: bool,
    login: impl Fn(&ScriptedUser) -> Login,
) {
    let client = scene.client(change(scene.describe(TOOL)), Memory::new());
    let session = client.account("alice");
    let status = session.log_in(login(&alice())).expect("a login");
    assert!(status.login.expect("a token").refreshable);
    let exchange = token_request(scene, "authorization_code");
    sent_by_header(&exchange, by_header);
    let has = |name: &str| exchange.fields.iter().any(|field| field == name);
    assert!(has("code_verifier"), "no verifier beside the secret");
    session.call().expect("a call");
    assert_eq!(scene.refreshes(), 0);
}

/// Info Flora documents no revocation endpoint, and league has none.
fn logout(scene: &Scene) {
    let session = scene.alice();
    let before = scene.requests().total();
    let logged_out = session.log_out().expect("a logout");
    assert!(logged_out.revoked.is_none(), "{logged_out:?}");
    assert_eq!(scene.requests().total(), before);
    assert!(session.status().login.is_none());
}
