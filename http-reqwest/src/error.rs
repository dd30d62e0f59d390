//! Converts errors of reqwest: the cause, and whether the request may have arrived nevertheless.

use std::error::Error as StdError;

use auth_core::{Cause, TransportError};
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
    .misconfigured()
    .with_help("use an https URL")
}

/// The help for a certificate that is not trusted.
const UNTRUSTED: &str = "the certificate's issuer is not known to this program: a company's proxy? Add it to the system's \
     certificates, name its file in the variable `SSL_CERT_FILE`, enable the feature `native-tls` \
     of http-reqwest, or pass a builder of your own with this issuer (`Reqwest::with_builder`); \
     otherwise check the host's name and the machine's clock";

/// Whether the words are about the server's certificate: those of rustls or of the system's TLS. An
/// alert of the peer is about this program's certificate.
fn is_untrusted(words: &str) -> bool {
    !words.contains("alert") && words.to_ascii_lowercase().contains("certificate")
}

/// Whether the words say that the host's name could not be resolved. They are hyper's about its
/// resolver, or those of rustls about an invalid name.
fn is_unresolved(words: &str) -> bool {
    words.contains("dns error") || words.contains("invalid dns name")
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
    let (builder, connect) = (error.is_builder(), error.is_connect());
    let before = builder || connect;
    let error = error.without_url();
    let message = chain(&error);
    let untrusted = connect && is_untrusted(&message);
    let unresolved = connect && is_unresolved(&message);
    let error = if before && origin == Origin::Ours {
        TransportError::not_sent(error)
    } else {
        TransportError::delivery_unknown(error)
    };
    match timed_out {
        true => error.timed_out(),
        false if unresolved => error.with_cause(Cause::NameLookup),
        false if untrusted => {
            (error.misconfigured().with_help(UNTRUSTED)).with_cause(Cause::Certificate)
        }
        false if builder => error.misconfigured(),
        false => error,
    }
}

/// Converts an error from reading the response, after the request has arrived.
pub(crate) fn while_reading(error: reqwest::Error) -> TransportError {
    let timed_out = error.is_timeout();
    let error = TransportError::delivery_unknown(error.without_url());
    if timed_out { error.timed_out() } else { error }
}

/// The end of an exchange in which nothing moves, or too little, or that has a total timeout.
pub(crate) fn out_of_time() -> TransportError {
    TransportError::delivery_unknown("the timeout of the request ran out").timed_out()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_about_names() {
        let check = |words: &str, expect: bool| assert_eq!(is_unresolved(words), expect, "{words}");
        check(
            "client error (Connect): dns error: Name or service not known",
            true,
        );
        check("client error (Connect): invalid dns name", true);
        check("client error (Connect): tcp connect error", false);
    }

    #[test]
    fn words_about_certificates() {
        let check = |words: &str, expect: bool| assert_eq!(is_untrusted(words), expect, "{words}");
        check(
            "client error (Connect): invalid peer certificate: UnknownIssuer",
            true,
        );
        check("invalid peer certificate: Expired", true);
        check(
            "error:0A000086:SSL routines::certificate verify failed",
            true,
        );
        check("The certificate was not trusted.", true);
        check("received fatal alert: CertificateUnknown", false);
        check("Connection refused (os error 111)", false);
        check("tls handshake eof", false);
    }
}
