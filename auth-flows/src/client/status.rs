//! The state of an account and its tokens, without secrets.

use auth_core::{AccountKey, Error, Freshness, Now, Token, TokenKind, TokenRecord, UnixTime};

use crate::{flow::complete_login::LoginOutcome, token::account::Account};

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
    /// Why the tokens are in memory only, if the store could not save them. They are saved in
    /// the background, as soon as it works again.
    pub unsaved: Option<Error>,
    needs_login: bool,
    is_usable: bool,
    is_replaced: bool,
}

/// The state of a token, without its text.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # let (_server, session) = setup::logged_in();
/// let derived = session.status()?.derived.expect("the login derived it");
/// assert!(!derived.expired && !derived.rejected);
/// println!("the API token expires {:?}", derived.expires_at);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TokenStatus {
    /// The scopes that the server named; `None` if it named none.
    pub scope: Option<String>,
    /// When it expires, by the wall clock; `None` if the server stated no expiry.
    pub expires_at: Option<UnixTime>,
    /// Whether it has expired, by the wall clock.
    pub expired: bool,
    /// Whether a refresh token is stored with it.
    pub refreshable: bool,
    /// Whether the service has definitely refused it, in a call or in its renewal.
    pub rejected: bool,
}

impl PartialEq for Status {
    /// Compares errors by their text.
    fn eq(&self, other: &Self) -> bool {
        let unsaved = |status: &Self| status.unsaved.as_ref().map(ToString::to_string);
        self.account == other.account
            && self.login == other.login
            && self.derived == other.derived
            && self.store == other.store
            && unsaved(self) == unsaved(other)
            && self.needs_login == other.needs_login
            && self.is_usable == other.is_usable
            && self.is_replaced == other.is_replaced
    }
}

impl Status {
    /// Returns whether calls can be made with what is stored. A token of the account is valid or
    /// can be renewed, and the service has not refused it. Only a call shows whether the service
    /// accepts it now.
    ///
    /// Also true while a derived token outlives a login that has ended. To decide whether to log
    /// in, ask [`needs_login`](Self::needs_login).
    #[must_use]
    pub fn is_logged_in(&self) -> bool {
        self.is_usable
    }

    /// Returns whether the user must log in ([`log_in`](crate::Session::log_in)). Nothing is
    /// stored, the service has refused the login, or it has expired and cannot be renewed. A
    /// derived token may live on for a while: calls that need only that still work. A session that
    /// logs in by itself never needs it.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session, login) = setup::login();
    /// if session.status()?.needs_login() {
    ///     session.log_in(login)?;
    /// }
    /// assert!(!session.status()?.needs_login());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn needs_login(&self) -> bool {
        self.needs_login
    }

    /// Returns whether another program has replaced the login that has just returned this, before it
    /// could be saved. The tokens are then those of a later login, perhaps of another user, and this
    /// one was revoked at the server where that is possible. False for the status of a session.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session, login) = setup::login();
    /// let status = session.log_in(login)?;
    /// if status.is_replaced() {
    ///     println!("A later login to this account holds: is it yours?");
    /// }
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.is_replaced
    }

    pub(super) fn of_login(mut self, outcome: &LoginOutcome) -> Self {
        self.is_replaced = outcome.is_replaced;
        self
    }

    pub(super) fn new(
        account: &Account,
        record: &TokenRecord,
        store: String,
        can_renew: bool,
        now: Now,
    ) -> Self {
        let status = |kind: TokenKind| {
            let token = record.token(kind)?;
            let is_dead = account.cell(kind).is_dead(token.generation());
            Some(TokenStatus::of(token, record.rejected(kind), is_dead, now))
        };
        let (login, derived) = (status(TokenKind::Login), status(TokenKind::Derived));
        let serves =
            |status: &TokenStatus| !status.rejected && (!status.expired || status.refreshable);
        // A derived token cannot renew the login that it came from. A plain token has none.
        let lasts = login.as_ref().or(derived.as_ref()).is_some_and(serves);
        let is_stored = login.is_some() || derived.is_some();
        let serves_now = login.iter().chain(&derived).any(serves);
        Self {
            login,
            derived,
            account: account.key().clone(),
            store,
            unsaved: account.unsaved().error(),
            needs_login: !lasts && !can_renew,
            is_usable: serves_now || (is_stored && can_renew),
            is_replaced: false,
        }
    }
}

impl TokenStatus {
    fn of(token: &Token, rejected: Option<UnixTime>, is_dead: bool, now: Now) -> Self {
        Self {
            scope: token.scope().map(str::to_owned),
            expires_at: token.expires_at(),
            expired: token.freshness(now) == Freshness::Expired,
            refreshable: token.refresh_token().is_some(),
            rejected: rejected.is_some() || is_dead,
        }
    }
}
