//! The state of an account and its tokens, without secrets.

use auth_core::{AccountKey, Error, Token, TokenKind, TokenRecord, UnixTime};

use crate::token::account::Account;

/// The state of an account, without secrets; [`Session::status`](crate::Session::status) returns
/// it.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # let (_server, session) = setup::logged_in();
/// let status = session.status()?;
/// assert!(status.is_logged_in());
/// assert_eq!(status.login.unwrap().scope.as_deref(), Some("write login"));
/// assert!(status.derived.is_some());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Status {
    /// The key of the account: service, client and name.
    pub account: AccountKey,
    /// The login token, if one is stored.
    pub login: Option<TokenStatus>,
    /// The derived token, if one is stored.
    pub derived: Option<TokenStatus>,
    /// The description of the store.
    pub store: String,
    /// Why the tokens are in memory only, if the store could not save them. Each call tries again.
    pub unsaved: Option<Error>,
}

/// The state of a token, without its text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenStatus {
    /// The scopes that the server named; `None` if it named none.
    pub scope: Option<String>,
    /// When it expires, by the wall clock; `None` if the server stated no expiry.
    pub expires_at: Option<UnixTime>,
    /// Whether a refresh token is stored with it.
    pub refreshable: bool,
}

impl Status {
    /// Returns whether a token of either kind is stored. Only a call shows whether the service
    /// still accepts it.
    #[must_use]
    pub fn is_logged_in(&self) -> bool {
        self.login.is_some() || self.derived.is_some()
    }

    pub(super) fn new(account: &Account, record: &TokenRecord, store: String) -> Self {
        let status = |kind: TokenKind| record.token(kind).map(|token| TokenStatus::of(token));
        Self {
            login: status(TokenKind::Login),
            derived: status(TokenKind::Derived),
            account: account.key().clone(),
            store,
            unsaved: account.unsaved().error(),
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
