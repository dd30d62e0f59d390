#![doc = include_str!("../README.md")]

mod check;
mod error;
mod oauth;
mod ports;
mod service;
#[cfg(feature = "testkit")]
pub mod testkit;
mod time;
mod wire;

pub use check::Check;
pub use error::{Error, ErrorKind};
pub use oauth::{
    AuthorizationRequest, AuthorizationServer, BasicEncoding, Challenge, ClientAuthentication,
    CodeGrant, DeviceAuthorization, DeviceRequest, Entropy, Forgiven, Introspected, Introspection,
    Leniency, Lifetime, Metadata, MetadataRequest, OAuthClient, OAuthError, Oddity, Pending, Pkce,
    PkceStyle, PushedRequest, RequestUri, Revocation, TokenAnswer, TokenRequest, retry_after,
    unverified_expiry,
};
pub use ports::{
    AsyncTransport, BoxFuture, Event, Flow, Lease, Limits, Need, Runtime, Sent, Step, Store,
    Transport, TransportError,
};
pub use secrecy::{ExposeSecret, SecretString};
pub use service::{
    Access, AccountKey, Api, Bound, CredentialField, CredentialNames, Derive, Freshness, Manner,
    Message, Operation, Pace, Paged, Query, Record, Repeat, Service, Token, TokenKind, Turn,
    looks_like_html, read_json,
};
pub use time::{Now, UnixTime, server_time};
pub use wire::{
    body::{Answer, AnswerBuffer, AnswerTooLarge, Body, BodyBytes, Request, Response, Stream},
    redirect::{RedirectKind, RedirectUri},
    secret::{SecretBytes, SecretText},
    url::{Base, Endpoint, is_loopback},
};
