//! The environment of a case: a server, a transport, and the browser.

use std::time::Duration;

use auth_core::testkit::{Auth, Route, Site, json};
use auth_core::{
    Api, AuthorizationServer, BaseUrl, Endpoint, Error, OAuthClient, Service, TokenKind,
};
use auth_testkit::{Dialect, TestClient, TestServer};
use keystore::Memory;

use super::user::{BrowserUser, NAME, PASSWORD, Shared, origin};
use crate::Stop;
use crate::expect::ensure;
use crate::ping::API;
use crate::report::{CheckResult, Failure};
use worlds::{AnySession, World};

/// The client that every server here knows, without a secret: for it, Doorkeeper requests consent
/// each time.
const CLIENT: &str = "public";

/// A running server, a transport to reach it, and a browser.
pub(super) struct BrowserEnv<'a> {
    /// The path above `authorize` and `token`.
    oauth: &'a str,
    world: &'a World,
    browser: &'a Shared,
}

impl<'a> BrowserEnv<'a> {
    pub(super) fn new(oauth: &'a str, world: &'a World, browser: &'a Shared) -> Self {
        Self {
            oauth,
            world,
            browser,
        }
    }

    /// An account with an empty store.
    pub(super) fn session(&self) -> Result<AnySession, Error> {
        let endpoint = |path: &str| Endpoint::parse(&format!("{}/{path}", self.oauth));
        let server = AuthorizationServer::new(endpoint("token")?)
            .authorization_endpoint(endpoint("authorize")?);
        let client = OAuthClient::new(server, CLIENT)?;
        let api = Api::new(API, BaseUrl::parse(origin(self.oauth))?, TokenKind::Login);
        let service = Service::new("browsed", client, "conformance/1.0 (xtask)")?.with_api(api);
        Ok(self.world.account(service, Memory::new(), NAME))
    }

    /// A new person at the browser.
    pub(super) fn user(&self) -> Result<BrowserUser, Failure> {
        BrowserUser::new(self.browser)
    }
}

/// A test server with the client, the user and the operation of `doorkeeper/app.rb`.
pub(super) fn test_server(dialect: Dialect) -> Result<TestServer, Stop> {
    let client = TestClient::public(CLIENT)
        .redirect_uri("http://127.0.0.1:8080")
        .redirect_uri("http://127.0.0.1/callback")
        .redirect_uri("http://[::1]/callback")
        .scopes("read");
    let pong = Route::get("/api/ping", Auth::Login, |_| {
        json(200, &serde_json::json!({ "scope": "read" }))
    });
    TestServer::builder(dialect)
        .client(client)
        .user(NAME, PASSWORD)
        .access_token_lifetime(Some(Duration::from_secs(3600)))
        .site(Site::new().with_route(pong))
        .start()
        .map_err(|error| Stop::Failed(format!("cannot start the test server: {error}")))
}

/// Fails unless all these words are in the text.
pub(super) fn has(text: &str, words: &[&str]) -> CheckResult {
    let lacking: Vec<_> = words.iter().filter(|word| !text.contains(**word)).collect();
    ensure(
        lacking.is_empty(),
        format!("expected {lacking:?} in {text:?}"),
    )
}
