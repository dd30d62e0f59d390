//! What went wrong, and whether the request may have arrived all the same.

use std::{fmt, io, time::Duration};

use auth_core::{Limits, TransportError};
use ureq::{Error, Timeout};

pub(crate) const PLAIN_HTTP: &str = "plain http is only for a loopback address: use https";

/// Sorts an error from before the head of the response was read.
///
/// Certainly not sent is only what can happen in no later moment; everything else may have arrived. Where TLS fails,
/// that is told for refused certificates and for servers without a common version or cipher: other failures look the
/// same in the middle of an exchange.
pub(crate) fn of(error: Error, limits: &Limits) -> TransportError {
    let timed_out = matches!(error, Error::Timeout(_));
    let misconfigured = matches!(error, Error::TlsRequired | Error::InvalidProxyUrl);
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
        Error::Rustls(_) => true, // the set-up of a connection; later ones come as Io
        #[cfg(feature = "native-tls")]
        Error::NativeTls(_) | Error::Der(_) => true, // likewise
        _ => false,
    };
    let error = if not_sent {
        TransportError::not_sent(words(error))
    } else {
        TransportError::delivery_unknown(words(error))
    };
    match (timed_out, misconfigured) {
        (true, _) => error.timed_out(),
        (_, true) => error.misconfigured(),
        _ => error,
    }
}

/// Sorts an error from reading the response: its request has arrived.
pub(crate) fn while_reading(error: Error) -> TransportError {
    let timed_out = matches!(error, Error::Timeout(_));
    let error = TransportError::delivery_unknown(words(error));
    if timed_out { error.timed_out() } else { error }
}

fn is_before_sending(error: &io::Error, limits: &Limits) -> bool {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::AddrNotAvailable => true,
        // A connection that was up reports these only after its retransmissions, which take at least 100 s
        // (RFC 1122 section 4.2.3.5, R2).
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown => limits.timeout() < Duration::from_secs(100),
        _ => is_lookup(error) || is_handshake(error),
    }
}

/// The standard library has no kind for a name that does not resolve.
fn is_lookup(error: &io::Error) -> bool {
    let winsock = || (11001..=11004).contains(&error.raw_os_error().unwrap_or(0)); // WSAHOST_NOT_FOUND to WSANO_DATA
    (cfg!(windows) && winsock())
        || error
            .to_string()
            .starts_with("failed to lookup address information")
}

/// What rustls says of a server only before it lets data through.
fn is_handshake(error: &io::Error) -> bool {
    let words = error.to_string();
    words == "tls handshake eof"
        || words.starts_with("invalid peer certificate")
        || words.starts_with("peer is incompatible")
}

/// The error in words that hold no URL.
fn words(error: Error) -> Box<dyn std::error::Error + Send + Sync> {
    match error {
        Error::BadUri(_) => "the URL has no scheme, no host or an unknown scheme".into(),
        Error::RequireHttpsOnly(_) => "the agent is set to https only".into(),
        Error::TlsRequired => {
            "https needs the feature `rustls` or `native-tls` of http-ureq, or an agent with TLS"
                .into()
        }
        Error::Io(error) => error.into(),
        other => Other(other).into(),
    }
}

/// Any other, without its own `Debug`: that names every error there is in TLS, and nobody sees it.
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
    fn only_what_cannot_happen_later_was_not_sent() {
        let check = |error: Error, sent: Delivery, timed_out: bool| {
            let said = format!("{error:?}");
            let error = of(error, &Limits::token());
            assert_eq!(
                (error.delivery(), error.is_timed_out()),
                (sent, timed_out),
                "{said}"
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
    fn an_unreachable_network_is_doubtful_once_retransmissions_may_have_run_out() {
        let unreachable = || Error::Io(io::ErrorKind::NetworkUnreachable.into());
        let check = |seconds: u64, expect: Delivery| {
            let limits = Limits::api().with_timeout(Duration::from_secs(seconds));
            assert_eq!(of(unreachable(), &limits).delivery(), expect, "{seconds} s");
        };
        check(99, Delivery::NotSent);
        check(100, Delivery::Unknown);
    }

    #[test]
    fn no_url_is_shown() {
        let check = |error: Error| {
            let shown = of(error, &Limits::api()).to_string();
            assert!(!shown.contains("secret"), "{shown}");
        };
        check(Error::BadUri("/token?code=secret is missing host".into()));
        check(Error::RequireHttpsOnly(
            "http://127.0.0.1/?code=secret".into(),
        ));
    }
}
