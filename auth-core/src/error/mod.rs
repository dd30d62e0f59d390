//! The error of all these crates: what went wrong, where, and what to do next.

pub(crate) mod cause;
pub(crate) mod check;
pub(crate) mod delivery;
pub(crate) mod host;
pub(crate) mod oauth_error;
pub(crate) mod redact;
pub(crate) mod text;
pub(crate) mod verdict;

use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc, time::Duration};

use self::{
    cause::Origin,
    check::Check,
    delivery::Delivery,
    host::Host,
    oauth_error::OAuthError,
    redact::{redact, redact_in},
    text::presentable,
    verdict::{is_transient, is_transient_code},
};

/// The reason for a failure, and what to do next.
///
/// It is one pointer wide and cheap to clone, because a failed renewal returns it to every waiting
/// caller. It is opaque: call [`needs_login`](Self::needs_login),
/// [`is_configuration`](Self::is_configuration), [`is_retryable`](Self::is_retryable) and the like
/// instead of matching on it. `Display`, `Debug` and the source show no secret.
///
/// If the system caused it, the [`source`](StdError::source) is an [`io::Error`](std::io::Error)
/// with the kind and the code of the system, and nothing else. [`cause`](Self::cause) tells the
/// usual ones apart. As `anyhow` and its like expect, `{}` does not repeat the source: show a
/// person `{:#}`, which adds it. `Debug` is the same, so a `main` that returns the error shows all.
/// Any other error that caused it is part of the text, because a foreign type may show a URL or a
/// body.
///
/// ```
/// use auth_core::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::Configuration, "the client id is empty")
///     .with_setting("client_id")
///     .with_help("copy it from the page where the application was registered");
/// assert!(error.is_configuration() && !error.is_retryable());
/// assert_eq!(
///     error.to_string(),
///     "the client id is empty (setting: client_id); copy it from the page where the application was registered"
/// );
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

/// The kinds of [`Error`], by what the program must do about them; see [`Error::kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// A release may tell more cases apart; treat an unknown kind as fatal.
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is wrong: a URL, a client id or secret, a registration. Trying again changes
    /// nothing.
    Configuration,
    /// A login is required (`Session::log_in`): there is no token, or the server rejected it.
    NeedsLogin,
    /// The person refused consent at the authorization or device page, or entered nothing at a
    /// prompt. Stop asking until they begin a login themselves.
    ConsentDenied,
    /// The server refused the user name or password. Ask the person for them again; the client id
    /// and secret are fine.
    BadCredentials,
    /// The server says that the person's account is suspended. Show them the error: only the
    /// service can lift it.
    AccountSuspended,
    /// A redirected URL is not the response to this authorization request: `state` or `iss` is
    /// missing, wrong or a duplicate. A listener continues to listen.
    CallbackMismatch,
    /// The server understood the request and refused it.
    Refused,
    /// The network or the server's machine failed.
    Transport,
    /// The response is malformed.
    Malformed,
    /// The deadline passed.
    TimedOut,
    /// The program cancelled it itself.
    Cancelled,
    /// The store failed, or holds something other than a token record.
    Store,
    /// The program must not make this request: it would be refused, or would be sent to another
    /// service.
    Usage,
    /// A bug in these crates: something that they ensure themselves does not hold. Report it.
    Internal,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    what: Cow<'static, str>,
    setting: Option<Cow<'static, str>>,
    help: Option<Cow<'static, str>>,
    status: Option<http::StatusCode>,
    host: Option<Host>,
    oauth: Option<OAuthError>,
    words: Option<String>,
    retry_after: Option<Duration>,
    sent: Option<Delivery>,
    check: Option<Check>,
    is_cut_short: bool,
    origin: Origin,
}

impl Error {
    /// Makes an error of this kind. `what` states the fault, without a full stop and without
    /// secrets.
    #[must_use]
    pub fn new(kind: ErrorKind, what: impl Into<Cow<'static, str>>) -> Self {
        Self::made(kind, what.into())
    }

    /// Makes an error of kind [`ErrorKind::NeedsLogin`]: the token is missing or rejected, and the
    /// user must log in.
    #[must_use]
    pub fn login_needed(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::NeedsLogin, what).with_help("log in again")
    }

    /// Returns the error of an event that cannot follow the last step: a bug in the driver.
    #[must_use]
    pub fn unexpected_event() -> Self {
        Self::new(
            ErrorKind::Usage,
            "unexpected event for the flow's state (bug in the driver)",
        )
    }

    /// Returns the error of a bug in these crates: `what` names the broken invariant.
    #[must_use]
    pub fn internal(what: &'static str) -> Self {
        Self::new(ErrorKind::Internal, what).with_help("report this: it is a bug in the library")
    }

    /// Sets the setting that caused the fault.
    #[must_use]
    pub fn with_setting(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.named(name.into())
    }

    /// Sets what to do next, replacing earlier help.
    #[must_use]
    pub fn with_help(self, what_to_do: impl Into<Cow<'static, str>>) -> Self {
        self.set_help(what_to_do.into())
    }

    /// Changes the kind, for a caller that knows better what a response means.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.inner().kind = kind;
        self
    }

    /// Sets the status of the response that refused or was malformed.
    #[must_use]
    pub fn with_status(mut self, status: http::StatusCode) -> Self {
        self.inner().status = Some(status);
        self
    }

    /// Sets the OAuth error of the server's response.
    #[must_use]
    pub fn with_oauth(mut self, error: OAuthError) -> Self {
        self.inner().oauth = Some(error);
        self
    }

    /// Sets the service's own message. It is shortened, and its control characters are removed.
    #[must_use]
    pub fn with_server_message(mut self, words: &str) -> Self {
        self.inner().words = Some(presentable(words, 400)).filter(|words| !words.is_empty());
        self
    }

    /// Sets how long the server asked to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.inner().retry_after = Some(wait);
        self
    }

    /// Sets the check that failed; the innermost one is not replaced.
    pub(crate) fn with_check(mut self, check: Check) -> Self {
        self.inner().check.get_or_insert(check);
        self
    }

    /// Redacts these secrets from everything that is shown.
    pub(crate) fn redacted(mut self, secrets: &[&str]) -> Self {
        let inner = self.inner();
        // A static text is ours, and holds nothing foreign.
        if let Cow::Owned(what) = &mut inner.what {
            if let Some(redacted) = redact(what, secrets) {
                *what = redacted;
            }
        }
        if let Some(words) = &mut inner.words {
            redact_in(words, secrets);
        }
        redact_in(inner.origin.words_mut(), secrets);
        inner.oauth = inner.oauth.take().map(|oauth| oauth.redacted(secrets));
        self
    }

    /// Returns the kind: what the program must do about it.
    ///
    /// ```
    /// # use auth_core::{Error, ErrorKind};
    /// let next_step = |error: &Error| match error.kind() {
    ///     ErrorKind::NeedsLogin => "log in again",
    ///     ErrorKind::Configuration => "correct the settings",
    ///     _ if error.is_retryable() => "try later",
    ///     _ => "see the message",
    /// };
    /// assert_eq!(next_step(&Error::login_needed("no login is stored")), "log in again");
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns whether a login is required: no token, or a rejected one.
    ///
    /// [`ConsentDenied`](ErrorKind::ConsentDenied), [`BadCredentials`](ErrorKind::BadCredentials)
    /// and [`AccountSuspended`](ErrorKind::AccountSuspended) are not included: they refuse a login,
    /// and the same one would be refused again.
    #[doc(alias = "expire")]
    #[doc(alias = "revoked")]
    #[must_use]
    pub fn needs_login(&self) -> bool {
        self.0.kind == ErrorKind::NeedsLogin
    }

    /// Returns whether a setting is wrong. Trying again changes nothing.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        self.0.kind == ErrorKind::Configuration
    }

    /// Returns whether the same call may succeed later. The network failed, a deadline passed, or
    /// the response ended too early. Or the server said so by its status ([`is_transient`]), by
    /// `server_error` or by `temporarily_unavailable`. It does not say whether the request had an
    /// effect: see [`may_have_been_delivered`](Self::may_have_been_delivered).
    ///
    /// [`is_transient`]: crate::is_transient
    #[doc(alias = "retry")]
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Transport | ErrorKind::TimedOut => true,
            ErrorKind::Refused | ErrorKind::Malformed => {
                let oauth = self.0.oauth.as_ref();
                self.0.is_cut_short
                    || self.0.status.is_some_and(is_transient)
                    || oauth.is_some_and(|oauth| is_transient_code(oauth.code()))
            }
            _ => false,
        }
    }

    /// Returns whether the request may have reached the server and had its effect. `false` only if
    /// it certainly did not.
    #[doc(alias = "idempotent")]
    #[must_use]
    pub fn may_have_been_delivered(&self) -> bool {
        self.0.sent != Some(Delivery::NotSent)
    }

    /// Returns how long the server asked to wait before a retry (`Retry-After`).
    #[doc(alias = "rate limit")]
    #[doc(alias = "throttle")]
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the HTTP status of the response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<http::StatusCode> {
        self.0.status
    }

    /// Returns the OAuth error of the server's response (RFC 6749 sections 4.1.2.1 and 5.2).
    #[must_use]
    pub fn oauth(&self) -> Option<&OAuthError> {
        self.0.oauth.as_ref()
    }

    /// Returns the check that failed, if it was one of this crate's.
    #[must_use]
    pub fn check(&self) -> Option<Check> {
        self.0.check
    }

    /// Returns the service's own message, shortened.
    #[must_use]
    pub fn server_message(&self) -> Option<&str> {
        self.0.words.as_deref()
    }

    /// Returns the setting that caused the fault.
    #[must_use]
    pub fn setting(&self) -> Option<&str> {
        self.0.setting.as_deref()
    }

    /// Returns what to do next.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    // The generic functions above are thin. The code below is compiled once, not at each place that
    // makes an error.

    #[cold]
    fn made(kind: ErrorKind, what: Cow<'static, str>) -> Self {
        Self(Arc::new(Inner {
            kind,
            what,
            setting: None,
            help: None,
            status: None,
            host: None,
            oauth: None,
            words: None,
            retry_after: None,
            sent: None,
            check: None,
            is_cut_short: false,
            origin: Origin::default(),
        }))
    }

    #[cold]
    fn named(mut self, setting: Cow<'static, str>) -> Self {
        self.inner().setting = Some(setting);
        self
    }

    #[cold]
    fn set_help(mut self, help: Cow<'static, str>) -> Self {
        self.inner().help = Some(help);
        self
    }

    #[cold]
    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.write_str(&inner.what)?;
        if let Some(setting) = &inner.setting {
            write!(f, " (setting: {setting})")?;
        }
        if let Some(status) = inner.status {
            write!(f, " [HTTP {}", status.as_u16())?;
            if let Some(host) = &inner.host {
                write!(f, " from {host}")?;
            }
            f.write_str("]")?;
        }
        if let Some(oauth) = &inner.oauth {
            write!(f, ": {oauth}")?;
        }
        if let Some(words) = &inner.words {
            write!(f, ": {words}")?;
        }
        inner.origin.fmt(f)?;
        if let Some(help) = &inner.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    /// As `{:#}`: a `main` that returns the error shows this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

impl StdError for Error {
    /// Returns the system's error, an [`io::Error`](std::io::Error), if one caused this one.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.origin.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Option<Error>>(), size_of::<usize>());
    }

    #[test]
    fn a_main_that_returns_it_shows_its_words() {
        let error = Error::login_needed("no token");
        assert_eq!(format!("{error:?}"), "no token; log in again");
    }

    #[test]
    fn every_question_has_one_answer() {
        let check = |error: Error, login: bool, configuration: bool, retry: bool| {
            assert_eq!(
                (
                    error.needs_login(),
                    error.is_configuration(),
                    error.is_retryable()
                ),
                (login, configuration, retry),
                "{error}"
            );
        };
        check(Error::login_needed("no token"), true, false, false);
        check(
            Error::new(ErrorKind::Configuration, "x"),
            false,
            true,
            false,
        );
        check(Error::new(ErrorKind::Transport, "x"), false, false, true);
        check(Error::new(ErrorKind::TimedOut, "x"), false, false, true);
        check(Error::internal("x"), false, false, false);
        check(Error::unexpected_event(), false, false, false);
        let refused = |status| {
            Error::new(ErrorKind::Refused, "x")
                .with_status(http::StatusCode::from_u16(status).unwrap_or_default())
        };
        check(refused(503), false, false, true);
        check(refused(429), false, false, true);
        check(refused(403), false, false, false);
    }
}
