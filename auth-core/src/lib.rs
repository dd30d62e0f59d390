#![doc = include_str!("../README.md")]

mod error;
mod leniency;
mod oauth;
mod ports;
mod service;
#[cfg(feature = "testkit")]
pub mod testkit;
mod time;
mod wire;

pub use error::{Error, ErrorKind, check::Check, delivery::Sent, oauth_error::OAuthError};
pub use leniency::{Forgiven, Leniency, Oddity};
pub use oauth::{
    authorization_request::{AuthorizationRequest, Entropy},
    authorization_response::{CodeGrant, Pending},
    challenge::Challenge,
    client::OAuthClient,
    device::{DeviceAuthorization, DeviceRequest},
    error_response::retry_after,
    introspection::{Introspected, Introspection},
    jwt::unverified_expiry,
    metadata::{Metadata, MetadataRequest},
    pkce::{Pkce, PkceStyle},
    pushed_request::{PushedRequest, RequestUri},
    revocation::Revocation,
    server::{AuthorizationServer, BasicEncoding, ClientAuthentication},
    token::{Freshness, Lifetime, Token, TokenKind},
    token_request::TokenRequest,
    token_response::TokenAnswer,
};
pub use ports::{
    flow::{Event, Flow, Need, Step},
    runtime::{BoxFuture, Runtime},
    store::{Lease, Store},
    transport::{AsyncTransport, Transport, TransportError},
};
pub use secrecy::{ExposeSecret, SecretString};
pub use service::{
    account_key::AccountKey,
    api_response::{looks_like_html, read_json},
    bound_operation::Bound,
    credential_names::{CredentialField, CredentialNames},
    description::{Api, Service},
    operation::{Access, Manner, Operation, Repeat},
    paged::{Paged, Turn},
    query::Query,
    rate_limit::Pace,
    token_derivation::Derive,
    token_record::Record,
};
pub use time::{Now, UnixTime, server_time};
pub use wire::{
    body::{Body, BodyBytes, Request, Stream},
    limits::Limits,
    message::Message,
    redirect::{RedirectKind, RedirectUri},
    response_body::{Answer, AnswerBuffer, AnswerTooLarge, Response},
    secret::{SecretBytes, SecretText},
    url::{Base, Endpoint, is_loopback},
};
