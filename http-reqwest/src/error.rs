//! What went wrong, and whether the request may have arrived all the same.

use std::error::Error as StdError;

use auth_core::TransportError;

pub(crate) const PLAIN_HTTP: &str = "plain http is only for a loopback address: use https";
const NO_TLS: &str = "https needs the feature `rustls` or `native-tls` of http-reqwest";
pub(crate) const ELSEWHERE: &str =
    "the response came from another URL than the one asked: the client follows redirects";

/// Whose client failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// One that sends a request at most once.
    Ours,
    /// One that may have sent it, been redirected, and failed then.
    Trusted,
}

/// Sorts an error from before the head of the response was read.
///
/// reqwest knows the errors of connecting: the name, the address, a proxy, TLS. The time of the whole request may run out
/// in any moment, which counts as maybe sent.
pub(crate) fn of(error: reqwest::Error, origin: Origin) -> TransportError {
    let timed_out = error.is_timeout();
    if chain(&error).contains("scheme is not http") {
        // hyper's words for a client that was built without TLS.
        return TransportError::not_sent(NO_TLS).misconfigured();
    }
    let before = error.is_builder() || error.is_connect();
    let words = chain(&error.without_url());
    let error = if before && origin == Origin::Ours {
        TransportError::not_sent(words)
    } else {
        TransportError::delivery_unknown(words)
    };
    if timed_out { error.timed_out() } else { error }
}

/// Sorts an error from reading the response: its request has arrived.
pub(crate) fn while_reading(error: reqwest::Error) -> TransportError {
    let timed_out = error.is_timeout();
    let error = TransportError::delivery_unknown(error.without_url());
    if timed_out { error.timed_out() } else { error }
}

/// An error and its causes in one line: reqwest's own words say little.
pub(crate) fn chain(error: &reqwest::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !said.contains(&words) {
            said = format!("{said}: {words}");
        }
        cause = error.source();
    }
    said
}
