//! What a client does by itself, for logs and counters.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use auth_core::{AccountKey, Error, TokenKind};

/// What a client does or meets by itself, in the words of a log line (`Display`). Never contains a
/// secret.
///
/// [`Client::on_event`](crate::Client::on_event) and
/// [`AsyncClient::on_event`](crate::AsyncClient::on_event) report it. A renewal may fail for hours
/// while the old token still serves, and no call shows it: only an event does.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ClientEvent<'a> {
    /// A renewal of a token has started.
    RenewalStarted {
        /// The account.
        account: &'a AccountKey,
        /// The kind of the token.
        token: TokenKind,
    },
    /// A renewal has ended with a new token, of this program or of another one.
    RenewalFinished {
        /// The account.
        account: &'a AccountKey,
        /// The kind of the token.
        token: TokenKind,
        /// The generation of the token ([`Token::generation`](auth_core::Token::generation)).
        generation: u64,
        /// How long it took, waits included.
        took: Duration,
    },
    /// A renewal has failed. If the old token is still valid, calls use it meanwhile.
    RenewalFailed {
        /// The account.
        account: &'a AccountKey,
        /// The kind of the token.
        token: TokenKind,
        /// Why; `None` if another program holds the lease, which the old token does not wait for.
        error: Option<&'a Error>,
        /// Whether the old token is still valid.
        old_token_serves: bool,
        /// How long it took, waits included.
        took: Duration,
    },
    /// A call, a renewal or a login waits.
    Waiting {
        /// The account; `None` for an anonymous session.
        account: Option<&'a AccountKey>,
        /// What for.
        reason: WaitReason,
        /// How long.
        wait: Duration,
    },
    /// The service asked for a pause (429), which all requests keep.
    Paused {
        /// How long; `None` if the service did not say.
        pause: Option<Duration>,
    },
    /// A token record could not be saved. It stays in memory, and each call tries to save it.
    NotSaved {
        /// The account.
        account: &'a AccountKey,
        /// Why.
        error: &'a Error,
    },
    /// The token record could not be read again to see whether another program has changed it. The
    /// token in memory serves; the next look is in five minutes.
    NotRead {
        /// The account.
        account: &'a AccountKey,
        /// Why.
        error: &'a Error,
    },
    /// A user has logged in.
    LoggedIn {
        /// The account.
        account: &'a AccountKey,
    },
    /// A login has failed.
    LoginFailed {
        /// The account.
        account: &'a AccountKey,
        /// Why.
        error: &'a Error,
    },
    /// The account has logged out, here or in another program.
    LoggedOut {
        /// The account.
        account: &'a AccountKey,
    },
}

/// What a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitReason {
    /// The service's rate limit.
    RateLimit,
    /// Another try, or a lease that another program holds.
    Retry,
}

impl fmt::Display for ClientEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::RenewalStarted { account, token } => {
                write!(f, "{account}: renewing the {} token", name(token))
            }
            Self::RenewalFinished {
                account,
                token,
                took,
                ..
            } => write!(
                f,
                "{account}: renewed the {} token in {took:.0?}",
                name(token)
            ),
            Self::RenewalFailed {
                account,
                token,
                error,
                old_token_serves,
                took,
            } => {
                let token = name(token);
                write!(
                    f,
                    "{account}: the {token} token was not renewed in {took:.0?}"
                )?;
                if old_token_serves {
                    f.write_str(", the old one still serves")?;
                }
                match error {
                    Some(error) => write!(f, ": {error}"),
                    None => f.write_str(": another program holds the lease"),
                }
            }
            Self::Waiting {
                account,
                reason,
                wait,
            } => {
                if let Some(account) = account {
                    write!(f, "{account}: ")?;
                }
                let reason = match reason {
                    WaitReason::RateLimit => "the rate limit",
                    WaitReason::Retry => "another try",
                };
                write!(f, "waiting {wait:.0?} for {reason}")
            }
            Self::Paused { pause: Some(pause) } => {
                write!(f, "the service asks for a pause of {pause:.0?}")
            }
            Self::Paused { pause: None } => f.write_str("the service asks for a pause"),
            Self::NotSaved { account, error } => write!(f, "{account}: not saved: {error}"),
            Self::NotRead { account, error } => write!(f, "{account}: not read again: {error}"),
            Self::LoggedIn { account } => write!(f, "{account}: logged in"),
            Self::LoginFailed { account, error } => {
                write!(f, "{account}: the login failed: {error}")
            }
            Self::LoggedOut { account } => write!(f, "{account}: logged out"),
        }
    }
}

type Observer = dyn Fn(&ClientEvent<'_>) + Send + Sync;

/// The observer of a client, if it has one. A clone shares it.
#[derive(Clone, Default)]
pub(super) struct Events(Arc<OnceLock<Box<Observer>>>);

impl Events {
    /// Sets the observer. Does nothing if there is one.
    pub(super) fn set(&self, observer: impl Fn(&ClientEvent<'_>) + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(observer));
    }

    /// Reports an event, which is made only if there is an observer.
    #[inline]
    pub(super) fn emit(&self, report: impl FnOnce(&Observer)) {
        if let Some(observer) = self.0.get() {
            report(&**observer);
        }
    }
}

fn name(token: TokenKind) -> &'static str {
    match token {
        TokenKind::Login => "login",
        _ => "derived",
    }
}
