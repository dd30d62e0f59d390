//! yup-oauth2 and google-cloud-auth with a token in memory, from a server on loopback.

use std::hint::black_box;
use std::pin::Pin;

use auth_core::TokenKind;
use auth_flows::AsyncSession;
use bench::{exchange, parts};
use google_cloud_auth::credentials::AccessTokenCredentials;
use google_cloud_auth::credentials::user_account::Builder;
use serde_json::json;
use tokio::runtime::Runtime;
use yup_oauth2::authenticator::DefaultAuthenticator;
use yup_oauth2::authenticator_delegate::InstalledFlowDelegate;
use yup_oauth2::{ApplicationSecret, InstalledFlowAuthenticator, InstalledFlowReturnMethod};

/// The scope of its token.
pub const SCOPES: [&str; 1] = [parts::SCOPE];

struct Pasted;

impl InstalledFlowDelegate for Pasted {
    fn present_user_url<'a>(
        &'a self,
        _url: &'a str,
        _need_code: bool,
    ) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>> {
        Box::pin(async { Ok("a code".to_owned()) })
    }
}

/// yup-oauth2's installed flow with a typed code, its default client and its default storage, in
/// memory; the first token is fetched.
///
/// # Panics
///
/// If the server sends no token.
pub async fn yup(address: &str) -> DefaultAuthenticator {
    let secret = ApplicationSecret {
        client_id: parts::ID.to_owned(),
        client_secret: parts::SECRET.to_owned(),
        auth_uri: parts::AUTHORIZE.to_owned(),
        token_uri: exchange::url(address),
        ..ApplicationSecret::default()
    };
    let method = InstalledFlowReturnMethod::Interactive;
    let builder = InstalledFlowAuthenticator::builder(secret, method);
    let built = builder.flow_delegate(Box::new(Pasted)).build().await;
    let authenticator = built.expect("an authenticator");
    authenticator.token(&SCOPES).await.expect("a token");
    authenticator
}

/// google-cloud-auth's credentials of a person (`authorized_user`), whose `token_uri` is the
/// server; the first token is fetched.
///
/// # Panics
///
/// If the server sends no token.
pub async fn google(address: &str) -> AccessTokenCredentials {
    let built = Builder::new(json!({
        "type": "authorized_user",
        "client_id": parts::ID,
        "client_secret": parts::SECRET,
        "refresh_token": parts::REFRESH,
        "token_uri": exchange::url(address),
    }))
    .build_access_token_credentials();
    let credentials = built.expect("credentials");
    credentials.access_token().await.expect("a token");
    credentials
}

/// A source of a token in memory, shared by many tasks.
pub trait Source: Clone + Send + Sync + 'static {
    /// Gets the token and drops it.
    fn get(&self) -> impl Future<Output = ()> + Send;
}

impl Source for AsyncSession {
    async fn get(&self) {
        drop(black_box(
            self.token(TokenKind::Login).await.expect("a token"),
        ));
    }
}

impl Source for DefaultAuthenticator {
    async fn get(&self) {
        drop(black_box(self.token(&SCOPES).await.expect("a token")));
    }
}

impl Source for AccessTokenCredentials {
    async fn get(&self) {
        drop(black_box(self.access_token().await.expect("a token")));
    }
}

/// The runtime for peers: two threads.
///
/// # Panics
///
/// If it cannot be built.
#[must_use]
pub fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let built = builder.worker_threads(2).enable_all().build();
    built.expect("a runtime")
}
