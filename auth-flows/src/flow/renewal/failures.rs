//! How a renewal fails: another try, a pause of the account or of the service, the old token, that of
//! another program.

use std::sync::Arc;

use auth_core::{
    Error, Now, Response, Step, Token, TokenKind, TokenRecord, TokenRequirement, TransportError,
};

use super::{Next, Renewal, State};
use crate::{
    flow::{
        call::{MOST_REJECTED, is_new_token_rejected},
        complete_login::{not_revoked, replaced},
    },
    retry::RENEWAL,
    token::{
        cached_token::is_other_login, login_source::RenewalMethod, unsaved::login_is_replaced,
    },
};

impl Renewal {
    pub(super) fn retry(&mut self, now: Now, error: Error) -> Next<Arc<Token>> {
        let Some(wait) = RENEWAL.next(self.failures, error.retry_after(), now) else {
            return self.fail_for_now(now, error);
        };
        self.failures += 1;
        match self.is_for_all(&error) {
            true => self.go(State::Noted(Some(wait)), Step::Pause(error.retry_after())),
            false => {
                self.error = Some(error);
                self.go(State::Pause, Step::Sleep(wait))
            }
        }
    }

    /// Handles a rejected login: tries the login source's own method, or a newer login token.
    pub(super) fn on_refusal(&mut self, now: Now, error: Error) -> Next<Arc<Token>> {
        if !error.needs_login() {
            return self.fail(now, error);
        }
        match (self.method, self.login_source.method()) {
            (RenewalMethod::LoginToken, _) => {
                // It expired on its way: a verdict on its age, not on a token that may be new.
                if self.is_outlived(now) {
                    return self.get_login(TokenRequirement::Any);
                }
                if self.rejected == MOST_REJECTED {
                    return self.fail(now, error);
                }
                self.rejected += 1;
                self.refusal = Some(error);
                let generation = self.login.as_ref().map_or(0, |token| token.generation());
                self.get_login(TokenRequirement::NewerThan(generation))
            }
            (RenewalMethod::RefreshToken, Some(method)) => {
                self.method = method;
                self.send(now)
            }
            _ => self.fail(now, error),
        }
    }

    /// Ends a derivation that lacks a login token. What the service said of the last one
    /// tells more than that it is not replaced.
    pub(super) fn fail_without_login(&mut self, now: Now, error: Error) -> Next<Arc<Token>> {
        let refusal = self
            .refusal
            .take()
            .filter(|_| is_new_token_rejected(&error));
        let error = refusal.unwrap_or_else(|| self.explain(error));
        self.fail(now, error)
    }

    /// Another program has replaced the login meanwhile, or has logged out: begins anew, once.
    ///
    /// A token of the login before stays valid at the server, where no program knows of it. So it is
    /// revoked, except that of another renewal of the same login: a server may end all tokens of a
    /// login with one of them.
    pub(super) fn on_replaced(&mut self, now: Now, record: TokenRecord) -> Next<Arc<Token>> {
        let old = self.record.token(TokenKind::Login).cloned();
        let is_ours = self.kind == TokenKind::Login
            && self.method != RenewalMethod::ClientCredentials
            && (record.is_empty() || is_other_login(self.record.login_id(), record.login_id()));
        let revocation = replaced(&self.service, old.filter(|_| is_ours), &record);
        self.set_record(now, record);
        match revocation {
            Some(revocation) => self.go(State::Revoke, revocation?),
            None => self.after_replaced(now),
        }
    }

    pub(super) fn on_revoked(
        &mut self,
        now: Now,
        response: Result<Response, TransportError>,
    ) -> Next<Arc<Token>> {
        self.remarks.not_revoked = not_revoked(&self.service, response);
        self.after_replaced(now)
    }

    fn after_replaced(&mut self, now: Now) -> Next<Arc<Token>> {
        match (self.fresh(now), self.kind) {
            (Some(token), _) => Ok(Step::Done(token)),
            _ if std::mem::replace(&mut self.was_replaced, true) => {
                self.fail_for_now(now, login_is_replaced())
            }
            (None, TokenKind::Login) => self.go(State::Lease, Step::Lease),
            // The one in use may be another user's.
            (None, _) => self.get_login(TokenRequirement::Any),
        }
    }

    /// Whether the server asked for a pause that all requests to the service must keep.
    fn is_for_all(&self, error: &Error) -> bool {
        error.status() == Some(http::StatusCode::TOO_MANY_REQUESTS)
            && self.service.rate_limit().is_some()
    }

    /// Failed, but not for good: the next renewal waits, and after 429 all requests do.
    pub(super) fn fail_for_now(&mut self, now: Now, error: Error) -> Next<Arc<Token>> {
        let pause = error.retry_after();
        let error = self.negative_cache.pause(self.kind, error, now);
        if self.is_for_all(&error) {
            self.error = Some(error);
            return self.go(State::Noted(None), Step::Pause(pause));
        }
        self.fail(now, error)
    }

    /// Ends with the stored token if that is still valid, otherwise with the error.
    pub(super) fn fail(&mut self, now: Now, error: Error) -> Next<Arc<Token>> {
        self.state = State::Over;
        match self.last_resort(now) {
            Some(token) => {
                (self.remarks.dropped, self.remarks.is_old) = (Some(error), true);
                Ok(Step::Done(token))
            }
            None => Err(error),
        }
    }
}
