//! The messages of OAuth 2.0: one file for each, naming its RFC.

mod answer;
mod authorization;
mod bearer;
mod client;
mod device;
mod error;
mod grant;
mod introspection;
mod jwt;
mod metadata;
mod object;
mod oddity;
mod pkce;
mod pushed;
mod refusal;
mod response;
mod revocation;
mod server;

pub use answer::{Lifetime, TokenAnswer};
pub use authorization::{AuthorizationRequest, Entropy};
pub use bearer::Challenge;
pub use client::OAuthClient;
pub use device::{DeviceAuthorization, DeviceRequest};
pub use error::OAuthError;
pub use grant::TokenRequest;
pub use introspection::{Introspected, Introspection};
pub use jwt::unverified_expiry;
pub use metadata::{Metadata, MetadataRequest};
pub use oddity::{Forgiven, Leniency, Oddity};
pub use pkce::{Pkce, PkceStyle};
pub use pushed::{PushedRequest, RequestUri};
pub use refusal::retry_after;
pub use response::{CodeGrant, Pending};
pub use revocation::Revocation;
pub use server::{AuthorizationServer, BasicEncoding, ClientAuthentication};
