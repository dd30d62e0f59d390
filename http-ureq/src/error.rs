//! Converts errors of ureq: the cause, and whether the request may have arrived nevertheless.

use std::{fmt, io, time::Duration};

use auth_core::{Cause, Limits, TransportError};
use http::Uri;
use ureq::{Error, Timeout};

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
const UNTRUSTED: &str = "the certificate's issuer is not known to this program: a company's proxy? Enable the feature \
     `native-tls` of http-ureq for the system's certificates, or pass a configuration of your own with \
     this issuer (`Ureq::with_config`); otherwise check the host's name and the machine's clock";

/// Converts an error from before the head of the response.
///
/// Only an error that cannot happen later means *not sent*; with any other the request may have
/// arrived. Of TLS failures, only rejected certificates and servers without a common version or
/// cipher mean *not sent*. Other failures look the same in the middle of an exchange.
pub(crate) fn before_response(error: Error, limits: &Limits) -> TransportError {
    let timed_out = matches!(error, Error::Timeout(_));
    let untrusted = is_untrusted(&error);
    let unresolved = is_unresolved(&error);
    let misconfigured = matches!(
        error,
        Error::TlsRequired
            | Error::InvalidProxyUrl
            | Error::BadUri(_)
            | Error::RequireHttpsOnly(_)
            | Error::Tls(_)
    );
    let not_sent = match &error {
        Error::Timeout(reason) => matches!(reason, Timeout::Resolve | Timeout::Connect),
        Error::Io(error) => is_before_sending(error, limits),
        Error::HostNotFound
        | Error::ConnectionFailed
        | Error::ConnectProxyFailed(_)
        | Error::InvalidProxyUrl
        | Error::BadUri(_)
        | Error::RequireHttpsOnly(_)
        | Error::TlsRequired => true,
        #[cfg(feature = "rustls")]
        Error::Rustls(_) => true, // connection set-up; later errors of rustls arrive as Io
        #[cfg(feature = "native-tls")]
        Error::NativeTls(_) | Error::Der(_) => true, // connection set-up, as above
        _ => false,
    };
    let error = if not_sent {
        TransportError::not_sent(redacted(error))
    } else {
        TransportError::delivery_unknown(redacted(error))
    };
    match (timed_out, misconfigured) {
        (true, _) => error.timed_out(),
        _ if unresolved => error.with_cause(Cause::NameLookup),
        _ if untrusted => {
            (error.misconfigured().with_help(UNTRUSTED)).with_cause(Cause::Certificate)
        }
        (_, true) => error.misconfigured(),
        _ => error,
    }
}

/// Whether the name of the host could not be resolved.
fn is_unresolved(error: &Error) -> bool {
    match error {
        Error::HostNotFound => true,
        Error::Io(error) => is_lookup(error),
        _ => false,
    }
}

/// Whether the server's certificate was rejected: by rustls, or by the system's TLS in its words.
fn is_untrusted(error: &Error) -> bool {
    match error {
        Error::Io(error) => is_about_certificate(&error.to_string()),
        #[cfg(feature = "rustls")]
        Error::Rustls(error) => is_about_certificate(&error.to_string()),
        #[cfg(feature = "native-tls")]
        Error::NativeTls(error) => is_about_certificate(&error.to_string()),
        _ => false,
    }
}

fn is_about_certificate(words: &str) -> bool {
    // An alert of the peer is about this program's certificate.
    let alert = words.contains("alert");
    !alert && words.to_ascii_lowercase().contains("certificate")
}

/// Converts an error from reading the response, after the request has arrived.
pub(crate) fn while_reading(error: Error) -> TransportError {
    let timed_out = matches!(error, Error::Timeout(_));
    let error = TransportError::delivery_unknown(redacted(error));
    if timed_out { error.timed_out() } else { error }
}

/// The end of a response that comes more slowly than its limits allow.
pub(crate) fn too_slow() -> TransportError {
    TransportError::delivery_unknown("hardly anything arrives").timed_out()
}

fn is_before_sending(error: &io::Error, limits: &Limits) -> bool {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::AddrNotAvailable => true,
        // An established connection reports these only after its retransmissions, which take at
        // least 100 s (RFC 1122 section 4.2.3.5, R2).
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown => limits.timeout() < Duration::from_secs(100),
        _ if Cause::of(error) == Some(Cause::TooManyOpenFiles) => true, // no socket for a connection
        _ => is_lookup(error) || is_handshake(error),
    }
}

/// Whether the name does not resolve. The standard library has no kind for that.
fn is_lookup(error: &io::Error) -> bool {
    // WSAHOST_NOT_FOUND to WSANO_DATA
    let winsock = || (11001..=11004).contains(&error.raw_os_error().unwrap_or(0));
    (cfg!(windows) && winsock())
        || error
            .to_string()
            .starts_with("failed to lookup address information")
}

/// Whether it is an error of rustls that occurs only before data is transferred.
fn is_handshake(error: &io::Error) -> bool {
    let message = error.to_string();
    message == "tls handshake eof"
        || message.starts_with("invalid peer certificate")
        || message.starts_with("peer is incompatible")
}

/// The cause as a message without a URL: a URL may contain secrets.
fn redacted(error: Error) -> Box<dyn std::error::Error + Send + Sync> {
    match error {
        Error::BadUri(_) => {
            "the URL has no host, or a missing or unknown scheme; use an https URL".into()
        }
        Error::RequireHttpsOnly(_) => "the ureq agent allows https only; use an https URL".into(),
        Error::TlsRequired => {
            "TLS is not compiled in; enable the feature `rustls` or `native-tls` of http-ureq, or \
             pass a finished agent with TLS"
                .into()
        }
        Error::Io(error) => error.into(),
        other => Other(other).into(),
    }
}

/// Any other error, with its message as `Debug`. The derived one would compile in the `Debug` of
/// every TLS error.
struct Other(Error);

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Other {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth_core::Delivery;

    #[test]
    fn only_errors_that_cannot_happen_later_mean_not_sent() {
        let check = |error: Error, delivery: Delivery, timed_out: bool| {
            let shown = format!("{error:?}");
            let error = before_response(error, &Limits::token());
            assert_eq!(
                (error.delivery(), error.is_timed_out()),
                (delivery, timed_out),
                "{shown}"
            );
        };
        let io = |kind: io::ErrorKind| Error::Io(kind.into());
        let text = |text: &str| Error::Io(io::Error::other(text.to_owned()));
        check(Error::Timeout(Timeout::Resolve), Delivery::NotSent, true);
        check(Error::Timeout(Timeout::Connect), Delivery::NotSent, true);
        check(Error::Timeout(Timeout::Global), Delivery::Unknown, true);
        check(
            Error::Timeout(Timeout::SendRequest),
            Delivery::Unknown,
            true,
        );
        check(
            Error::Timeout(Timeout::RecvResponse),
            Delivery::Unknown,
            true,
        );
        check(Error::HostNotFound, Delivery::NotSent, false);
        check(Error::TlsRequired, Delivery::NotSent, false);
        check(
            io(io::ErrorKind::ConnectionRefused),
            Delivery::NotSent,
            false,
        );
        check(
            io(io::ErrorKind::NetworkUnreachable),
            Delivery::NotSent,
            false,
        );
        check(io(io::ErrorKind::ConnectionReset), Delivery::Unknown, false);
        check(io(io::ErrorKind::BrokenPipe), Delivery::Unknown, false);
        check(io(io::ErrorKind::UnexpectedEof), Delivery::Unknown, false);
        #[cfg(unix)]
        for code in [23, 24] {
            let error = Error::Io(io::Error::from_raw_os_error(code)); // ENFILE, EMFILE
            check(error, Delivery::NotSent, false);
        }
        check(
            text("invalid peer certificate: UnknownIssuer"),
            Delivery::NotSent,
            false,
        );
        check(
            text("received fatal alert: InternalError"),
            Delivery::Unknown,
            false,
        );
    }

    #[test]
    fn what_a_person_must_fix_is_configuration() {
        let check = |error: Error, words: &str| {
            let error = before_response(error, &Limits::token());
            assert!(error.is_misconfigured(), "{error}");
            assert_eq!(error.delivery(), Delivery::NotSent, "{error}");
            let error = auth_core::Error::from(error);
            assert!(error.is_configuration() && !error.is_retryable(), "{error}");
            assert!(error.to_string().contains(words), "{error}");
            let about_certificate = words == "a company's proxy?";
            let cause = about_certificate.then_some(Cause::Certificate);
            assert_eq!(error.cause(), cause, "{error}");
        };
        let rejected = io::Error::new(
            io::ErrorKind::InvalidData,
            "invalid peer certificate: UnknownIssuer",
        );
        check(Error::Io(rejected), "a company's proxy?");
        #[cfg(feature = "rustls")]
        check(Error::TlsRequired, "TLS");
        check(Error::InvalidProxyUrl, "transport");
        check(Error::BadUri("x".into()), "https");
        check(Error::RequireHttpsOnly("x".into()), "https");
        let uri = Uri::from_static("http://example.org/?code=secret");
        let error = auth_core::Error::from(plain_http(&uri));
        assert!(error.is_configuration() && !error.to_string().contains("secret"));
        let alert = Error::Io(io::Error::other("received fatal alert: CertificateUnknown"));
        assert!(!before_response(alert, &Limits::token()).is_misconfigured());
        let reset = Error::Io(io::ErrorKind::ConnectionReset.into());
        assert!(!before_response(reset, &Limits::token()).is_misconfigured());
    }

    #[test]
    fn an_unreachable_network_after_100_s_means_delivery_unknown() {
        let unreachable = || Error::Io(io::ErrorKind::NetworkUnreachable.into());
        let check = |seconds: u64, expect: Delivery| {
            let limits = Limits::api().with_timeout(Duration::from_secs(seconds));
            assert_eq!(
                before_response(unreachable(), &limits).delivery(),
                expect,
                "{seconds} s"
            );
        };
        check(99, Delivery::NotSent);
        check(100, Delivery::Unknown);
    }

    #[test]
    fn no_url_is_shown() {
        let check = |error: Error| {
            let shown = before_response(error, &Limits::api()).to_string();
            assert!(!shown.contains("secret"), "{shown}");
        };
        check(Error::BadUri("/token?code=secret is missing host".into()));
        check(Error::RequireHttpsOnly(
            "http://127.0.0.1/?code=secret".into(),
        ));
    }
}
