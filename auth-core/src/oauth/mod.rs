//! The messages of OAuth 2.0: one file for each, naming its RFC.

mod answer;
mod authorization;
mod client;
mod error;
mod grant;
mod jwt;
mod pkce;
mod refusal;
mod response;
mod revocation;
mod server;

pub use answer::{Forgiven, Lifetime, Oddity, TokenAnswer};
pub use authorization::{AuthorizationRequest, Entropy};
pub use client::OAuthClient;
pub use error::OAuthError;
pub use grant::TokenRequest;
pub use jwt::unverified_expiry;
pub use pkce::{Pkce, PkceStyle};
pub use refusal::retry_after;
pub use response::{CodeGrant, Pending};
pub use revocation::Revocation;
pub use server::{AuthorizationServer, BasicEncoding, ClientAuthentication};
