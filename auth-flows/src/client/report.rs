//! How the drivers report events.

use std::time::Duration;

use auth_core::{Error, Freshness, Now, TokenKind};

use super::{
    Common, Identity,
    event::{ClientEvent, WaitReason},
};
use crate::{clock, token::cell::RenewalResult};

impl<H> Common<H> {
    pub(super) fn renewal_started(&self, identity: &Identity, token: TokenKind) -> Now {
        let account = identity.account.as_ref();
        self.events.emit(|observer| {
            if let Some(account) = account.map(|account| account.key()) {
                observer(&ClientEvent::RenewalStarted { account, token });
            }
        });
        clock::now()
    }

    pub(super) fn renewal_ended(
        &self,
        identity: &Identity,
        token: TokenKind,
        start: Now,
        result: &RenewalResult,
    ) {
        self.events.emit(|observer| {
            let Some(account) = &identity.account else {
                return;
            };
            let (now, key) = (clock::now(), account.key());
            let took = now.monotonic.saturating_sub(start.monotonic);
            if let Ok(new) = result {
                if new.freshness(now) == Freshness::Fresh {
                    return observer(&ClientEvent::RenewalFinished {
                        account: key,
                        token,
                        generation: new.generation(),
                        took,
                    });
                }
            }
            // It fell back on the old token: why is remembered.
            let remembered = account.negative_cache().last_error(token);
            observer(&ClientEvent::RenewalFailed {
                account: key,
                token,
                error: result.as_ref().err().or(remembered.as_ref()),
                old_token_serves: result.is_ok(),
                took,
            });
        });
    }

    /// Reports a wait, unless it is over at once.
    pub(super) fn waiting(&self, identity: &Identity, reason: WaitReason, wait: Duration) {
        if wait.is_zero() {
            return;
        }
        let account = identity.account.as_ref().map(|account| account.key());
        self.events.emit(|observer| {
            observer(&ClientEvent::Waiting {
                account,
                reason,
                wait,
            });
        });
    }

    pub(super) fn login_ended<T>(&self, identity: &Identity, result: &Result<T, Error>) {
        let Some(account) = identity.account.as_ref().map(|account| account.key()) else {
            return;
        };
        self.events.emit(|observer| {
            observer(&match result {
                Ok(_) => ClientEvent::LoggedIn { account },
                Err(error) => ClientEvent::LoginFailed { account, error },
            });
        });
    }

    pub(super) fn logged_out(&self, identity: &Identity) {
        self.events.emit(|observer| {
            if let Some(account) = identity.account.as_ref().map(|account| account.key()) {
                observer(&ClientEvent::LoggedOut { account });
            }
        });
    }
}
