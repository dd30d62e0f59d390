#![doc = include_str!("links.md")]
#![doc = include_str!("../README.md")]
#![doc = include_str!("items.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod leniency;
mod oauth;
mod ports;
mod service;
#[cfg(feature = "testkit")]
pub mod testkit;
mod time;
mod wipe;
mod wire;

pub use error::{
    Error, ErrorKind, cause::Cause, check::Check, delivery::Delivery, oauth_error::OAuthError,
    verdict::is_transient,
};
pub use leniency::{Leniency, Quirk, Quirks};
pub use oauth::{
    authorization_request::{AuthorizationRequest, Entropy},
    authorization_response::{CodeGrant, PendingAuthorization},
    challenge::Challenge,
    client::OAuthClient,
    device::{DeviceAuthorizationRequest, DeviceAuthorizationResponse},
    introspection::{IntrospectionRequest, IntrospectionResponse},
    jwt::unverified_expiry,
    metadata::{Metadata, MetadataRequest},
    pkce::{Pkce, PkceStyle},
    pushed_request::{PushedAuthorizationRequest, RequestUri},
    revocation::RevocationRequest,
    server::{AuthorizationServer, BasicEncoding, ClientAuthentication},
    token::{Freshness, Lifetime, Token, TokenKind},
    token_request::TokenRequest,
    token_response::TokenResponse,
};
pub use ports::{
    flow::{Event, Flow, PermitKind, Step, TokenRequirement},
    head::check_head,
    runtime::{BoxFuture, Runtime},
    store::{Lease, Store, WaitObserver},
    transport::{AsyncTransport, BoxTransport, Transport},
    transport_error::TransportError,
    transport_fn::{TransportFn, async_transport_fn, transport_fn},
};
pub use secrecy::{ExposeSecret, SecretString};
pub use service::{
    account_key::AccountKey,
    api_response::read_json,
    bound_operation::{BoundOperation, ResolvedOperation},
    credential_names::{CredentialField, CredentialNames, CredentialValues},
    description::{Api, Service},
    operation::{Access, CallPolicy, Operation, RetrySafety},
    paged::{PageParts, Paged},
    query::Query,
    rate_limit::RateLimit,
    token_derivation::TokenDerivation,
    token_record::TokenRecord,
};
pub use time::{Now, UnixTime, server_time};
pub use wire::{
    body::{Body, BodyBytes, Request, Stream},
    body_reader::BodyReader,
    coding::AcceptedCoding,
    deadline::Deadline,
    limits::Limits,
    message::Message,
    pasted::{joined, pasted},
    proxy::ProxyRules,
    redirect::{RedirectKind, RedirectUri},
    response_body::{Response, ResponseBody},
    response_buffer::ResponseBuffer,
    response_error::ResponseError,
    retry_after::retry_after,
    secret::{SecretBytes, SecretText},
    server_message::looks_like_html,
    url::{BaseUrl, Endpoint, is_loopback},
};
