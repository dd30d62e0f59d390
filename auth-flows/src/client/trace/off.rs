//! Spans without the feature `tracing`: types without size that do nothing.

use auth_core::{AccountKey, Error, Request, Response, TokenKind, TransportError};

use crate::client::event::ClientEvent;

#[derive(Clone, Debug, Default)]
pub(in crate::client) struct Span;

#[inline]
pub(in crate::client) fn is_on() -> bool {
    false
}

#[inline]
pub(in crate::client) fn event(_: &ClientEvent<'_>) {}

#[expect(
    clippy::extra_unused_type_parameters,
    reason = "the same call with the feature"
)]
#[inline]
pub(in crate::client) fn operation_name<O>() -> &'static str {
    ""
}

impl Span {
    #[inline]
    pub(in crate::client) fn call(_: Option<&AccountKey>, _: &'static str) -> Self {
        Self
    }

    #[inline]
    pub(in crate::client) fn renewal(_: Option<&AccountKey>, _: TokenKind) -> Self {
        Self
    }

    #[inline]
    pub(in crate::client) fn current() -> Self {
        Self
    }

    #[inline]
    pub(in crate::client) fn enter(&self) -> Self {
        Self
    }

    #[inline]
    pub(in crate::client) fn within<F: Future>(self, future: F) -> F {
        future
    }

    #[inline]
    pub(in crate::client) fn request(&self, _: &Request) {}

    #[inline]
    pub(in crate::client) fn response(&self, _: &Result<Response, TransportError>) {}

    #[inline]
    pub(in crate::client) fn end<T>(&self, _: &Result<T, Error>) {}
}
