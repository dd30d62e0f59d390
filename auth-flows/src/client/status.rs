//! What is known of an account and its tokens, without their secrets.

use auth_core::{AccountKey, Token, TokenKind, TokenRecord, UnixTime};

/// What is known of an account, without its secrets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Status {
    /// Service, client and account.
    pub account: AccountKey,
    /// The login token, if there is one.
    pub login: Option<TokenStatus>,
    /// The second token, if there is one.
    pub derived: Option<TokenStatus>,
    /// Where it is stored.
    pub store: String,
}

/// What is known of a token, without its text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenStatus {
    /// The scopes the server named; `None` says nothing.
    pub scope: Option<String>,
    /// When it ends by the wall clock; `None` where the server gave it no end.
    pub expires_at: Option<UnixTime>,
    /// Whether it can be renewed with a refresh token.
    pub refreshable: bool,
}

impl Status {
    /// There is a token of either kind. Whether the service still accepts it, only a call tells.
    #[must_use]
    pub fn is_logged_in(&self) -> bool {
        self.login.is_some() || self.derived.is_some()
    }

    pub(super) fn new(account: AccountKey, record: &TokenRecord, store: String) -> Self {
        let status = |kind: TokenKind| record.token(kind).map(|token| TokenStatus::of(token));
        Self {
            login: status(TokenKind::Login),
            derived: status(TokenKind::Derived),
            account,
            store,
        }
    }
}

impl TokenStatus {
    fn of(token: &Token) -> Self {
        Self {
            scope: token.scope().map(str::to_owned),
            expires_at: token.expires_at(),
            refreshable: token.refresh_token().is_some(),
        }
    }
}
