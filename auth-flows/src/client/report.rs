//! How the drivers report events.

use std::{sync::Arc, time::Duration};

use auth_core::{
    AccountKey, Error, ErrorKind, Freshness, Now, Token, TokenKind, TokenRecord, TokenRequirement,
};

use super::{
    Common, Identity,
    event::{ClientEvent, LoginMethod, RenewalReason, WaitReason},
    run::{Last, Run},
};
use crate::{
    clock,
    flow::{Remarks, complete_login::LoginOutcome},
    retry::LEASE,
    token::{account::Account, cell::RenewalResult},
};

/// A renewal that has started.
pub(super) struct Started {
    at: Now,
    kind: TokenKind,
    requirement: TokenRequirement,
}

impl<H> Common<H> {
    pub(super) fn renewal_started(
        &self,
        identity: &Identity,
        token: TokenKind,
        requirement: TokenRequirement,
    ) -> Started {
        let now = clock::now();
        self.events.emit(|| {
            let account = identity.account.as_deref()?;
            let latest = account.cell(token).latest();
            Some(ClientEvent::RenewalStarted {
                account: account.key(),
                token,
                generation: latest.as_ref().map(|latest| latest.generation()),
                reason: reason(account, latest.as_deref(), token, requirement, now),
            })
        });
        Started {
            at: now,
            kind: token,
            requirement,
        }
    }

    pub(super) fn renewal_ended(
        &self,
        identity: &Identity,
        started: &Started,
        run: &Run,
        result: &RenewalResult,
        remarks: &Remarks,
    ) {
        if let (true, Ok(token), Some(account)) = (remarks.is_unstored, result, &identity.account) {
            let cell = account.cell(started.kind);
            cell.set_unstored(token.generation());
        }
        self.events.emit(|| {
            let owner = identity.account.as_deref()?;
            let account = owner.key();
            let (now, token, requests) = (clock::now(), started.kind, run.requests);
            let took = now.monotonic.saturating_sub(started.at.monotonic);
            let old = match result {
                Ok(new) if !remarks.is_old => {
                    return Some(ClientEvent::RenewalFinished {
                        account,
                        token,
                        generation: new.generation(),
                        expires_at: new.expires_at(),
                        requests,
                        took,
                    });
                }
                Ok(old) => Some(Arc::clone(old)),
                // The caller may have one that the store did not return.
                Err(_) => owner.cell(token).latest(),
            };
            let serves = |old: &Arc<Token>| {
                let accepted = started.requirement.accepts(old.generation());
                accepted && old.freshness(now) != Freshness::Expired
            };
            let left = |old: Arc<Token>| old.remaining(now).unwrap_or(Duration::MAX);
            let old = old.filter(serves).map(left);
            let error = result.as_ref().err().or(remarks.dropped.as_ref());
            Some(match error {
                Some(error) if is_refusal(error) => ClientEvent::RenewalRefused {
                    account,
                    token,
                    error,
                    cause: run.cause(),
                    old_token_valid_for: old,
                    requests,
                    took,
                },
                None => ClientEvent::RenewalYielded {
                    account,
                    token,
                    old_token_valid_for: old.unwrap_or_default(),
                    took,
                },
                Some(error) => ClientEvent::RenewalFailed {
                    account,
                    token,
                    error,
                    cause: run.cause(),
                    old_token_valid_for: old,
                    requests,
                    took,
                },
            })
        });
        self.remarked(identity, remarks, result);
    }

    /// Reports what a flow learned that its output does not say.
    pub(super) fn remarked<T>(
        &self,
        identity: &Identity,
        remarks: &Remarks,
        result: &Result<T, Error>,
    ) {
        self.quirks(identity, remarks, result.as_ref().err());
        self.events.emit(|| {
            let (account, error) = (identity.key()?, remarks.not_revoked.as_ref()?);
            Some(ClientEvent::NotRevoked { account, error })
        });
    }

    fn quirks(&self, identity: &Identity, remarks: &Remarks, error: Option<&Error>) {
        let of_error = error
            .and_then(Error::oauth)
            .map(auth_core::OAuthError::quirks);
        let quirks = remarks.quirks | of_error.unwrap_or_default();
        if quirks.is_empty() {
            return;
        }
        let account = identity.key();
        self.events
            .emit(|| Some(ClientEvent::QuirksAllowed { account, quirks }));
    }

    /// Reports a wait, unless it is over at once.
    pub(super) fn waiting(&self, identity: &Identity, reason: WaitReason, wait: Duration) {
        if wait.is_zero() {
            return;
        }
        let account = identity.key();
        self.events.emit(|| {
            Some(ClientEvent::Waiting {
                account,
                reason,
                wait,
            })
        });
    }

    /// Reports the sleep of a flow.
    pub(super) fn sleeping(
        &self,
        identity: &Identity,
        run: &mut Run,
        wait: Duration,
        retried: Option<Error>,
    ) {
        let (status, error) = match &run.last {
            // It is asked for often, and reported once.
            Last::LeaseTaken if run.reported_lease => return,
            Last::LeaseTaken => {
                run.reported_lease = true;
                return self.waiting(identity, WaitReason::Lease, LEASE.longest_wait);
            }
            // The server waits for the user as well.
            Last::Response(status) if run.polls && !status.is_server_error() => {
                return self.waiting(identity, WaitReason::DeviceLogin, wait);
            }
            Last::Start | Last::NoToken => {
                return self.waiting(identity, WaitReason::DeviceLogin, wait);
            }
            Last::Response(status) => (
                Some(*status),
                retried.as_ref().filter(|_| status.is_success()),
            ),
            Last::NoResponse(error) => (None, Some(error)),
        };
        let account = identity.key();
        self.events.emit(|| {
            Some(ClientEvent::Retrying {
                account,
                status,
                error,
                wait,
            })
        });
    }

    pub(super) fn login_started(&self, identity: &Identity, method: LoginMethod) {
        self.events.emit(|| {
            let account = identity.key()?;
            Some(ClientEvent::LoginStarted { account, method })
        });
    }

    fn login_ended(
        &self,
        identity: &Identity,
        start: Now,
        result: Result<(TokenKind, &Token), &Error>,
    ) {
        self.events.emit(|| {
            let account = identity.key()?;
            Some(match result {
                Ok((token, new)) => ClientEvent::LoggedIn {
                    account,
                    token,
                    generation: new.generation(),
                    expires_at: new.expires_at(),
                    took: since(start),
                },
                Err(error) => ClientEvent::LoginFailed { account, error },
            })
        });
    }

    /// Reports the end of a login with a proof.
    pub(super) fn proved(
        &self,
        identity: &Identity,
        start: Now,
        result: &Result<LoginOutcome, Error>,
    ) {
        match result.as_ref() {
            // Reported when what is stored was found.
            Ok(outcome) if outcome.is_replaced => {}
            Ok(outcome) => {
                if let Some(new) = token_of(&outcome.record) {
                    self.login_ended(identity, start, Ok(new));
                }
            }
            Err(error) => self.login_ended(identity, start, Err(error)),
        }
    }

    /// Reports a failed login, and passes its result on.
    pub(super) fn login_begun<T>(
        &self,
        identity: &Identity,
        result: Result<T, Error>,
    ) -> Result<T, Error> {
        result.inspect_err(|error| {
            self.events.emit(|| {
                let account = identity.key()?;
                Some(ClientEvent::LoginFailed { account, error })
            });
        })
    }

    pub(super) fn logged_out(&self, identity: &Identity, start: Now) {
        self.events.emit(|| {
            Some(ClientEvent::LoggedOut {
                account: identity.key()?,
                took: since(start),
            })
        });
    }
}

impl Identity {
    fn key(&self) -> Option<&AccountKey> {
        self.account.as_ref().map(|account| account.key())
    }
}

/// Returns the token of a login that was just completed: the login token, or a plain token.
fn token_of(record: &TokenRecord) -> Option<(TokenKind, &Token)> {
    let of = |kind| Some((kind, &**record.token(kind)?));
    of(TokenKind::Login).or_else(|| of(TokenKind::Derived))
}

fn since(start: Now) -> Duration {
    clock::now().monotonic.saturating_sub(start.monotonic)
}

/// Returns whether the server has given its verdict: another try would change nothing.
fn is_refusal(error: &Error) -> bool {
    let refused = match error.kind() {
        ErrorKind::NeedsLogin
        | ErrorKind::ConsentDenied
        | ErrorKind::BadCredentials
        | ErrorKind::AccountSuspended
        | ErrorKind::Refused => true,
        // The server's verdict on the client, not a setting of this machine.
        ErrorKind::Configuration => error.oauth().is_some(),
        _ => false,
    };
    refused && !error.is_retryable() && error.retry_after().is_none()
}

fn reason(
    account: &Account,
    latest: Option<&Token>,
    kind: TokenKind,
    requirement: TokenRequirement,
    now: Now,
) -> RenewalReason {
    let Some(latest) = latest else {
        return RenewalReason::NoToken;
    };
    let generation = latest.generation();
    match (requirement, latest.freshness(now)) {
        (TokenRequirement::NewerThan(_), _) if !requirement.accepts(generation) => {
            match account.negative_cache().has_rejected(kind, generation) {
                true => RenewalReason::Rejected,
                false => RenewalReason::Requested,
            }
        }
        (_, Freshness::Expired) => RenewalReason::Expired,
        (_, Freshness::Due) => RenewalReason::Due,
        (_, Freshness::Fresh) => RenewalReason::Requested,
    }
}
