//! The words of an event, and what most events have.

use std::{fmt, time::Duration};

use auth_core::{AccountKey, Error, TokenKind};

use super::{ClientEvent, LoginMethod, RenewalReason, StoreStep, WaitReason};

/// What most events have, each where it applies.
#[derive(Clone, Copy, Default)]
struct Parts<'a> {
    name: &'static str,
    account: Option<&'a AccountKey>,
    token: Option<TokenKind>,
    generation: Option<u64>,
    error: Option<&'a Error>,
    cause: Option<TokenKind>,
    took: Option<Duration>,
    wait: Option<Duration>,
}

impl<'a> ClientEvent<'a> {
    /// Returns the name of the event, in snake case: `renewal_failed`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.parts().name
    }

    /// Returns the account; `None` for an anonymous session.
    #[must_use]
    pub fn account(&self) -> Option<&'a AccountKey> {
        self.parts().account
    }

    /// Returns the kind of the token, if the event is about one.
    #[must_use]
    pub fn token(&self) -> Option<TokenKind> {
        self.parts().token
    }

    /// Returns the generation of the token, if it is known.
    #[must_use]
    pub fn generation(&self) -> Option<u64> {
        self.parts().generation
    }

    /// Returns the error, if the event has one.
    #[must_use]
    pub fn error(&self) -> Option<&'a Error> {
        self.parts().error
    }

    /// Returns the kind of the token whose failure this is, with an event of its own, if the event
    /// is a consequence of that. For counting each cause once.
    #[must_use]
    pub fn cause(&self) -> Option<TokenKind> {
        self.parts().cause
    }

    /// Returns how long it took, if the event is an end.
    #[must_use]
    pub fn took(&self) -> Option<Duration> {
        self.parts().took
    }

    /// Returns how long the client waits from now on, if it does.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        self.parts().wait
    }

    fn parts(&self) -> Parts<'a> {
        let of = |name, account| Parts {
            name,
            account,
            ..Parts::default()
        };
        match *self {
            Self::RenewalStarted {
                account,
                token,
                generation,
                ..
            } => Parts {
                token: Some(token),
                generation,
                ..of("renewal_started", Some(account))
            },
            Self::RenewalFinished {
                account,
                token,
                generation,
                took,
                ..
            } => Parts {
                token: Some(token),
                generation: Some(generation),
                took: Some(took),
                ..of("renewal_finished", Some(account))
            },
            Self::RenewalFailed {
                account,
                token,
                error,
                cause,
                took,
                ..
            } => Parts {
                token: Some(token),
                error: Some(error),
                cause,
                took: Some(took),
                ..of("renewal_failed", Some(account))
            },
            Self::RenewalYielded {
                account,
                token,
                took,
                ..
            } => Parts {
                token: Some(token),
                took: Some(took),
                ..of("renewal_yielded", Some(account))
            },
            Self::RenewalRefused {
                account,
                token,
                error,
                cause,
                took,
                ..
            } => Parts {
                token: Some(token),
                error: Some(error),
                cause,
                took: Some(took),
                ..of("renewal_refused", Some(account))
            },
            Self::Waiting { account, wait, .. } => Parts {
                wait: Some(wait),
                ..of("waiting", account)
            },
            Self::Retrying {
                account,
                error,
                wait,
                ..
            } => Parts {
                error,
                wait: Some(wait),
                ..of("retrying", account)
            },
            Self::Paused { account, pause } => Parts {
                wait: pause,
                ..of("paused", account)
            },
            Self::StoreChosen { account, .. } => of("store_chosen", Some(account)),
            Self::StoreSlow { account, took, .. } => Parts {
                took: Some(took),
                ..of("store_slow", Some(account))
            },
            Self::StoreFailed { account, error, .. } => Parts {
                error: Some(error),
                ..of("store_failed", Some(account))
            },
            Self::NotSaved { account, error } => Parts {
                error: Some(error),
                ..of("not_saved", Some(account))
            },
            Self::Saved { account } => of("saved", Some(account)),
            Self::NoteNotWritten { account, error } => Parts {
                error: Some(error),
                ..of("note_not_written", account)
            },
            Self::NoteWritten { account } => of("note_written", account),
            Self::QuirksAllowed { account, .. } => of("quirks_allowed", account),
            Self::NotRevoked { account, error } => Parts {
                error: Some(error),
                ..of("not_revoked", Some(account))
            },
            Self::LoginStarted { account, .. } => of("login_started", Some(account)),
            Self::LoggedIn {
                account,
                token,
                generation,
                took,
                ..
            } => Parts {
                token: Some(token),
                generation: Some(generation),
                took: Some(took),
                ..of("logged_in", Some(account))
            },
            Self::LoginReplaced {
                account,
                token,
                generation,
            } => Parts {
                token: Some(token),
                generation: Some(generation),
                ..of("login_replaced", Some(account))
            },
            Self::LoginFailed { account, error } => Parts {
                error: Some(error),
                ..of("login_failed", Some(account))
            },
            Self::LoggedOut { account, took } => Parts {
                took: Some(took),
                ..of("logged_out", Some(account))
            },
        }
    }
}

impl fmt::Display for ClientEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts();
        if let Some(account) = parts.account {
            write!(f, "{account}: ")?;
        }
        let token = parts.token.map_or("", token_name);
        match *self {
            Self::RenewalStarted { reason, .. } => {
                write!(f, "renewing the {token} token ({reason})")
            }
            Self::RenewalFinished { requests, took, .. } => match requests {
                0 => write!(f, "found the {token} token in the store in {took:.0?}"),
                _ => write!(f, "renewed the {token} token in {took:.0?}"),
            },
            Self::RenewalFailed {
                error,
                old_token_valid_for,
                took,
                ..
            } => {
                write!(f, "the {token} token was not renewed in {took:.0?}")?;
                valid_for(f, old_token_valid_for)?;
                write!(f, ": {error:#}")?;
                consequence(f, parts.cause)
            }
            Self::RenewalYielded {
                old_token_valid_for,
                ..
            } => {
                write!(
                    f,
                    "another program holds the lease to renew the {token} token"
                )?;
                valid_for(f, Some(old_token_valid_for))
            }
            Self::RenewalRefused {
                error,
                old_token_valid_for,
                requests,
                ..
            } => {
                match requests {
                    0 => write!(f, "the {token} token cannot be renewed")?,
                    _ => write!(f, "the renewal of the {token} token was refused")?,
                }
                valid_for(f, old_token_valid_for)?;
                write!(f, ": {error:#}")?;
                consequence(f, parts.cause)
            }
            Self::Waiting { reason, wait, .. } => {
                let most = match reason {
                    WaitReason::Lease | WaitReason::StoreUser => "at most ",
                    WaitReason::RateLimit | WaitReason::DeviceLogin => "",
                };
                write!(f, "waiting {most}{wait:.0?} for {reason}")
            }
            Self::Retrying {
                status,
                error,
                wait,
                ..
            } => {
                write!(f, "sending again in {wait:.0?}")?;
                match (status, error) {
                    (_, Some(error)) => write!(f, ": {error:#}"),
                    (Some(status), None) => write!(f, ": the response was {status}"),
                    (None, None) => Ok(()),
                }
            }
            Self::Paused { pause, .. } => match pause {
                Some(pause) => write!(f, "the service asks for a pause of {pause:.0?}"),
                None => f.write_str("the service asks for a pause"),
            },
            Self::StoreChosen { store, .. } => write!(f, "the store is {store}"),
            Self::StoreSlow { step, took, .. } => {
                write!(f, "the store took {took:.1?} to {step}")
            }
            Self::StoreFailed { step, error, .. } => {
                write!(f, "the store failed to {step}: {error:#}")
            }
            Self::NotSaved { error, .. } => write!(f, "not saved: {error:#}"),
            Self::Saved { .. } => f.write_str("saved what was in memory only"),
            Self::NoteNotWritten { error, .. } => {
                write!(f, "the shared note of the rate limit failed: {error:#}")
            }
            Self::NoteWritten { .. } => {
                f.write_str("the shared note of the rate limit works again")
            }
            Self::QuirksAllowed { quirks, .. } => {
                f.write_str("allowed in a response: ")?;
                let mut quirks = quirks.iter();
                if let Some(first) = quirks.next() {
                    write!(f, "{first}")?;
                }
                quirks.try_for_each(|quirk| write!(f, "; {quirk}"))
            }
            Self::NotRevoked { error, .. } => {
                write!(f, "the server did not confirm a revocation: {error:#}")
            }
            Self::LoginStarted { method, .. } => write!(f, "a login {method} has begun"),
            Self::LoggedIn { .. } => f.write_str("logged in"),
            Self::LoginReplaced { .. } => {
                f.write_str("a later login of another program replaced one that was not saved yet")
            }
            Self::LoginFailed { error, .. } => write!(f, "the login failed: {error:#}"),
            Self::LoggedOut { .. } => f.write_str("logged out"),
        }
    }
}

/// Says how long the old token is still valid.
fn valid_for(f: &mut fmt::Formatter<'_>, old_token: Option<Duration>) -> fmt::Result {
    match old_token {
        Some(left) if left == Duration::MAX => f.write_str(", the old one is still valid"),
        Some(left) => write!(f, ", the old one is valid for another {left:.0?}"),
        None => Ok(()),
    }
}

/// Says which token failed first.
fn consequence(f: &mut fmt::Formatter<'_>, cause: Option<TokenKind>) -> fmt::Result {
    match cause {
        Some(cause) => write!(f, " (because the {} token failed)", token_name(cause)),
        None => Ok(()),
    }
}

pub(in crate::client) fn token_name(token: TokenKind) -> &'static str {
    match token {
        TokenKind::Login => "login",
        _ => "derived",
    }
}

impl fmt::Display for RenewalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoToken => "none in memory",
            Self::Due => "due",
            Self::Expired => "expired",
            Self::Rejected => "rejected by the service",
            Self::Requested => "requested by the program",
        })
    }
}

impl fmt::Display for WaitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RateLimit => "the rate limit",
            Self::Lease => "the lease, which another program holds",
            Self::DeviceLogin => "the login on another device",
            Self::StoreUser => "the user of the store (a prompt of the keyring?)",
        })
    }
}

impl fmt::Display for StoreStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Load => "load the token record",
            Self::Lease => "give the lease",
            Self::Confirm => "confirm the lease",
            Self::Reserve => "reserve room",
            Self::Save => "save the token record",
            Self::Remove => "remove the token record",
        })
    }
}

impl fmt::Display for LoginMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authorization => "at the authorization URL",
            Self::Password => "with a password",
            Self::Device => "on another device",
            Self::PlainToken => "with a plain token",
        })
    }
}
