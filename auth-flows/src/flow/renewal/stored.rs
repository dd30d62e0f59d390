//! What a renewal reads from the stored record: the token to serve, and the way to renew it.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Error, ErrorKind, Freshness, Now, Response, SecretText, Token, TokenKind, TokenRecord,
    TokenRequirement, TokenResponse, UnixTime, retry_after,
};

use super::Renewal;
use crate::{
    flow::token_message::{self, TokenMessage},
    token::{
        cached_token::is_other_login,
        login_source::RenewalMethod,
        negative_cache::{Attempt, BRIEF, CACHED_FOR},
    },
};

/// Returns whether a token needs more renewals than one in [`BRIEF`].
pub(super) fn is_brief(token: &Token) -> bool {
    token.lifetime().is_some_and(|lifetime| lifetime < BRIEF)
}

impl Renewal {
    /// Sets the token in memory, whose age may be more exact than that of the stored one, and its
    /// login.
    pub(crate) fn with_cached(mut self, cached: Option<Arc<Token>>, login: Option<u64>) -> Self {
        (self.cached, self.cached_login) = (cached, login);
        self
    }

    /// Returns the stored token, or its cached copy, if it meets the requirement.
    pub(super) fn stored_token(&self) -> Option<&Arc<Token>> {
        let stored = self.record.token(self.kind)?;
        let (cached, is_other) = (self.cached.as_ref(), self.is_other_login());
        let same = cached
            .filter(|cached| cached.generation() == stored.generation())
            .filter(|_| !is_other);
        let token = same.unwrap_or(stored);
        // What was rejected is a token of the login in memory.
        let is_new = is_other || self.requirement.accepts(token.generation());
        (is_new && !self.is_dead).then_some(token)
    }

    /// Returns whether the stored login is another one than that in memory. Its tokens may have lower
    /// generations.
    fn is_other_login(&self) -> bool {
        is_other_login(self.cached_login, self.record.login_id())
    }

    pub(super) fn set_record(&mut self, now: Now, record: TokenRecord) {
        self.record = record;
        self.is_dead = self.is_noted(self.kind, now);
        if let (Some(token), Some(age)) = (self.record.token(self.kind), self.age(now)) {
            let replaced = self.record.replaced(self.kind);
            let cache = &self.negative_cache;
            cache.replaced(self.kind, token.generation(), replaced, age, now);
        }
    }

    /// Takes the login token that is stored in place of an older one: another program may have logged
    /// another user in. Returns whether there is still a login, if there was one.
    pub(super) fn follow_login(&mut self, had_login: bool, now: Now) -> bool {
        let Some(stored) = self.record.token(TokenKind::Login) else {
            return !had_login;
        };
        let is_other = self.is_other_login();
        let newer = |login: &Arc<Token>| !is_other && login.generation() >= stored.generation();
        let is_good = stored.freshness(now) != Freshness::Expired;
        if is_good && !self.login.as_ref().is_some_and(newer) {
            self.login = Some(Arc::clone(stored));
        }
        true
    }

    /// Returns whether the record has a note of the last minute that the service rejected this token.
    fn is_noted(&self, kind: TokenKind, now: Now) -> bool {
        // A note from the future is of another clock.
        let age = |at: UnixTime| now.wall.as_millis().checked_sub(at.as_millis());
        let age = self.record.rejected(kind).and_then(age);
        age.is_some_and(|age| u128::from(age) < CACHED_FOR.as_millis())
    }

    /// Returns the age of the stored token; `None` if it is of another clock.
    fn age(&self, now: Now) -> Option<Duration> {
        let token = self.record.token(self.kind)?;
        (now.wall >= token.sent_at()).then(|| now.wall.since(token.sent_at()))
    }

    /// Returns how many tokens in a row the service will have rejected before the next one, without
    /// accepting one of them here.
    pub(super) fn replaced(&self) -> u32 {
        match (self.requirement, self.record.token(self.kind)) {
            (TokenRequirement::NewerThan(rejected), Some(old))
                if old.generation() <= rejected
                    && self.negative_cache.was_never_accepted(self.kind, rejected) =>
            {
                self.record.replaced(self.kind).saturating_add(1)
            }
            _ => 0,
        }
    }

    /// Returns the error of a renewal that comes too soon after many whose tokens expired within
    /// seconds.
    pub(super) fn too_soon(&self, now: Now) -> Option<Error> {
        let token = self.record.token(self.kind)?;
        let wait = self.negative_cache.brief_wait(self.kind, now)?;
        is_brief(token).then(|| self.lasts_no_time(wait))
    }

    pub(super) fn lasts_no_time(&self, wait: Duration) -> Error {
        Error::new(
            ErrorKind::Malformed,
            "the server issues tokens that expire within seconds",
        )
        .with_retry_after(wait)
        .with_help("try again later; if it stays so, report it to the service")
    }

    /// Returns the stored token if it is fresh.
    pub(super) fn fresh(&self, now: Now) -> Option<Arc<Token>> {
        let token = self.stored_token()?;
        (token.freshness(now) == Freshness::Fresh).then(|| Arc::clone(token))
    }

    /// Returns the stored token if it is still valid, to fall back on it.
    pub(super) fn last_resort(&self, now: Now) -> Option<Arc<Token>> {
        let token = self.stored_token()?;
        (token.freshness(now) != Freshness::Expired).then(|| Arc::clone(token))
    }

    /// Returns the stored plain token if it is valid and the service accepts it to issue the next
    /// one.
    pub(super) fn self_renewing(&self, now: Now) -> Option<Arc<Token>> {
        let derivation = self.service.token_derivation();
        let may = self.kind == TokenKind::Derived
            && self.record.token(TokenKind::Login).is_none()
            && derivation.is_some_and(|derivation| derivation.can_self_renew());
        self.last_resort(now).filter(|_| may)
    }

    pub(super) fn choose_method(&self, now: Now) -> Result<RenewalMethod, Error> {
        if self.kind == TokenKind::Derived {
            return Ok(RenewalMethod::LoginToken);
        }
        let may_refresh = self.refresh_token().is_some() && !self.is_dead;
        match (self.login_source.method(), may_refresh) {
            (Some(RenewalMethod::ClientCredentials), _) => Ok(RenewalMethod::ClientCredentials),
            (_, true) => Ok(RenewalMethod::RefreshToken),
            (Some(method), false) => Ok(method),
            (None, false) => Err(self.needs_login(now)),
        }
    }

    /// Returns why there is no way to renew the login without the user.
    pub(super) fn needs_login(&self, now: Now) -> Error {
        let Some(stored) = self.record.token(TokenKind::Login) else {
            return Error::login_needed("the account has no stored login")
                .with_help("log in first");
        };
        let is_refused = self.is_dead
            || self.is_noted(TokenKind::Login, now)
            || (self.negative_cache).is_rejected(TokenKind::Login, stored, now);
        if is_refused {
            return Error::login_needed(
                "the service has refused the stored login, and it cannot be renewed",
            );
        }
        Error::login_needed(match stored.freshness(now) {
            Freshness::Expired => "the stored login has expired and cannot be renewed",
            _ => "the stored login cannot be renewed",
        })
    }

    /// Returns why the login cannot be renewed, if the server has said so in the last minute, here or
    /// to another program.
    pub(super) fn known_refusal(&self, now: Now) -> Option<Error> {
        let ended = self.is_noted(TokenKind::Login, now) && self.login_source.method().is_none();
        ended.then(|| self.needs_login(now))
    }

    pub(super) fn refresh_token(&self) -> Option<&SecretText> {
        self.record.token(TokenKind::Login)?.refresh_token()
    }

    /// Replaces the error if a plain token has expired: there is no login, so the service says what
    /// to do.
    pub(super) fn explain(&self, error: Error) -> Error {
        let is_plain = self.record.token(TokenKind::Derived).is_some()
            && self.record.token(TokenKind::Login).is_none();
        match self.service.token_derivation() {
            Some(derivation) if error.needs_login() && is_plain => {
                Error::login_needed("the plain token has expired or was rejected, and the account has no login to renew it with")
                    .with_help(derivation.expired_help())
            }
            _ => error,
        }
    }

    pub(super) fn attempt(&self) -> Attempt {
        let token = match self.method {
            RenewalMethod::RefreshToken => self.record.token(TokenKind::Login),
            RenewalMethod::LoginToken => self.login.as_ref(),
            RenewalMethod::ClientCredentials | RenewalMethod::Password | RenewalMethod::Person => {
                None
            }
        };
        Attempt {
            method: self.method,
            generation: token.map_or(0, |token| token.generation()),
            login_source: Arc::clone(&self.login_source),
        }
    }

    pub(super) fn message(&self) -> Result<TokenMessage<'_>, Error> {
        let tokens = (self.refresh_token(), self.login.as_deref());
        token_message::of_renewal(&self.service, self.method, &self.login_source, tokens)
    }

    /// Parses the response. An error has the wait that the server asks for, also if the service's
    /// own parser leaves it out.
    pub(super) fn parse(&self, response: Response) -> Result<TokenResponse, Error> {
        let wait = retry_after(response.headers());
        let parsed = self.message()?.parse(response);
        parsed.map_err(|error| match (error.retry_after(), wait) {
            (None, Some(wait)) => error.with_retry_after(wait),
            _ => error,
        })
    }
}
