//! Converts errors of reqwest: the cause, and whether the request may have arrived nevertheless.

use std::error::Error as StdError;

use auth_core::TransportError;
use http::Uri;

const NO_TLS: &str =
    "TLS is not compiled in; enable the feature `rustls` or `native-tls` of http-reqwest";
pub(crate) const ELSEWHERE: &str =
    "the response came from another URL than the requested one; turn off redirects in the client";

/// The refusal of plain http to another host.
pub(crate) fn plain_http(uri: &Uri) -> TransportError {
    let host = uri.host().unwrap_or_default();
    TransportError::not_sent(format!(
        "plain http to {host} is not allowed; use https (http is for loopback addresses only)"
    ))
}

/// The client that failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A client of this crate, which sends a request at most once.
    Ours,
    /// A client that may have sent the request, followed a redirect, and failed then.
    Unchecked,
}

/// Converts an error from before the head of the response.
///
/// reqwest marks the errors of connecting: the name, the address, a proxy, TLS. The timeout of the
/// whole request may run out at any moment, so it means *delivery unknown*.
pub(crate) fn before_response(error: reqwest::Error, origin: Origin) -> TransportError {
    let timed_out = error.is_timeout();
    if chain(&error).contains("scheme is not http") {
        // hyper's message for a client that was built without TLS.
        return TransportError::not_sent(NO_TLS).misconfigured();
    }
    let before = error.is_builder() || error.is_connect();
    let message = chain(&error.without_url());
    let error = if before && origin == Origin::Ours {
        TransportError::not_sent(message)
    } else {
        TransportError::delivery_unknown(message)
    };
    if timed_out { error.timed_out() } else { error }
}

/// Converts an error from reading the response, after the request has arrived.
pub(crate) fn while_reading(error: reqwest::Error) -> TransportError {
    let timed_out = error.is_timeout();
    let error = TransportError::delivery_unknown(error.without_url());
    if timed_out { error.timed_out() } else { error }
}

/// Joins an error and its causes in one line, because reqwest's own message omits the causes.
pub(crate) fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let cause_text = error.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        cause = error.source();
    }
    text
}
