//! The verdict on a failure: whether it goes away by itself, and what to do about it.
//!
//! | failure | verdict |
//! | --- | --- |
//! | status 408, 421, 425, 429, 5xx except 501 and 505 | transient |
//! | `server_error`, `temporarily_unavailable`, whatever the status | transient |
//! | a success that ends too early | transient |
//! | a connection that fails, a time that runs out | transient |
//! | a certificate, a URL, a client that cannot work | permanent: configuration |
//! | any other status, any other OAuth code | permanent: see `oauth/token_error.rs` |

use http::StatusCode;

use super::{Error, ErrorKind, check::Check};

/// The help for what goes away by itself.
pub(crate) const TRY_LATER: &str = "try again later";

/// Returns whether a failure with this status goes away by itself: 408, 421, 425, 429, and every
/// 5xx except 501 and 505.
///
/// ```
/// use auth_core::is_transient;
/// use http::StatusCode;
///
/// assert!(is_transient(StatusCode::BAD_GATEWAY));
/// assert!(!is_transient(StatusCode::NOT_IMPLEMENTED));
/// ```
#[doc(alias = "retry")]
#[must_use]
pub fn is_transient(status: StatusCode) -> bool {
    // 52x and 530 are those of content delivery networks.
    matches!(status.as_u16(), 408 | 421 | 425 | 429 | 500 | 502..=504 | 506..=599)
}

/// Returns whether the server says of itself that it is in trouble (RFC 6749 section 4.1.2.1).
pub(crate) fn is_transient_code(code: &str) -> bool {
    matches!(code, "server_error" | "temporarily_unavailable")
}

/// Returns the kind and the help of a fault of the transport.
pub(crate) fn fault(is_permanent: bool, timed_out: bool) -> (ErrorKind, &'static str) {
    match (is_permanent, timed_out) {
        (true, _) => (
            ErrorKind::Configuration,
            "change how the transport is built or set up",
        ),
        (false, true) => (ErrorKind::TimedOut, "check the network and try again"),
        (false, false) => (ErrorKind::Transport, "check the network and try again"),
    }
}

impl Error {
    /// Marks a success that ends too early: the next one may be complete.
    pub(crate) fn cut_short(mut self) -> Self {
        self.inner().is_cut_short = true;
        self
    }
}

/// Returns whether the server has ended a device login. Anything else may come from something in
/// between, such as a firewall's page, and the code is still good.
pub(crate) fn ends_device_login(error: &Error) -> bool {
    // The server has issued a token that cannot be used: it does so once.
    if matches!(
        error.check(),
        Some(Check::TokenText | Check::TokenType | Check::Leniency)
    ) {
        return true;
    }
    let Some(oauth) = error.oauth() else {
        return false;
    };
    match (oauth.code(), error.status().map(|status| status.as_u16())) {
        ("authorization_pending" | "slow_down", _) => false,
        _ if error.is_retryable() && error.kind() == ErrorKind::Refused => false,
        (
            "access_denied"
            | "expired_token"
            | "invalid_grant"
            | "invalid_client"
            | "unauthorized_client"
            | "unsupported_grant_type"
            | "invalid_scope"
            | "invalid_request"
            | "invalid_target",
            _,
        ) => true,
        // A code of the server's own, at a status at which OAuth errors are sent.
        (code, Some(200 | 400 | 401)) => code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
        _ => false,
    }
}

/// Returns whether a JSON object or list ends before its end, or is empty.
pub(crate) fn ends_early(json: &[u8]) -> bool {
    let json = json.trim_ascii();
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    match json.first() {
        Some(b'{' | b'[') => depth > 0,
        Some(_) => false,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_end_early() {
        for body in [
            "",
            " ",
            "{",
            "{\"a\":\"}",
            "{\"a\":{}",
            "[1,",
            "{\"a\":\"\\\"}",
        ] {
            assert!(ends_early(body.as_bytes()), "{body}");
        }
        for body in [
            "{}",
            "[]",
            "{\"a\":\"{\"}",
            "page",
            "<html>",
            "{\"a\":\"\\\\\"} ",
        ] {
            assert!(!ends_early(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn statuses() {
        for status in 100..=999 {
            let expect = matches!(status, 408 | 421 | 425 | 429)
                || ((500..600).contains(&status) && status != 501 && status != 505);
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(is_transient(status), expect, "{status}");
            for kind in [ErrorKind::Refused, ErrorKind::Malformed] {
                let error = Error::new(kind, "x").with_status(status);
                assert_eq!(error.is_retryable(), expect, "{status}");
            }
            let fault = Error::new(ErrorKind::Configuration, "x").with_status(status);
            assert!(!fault.is_retryable(), "{status}");
        }
    }
}
