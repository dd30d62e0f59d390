//! What a client does by itself, for logs and counters.

mod text;

use std::time::Duration;

use auth_core::{AccountKey, Error, Quirks, TokenKind, UnixTime};

#[cfg(feature = "tracing")]
pub(super) use text::token_name;

/// An event of a client: what it does by itself, such as a renewal, a retry or a wait. `Display` is
/// a log line. Never contains a secret.
///
/// [`Client::on_event`](crate::Client::on_event) and
/// [`AsyncClient::on_event`](crate::AsyncClient::on_event) report it. A renewal may fail for hours
/// while the old token is still valid. No call shows that, only an event.
///
/// | step | events |
/// | --- | --- |
/// | a renewal | [`RenewalStarted`](Self::RenewalStarted), then one of [`RenewalFinished`](Self::RenewalFinished), [`RenewalYielded`](Self::RenewalYielded), [`RenewalFailed`](Self::RenewalFailed), [`RenewalRefused`](Self::RenewalRefused) |
/// | a wait, another try | [`Waiting`](Self::Waiting), [`Retrying`](Self::Retrying), [`Paused`](Self::Paused) |
/// | the store | [`StoreChosen`](Self::StoreChosen), [`StoreSlow`](Self::StoreSlow), [`StoreFailed`](Self::StoreFailed), [`NotSaved`](Self::NotSaved), [`Saved`](Self::Saved), [`NoteNotWritten`](Self::NoteNotWritten), [`NoteWritten`](Self::NoteWritten) |
/// | what a server said | [`QuirksAllowed`](Self::QuirksAllowed), [`NotRevoked`](Self::NotRevoked) |
/// | a login, a logout | [`LoginStarted`](Self::LoginStarted), then [`LoggedIn`](Self::LoggedIn), [`LoginReplaced`](Self::LoginReplaced) or [`LoginFailed`](Self::LoginFailed); [`LoggedOut`](Self::LoggedOut) |
///
/// The methods read what most events have, so that an observer need not know each of them.
///
/// ```
/// use auth_flows::{ClientEvent, WaitReason};
///
/// // What an operator wants to hear at night.
/// fn is_worth_a_line(event: &ClientEvent<'_>) -> bool {
///     match event {
///         ClientEvent::RenewalFailed { .. } | ClientEvent::NotSaved { .. } => true,
///         ClientEvent::Waiting { reason, .. } => *reason == WaitReason::Lease,
///         _ => false,
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ClientEvent<'a> {
    /// A renewal of a token has started: a look into the store, and a request if that has no token.
    #[non_exhaustive]
    RenewalStarted {
        /// The account.
        account: &'a AccountKey,
        /// The kind of the token.
        token: TokenKind,
        /// The generation of the token in memory; `None` if there is none.
        generation: Option<u64>,
        /// Why.
        reason: RenewalReason,
    },
    /// A renewal has ended with a new token, or with one that the store had, of this program or of
    /// another one.
    #[non_exhaustive]
    RenewalFinished {
        /// The account.
        account: &'a AccountKey,
        /// The kind of the token.
        token: TokenKind,
        /// The generation of the token ([`Token::generation`](auth_core::Token::generation)).
        generation: u64,
        /// When the new token expires; `None` if the server stated no expiry.
        expires_at: Option<UnixTime>,
        /// How many requests it sent; 0 if the store had the token.
        requests: u32,
        /// How long it took, waits included.
        took: Duration,
    },
    /// A renewal is left to another program, which holds the lease. No failure: the old token is
    /// valid, and calls use it meanwhile.
    #[non_exhaustive]
    RenewalYielded {
        /// The account.
        account: &'a AccountKey,
        /// The kind of the token.
        token: TokenKind,
        /// How long the old token is still valid: [`Duration::MAX`] if it does not expire.
        old_token_valid_for: Duration,
        /// How long it took to find that out.
        took: Duration,
    },
    /// A renewal has failed for now. If the old token is still valid, calls use it meanwhile.
    #[non_exhaustive]
    RenewalFailed {
        /// The account.
        account: &'a AccountKey,
        /// The kind of the token.
        token: TokenKind,
        /// Why.
        error: &'a Error,
        /// The token whose failure this is, as in [`RenewalRefused`](Self::RenewalRefused).
        cause: Option<TokenKind>,
        /// How long the old token is still valid: [`Duration::MAX`] if it does not expire, `None`
        /// if there is none, so that calls fail.
        old_token_valid_for: Option<Duration>,
        /// How many requests it sent; 0 if the store failed, or if the error of an earlier renewal
        /// still holds.
        requests: u32,
        /// How long it took, waits included.
        took: Duration,
    },
    /// A renewal has failed and is not repeated by itself: the user must log in, or a setting be
    /// corrected. The server has refused it, or nothing is stored to renew the token with.
    #[non_exhaustive]
    RenewalRefused {
        /// The account.
        account: &'a AccountKey,
        /// The kind of the token.
        token: TokenKind,
        /// Why.
        error: &'a Error,
        /// The token whose failure this is, with an event of its own: the login token, if this one
        /// is derived with it. `None` if this renewal itself failed.
        cause: Option<TokenKind>,
        /// How long the old token is still valid, as in [`RenewalFailed`](Self::RenewalFailed).
        old_token_valid_for: Option<Duration>,
        /// How many requests it sent. 0 if there was nothing to send, or if an earlier refusal
        /// still holds. Also 0 if the login token failed, which has an event of its own.
        requests: u32,
        /// How long it took, waits included.
        took: Duration,
    },
    /// A call, a renewal or a login waits.
    #[non_exhaustive]
    Waiting {
        /// The account; `None` for an anonymous session.
        account: Option<&'a AccountKey>,
        /// What for.
        reason: WaitReason,
        /// How long. For a lease and for the user of a store it is the longest time.
        wait: Duration,
    },
    /// A request failed and is sent again.
    #[non_exhaustive]
    Retrying {
        /// The account; `None` for an anonymous session.
        account: Option<&'a AccountKey>,
        /// The status of the response; `None` if none came.
        status: Option<http::StatusCode>,
        /// Why no response came, or why a successful one was of no use.
        error: Option<&'a Error>,
        /// How long until then.
        wait: Duration,
    },
    /// The service asked for a pause (429), which all requests keep.
    #[non_exhaustive]
    Paused {
        /// The account whose request it responded to; `None` for an anonymous session.
        account: Option<&'a AccountKey>,
        /// How long; `None` if the service did not say.
        pause: Option<Duration>,
    },
    /// A store made of several has chosen one for this account, for the first time or another than
    /// before. It is described with the reasons why those before it were not chosen.
    #[non_exhaustive]
    StoreChosen {
        /// The account.
        account: &'a AccountKey,
        /// The description ([`Store::describe_choice`](auth_core::Store::describe_choice)).
        store: &'a str,
    },
    /// The store took a second or longer: a keyring that waited for its user, a slow disk, a
    /// database far away.
    #[non_exhaustive]
    StoreSlow {
        /// The account.
        account: &'a AccountKey,
        /// What it was asked for.
        step: StoreStep,
        /// How long it took.
        took: Duration,
    },
    /// The store failed. The error need not reach a call: a renewal may continue without the store.
    #[non_exhaustive]
    StoreFailed {
        /// The account.
        account: &'a AccountKey,
        /// What it was asked for.
        step: StoreStep,
        /// Why.
        error: &'a Error,
    },
    /// A token record could not be saved, or the store has lost its save: it holds an older token of
    /// the same login. It stays in memory, and is saved in the background once the store works
    /// again.
    #[non_exhaustive]
    NotSaved {
        /// The account.
        account: &'a AccountKey,
        /// Why.
        error: &'a Error,
    },
    /// A token record that was in memory only is saved now, or replaced by a newer one.
    #[non_exhaustive]
    Saved {
        /// The account.
        account: &'a AccountKey,
    },
    /// The note that programs share for the rate limit could not be read or written. From now on
    /// this program keeps the limit alone. Reported once, and again after
    /// [`NoteWritten`](Self::NoteWritten).
    #[non_exhaustive]
    NoteNotWritten {
        /// The account whose request was to be counted; `None` for an anonymous session.
        account: Option<&'a AccountKey>,
        /// Why.
        error: &'a Error,
    },
    /// The note that programs share for the rate limit works again, after
    /// [`NoteNotWritten`](Self::NoteNotWritten). What this program sent meanwhile counts in it,
    /// too.
    #[non_exhaustive]
    NoteWritten {
        /// The account whose request was counted; `None` for an anonymous session.
        account: Option<&'a AccountKey>,
    },
    /// A server deviated from the RFCs in a response for a token, in ways that are allowed for it.
    #[non_exhaustive]
    QuirksAllowed {
        /// The account; `None` for an anonymous session.
        account: Option<&'a AccountKey>,
        /// How.
        quirks: Quirks,
    },
    /// The server did not confirm that it has revoked a login: at a logout, or of a login that a
    /// new one replaced.
    #[non_exhaustive]
    NotRevoked {
        /// The account.
        account: &'a AccountKey,
        /// Why.
        error: &'a Error,
    },
    /// A login has begun.
    #[non_exhaustive]
    LoginStarted {
        /// The account.
        account: &'a AccountKey,
        /// How.
        method: LoginMethod,
    },
    /// A user has logged in.
    #[non_exhaustive]
    LoggedIn {
        /// The account.
        account: &'a AccountKey,
        /// The kind of the token: derived if a plain token was imported.
        token: TokenKind,
        /// The generation of the token.
        generation: u64,
        /// When it expires; `None` if the server stated no expiry.
        expires_at: Option<UnixTime>,
        /// How long it took to complete, without the wait for the user.
        took: Duration,
    },
    /// A login of this program, or its renewal, could not be saved before another program saved a
    /// later login, which holds. One that has just been completed is revoked, where the server can.
    #[non_exhaustive]
    LoginReplaced {
        /// The account.
        account: &'a AccountKey,
        /// The kind of the token that was replaced: derived if a plain token was imported.
        token: TokenKind,
        /// The generation of that token.
        generation: u64,
    },
    /// A login has failed. A program that waits for the user by itself
    /// ([`PendingLogin`](crate::PendingLogin)) gets that error itself, without an event.
    #[non_exhaustive]
    LoginFailed {
        /// The account.
        account: &'a AccountKey,
        /// Why.
        error: &'a Error,
    },
    /// The account has logged out, here or in another program.
    #[non_exhaustive]
    LoggedOut {
        /// The account.
        account: &'a AccountKey,
        /// How long it took, or how long it took to see that another program has done it.
        took: Duration,
    },
}

/// Why a token is renewed. [`ClientEvent`] reports it.
///
/// ```
/// use auth_flows::{ClientEvent, RenewalReason};
///
/// // A service that rejects valid tokens, e.g. because a clock is wrong.
/// fn is_odd(event: &ClientEvent<'_>) -> bool {
///     matches!(event, ClientEvent::RenewalStarted { reason: RenewalReason::Rejected, .. })
/// }
/// # let _observer: fn(&ClientEvent<'_>) -> bool = is_odd;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RenewalReason {
    /// There is no token in memory, as at the start of a program.
    NoToken,
    /// The token will expire soon.
    Due,
    /// The token has expired.
    Expired,
    /// A service rejected the token.
    Rejected,
    /// The program marked the token invalid, or requires one that lasts longer.
    Requested,
}

/// What a client waits for. [`ClientEvent`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitReason {
    /// The service's rate limit.
    RateLimit,
    /// The account's lease, which another program holds. Reported when the wait begins.
    Lease,
    /// The user, who logs in on another device: the time between two polls.
    DeviceLogin,
    /// The user of the store, such as one who must unlock a keyring. The time is the longest
    /// possible.
    StoreUser,
}

/// What a store is asked for. [`ClientEvent`] reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreStep {
    /// To load a token record.
    Load,
    /// To give the lease of an account.
    Lease,
    /// To confirm that the lease still holds.
    Confirm,
    /// To reserve room for a token record.
    Reserve,
    /// To save a token record.
    Save,
    /// To remove a token record.
    Remove,
}

/// How a user logs in. [`ClientEvent`] reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginMethod {
    /// At the authorization URL of the server.
    Authorization,
    /// With user name and password.
    Password,
    /// On another device.
    Device,
    /// With a plain token.
    PlainToken,
}
