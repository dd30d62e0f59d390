//! Counts of what a client does, for a service's metrics.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use auth_core::{AccountKey, TokenKind, UnixTime};

use super::event::{ClientEvent, StoreStep, WaitReason};

/// Counts the events of one client or of several, for a service that exports metrics. Clones share
/// the counts. A client without an observer counts nothing and pays nothing.
///
/// The example `metrics` serves them in the text format of Prometheus.
///
/// ```
/// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
/// # let (_server, client) = setup::infoflora();
/// let counters = auth_flows::Counters::default();
/// let client = client.on_event(counters.observer());
/// client.client_session().send(api_infoflora::observations::List::new())?;
/// let counts = counters.read();
/// assert_eq!((counts.renewals, counts.renewals_failed), (1, 0));
/// assert!(counts.tokens[0].seconds_left(std::time::SystemTime::now()) > 0);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias("metrics", "prometheus"))]
#[derive(Clone, Default)]
pub struct Counters(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    counts: Counts,
    unsaved: BTreeSet<AccountKey>,
    /// When the token of each kind expires; `None` if there is no such token, or none that expires.
    expiries: BTreeMap<AccountKey, Expiries>,
}

type Expiries = [Option<UnixTime>; TokenKind::ALL.len()];

/// What [`Counters`] have counted; [`Counters::read`] returns it. [`Counters`] has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Renewals that sent a request and got a new token.
    pub renewals: u64,
    /// Renewals that found the token in the store: at the start, or renewed by another program.
    pub renewals_from_store: u64,
    /// Renewals that sent a request and failed for now.
    pub renewals_failed: u64,
    /// Renewals that sent a request which the server definitely refused.
    pub renewals_refused: u64,
    /// Renewals that failed and sent nothing: the error of an earlier one still holds, which is
    /// counted already, or the store failed.
    pub renewals_held_back: u64,
    /// Renewals that were left to another program, while the old token is valid. No failures.
    pub renewals_yielded: u64,
    /// Requests that failed and were sent again.
    pub retries: u64,
    /// Waits for the rate limit, for a lease, for the user of a store, and between two polls.
    pub waits: u64,
    /// How long the waits for the rate limit are together.
    pub rate_limit_wait: Duration,
    /// Pauses that the service asked for (429).
    pub pauses: u64,
    /// Logins.
    pub logins: u64,
    /// Logins that failed in a method of a session. Two errors are not counted, because they come
    /// before: a web login that the user denied
    /// ([`PendingAuthorization::accept`](auth_core::PendingAuthorization::accept)), and the error
    /// of a [`PendingLogin`](crate::PendingLogin).
    pub logins_failed: u64,
    /// Logins that a later login of another program replaced before they were saved.
    pub logins_replaced: u64,
    /// Logouts.
    pub logouts: u64,
    /// Failures of the store, and of the shared note of the rate limit.
    pub store_failures: u64,
    /// How many accounts have tokens in memory only, now.
    pub unsaved: usize,
    /// The tokens that expire, in the order of their accounts: one or two for each account that was
    /// in use. A service with very many exports the first to expire, or how many have expired.
    pub tokens: Vec<TokenExpiry>,
}

/// When a token of an account expires. [`Counters`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TokenExpiry {
    /// The account.
    pub account: AccountKey,
    /// The kind of the token.
    pub token: TokenKind,
    /// When it expires, by the wall clock.
    pub expires_at: UnixTime,
}

impl TokenExpiry {
    /// Returns the seconds until it expires; negative if it has expired.
    #[inline]
    #[must_use]
    pub fn seconds_left(&self, now: SystemTime) -> i64 {
        let now = UnixTime::from_system(now);
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        match now <= self.expires_at {
            true => seconds(self.expires_at.since(now)),
            false => -seconds(now.since(self.expires_at)),
        }
    }
}

impl Counters {
    /// Returns an observer for [`Client::on_event`](crate::Client::on_event) that counts.
    #[inline]
    pub fn observer(&self) -> impl Fn(&ClientEvent<'_>) + Send + Sync + 'static + use<> {
        let counters = self.clone();
        move |event| counters.count(event)
    }

    /// Counts an event, for an observer that also does something else with it.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, client) = setup::infoflora();
    /// let counters = auth_flows::Counters::default();
    /// let counting = counters.clone();
    /// let client = client.on_event(move |event| {
    ///     counting.count(event);
    ///     eprintln!("{event}");
    /// });
    /// ```
    #[inline]
    pub fn count(&self, event: &ClientEvent<'_>) {
        self.lock().count(event);
    }

    /// Returns the counts so far.
    #[inline]
    #[must_use]
    pub fn read(&self) -> Counts {
        let table = self.lock();
        let mut counts = table.counts.clone();
        counts.unsaved = table.unsaved.len();
        for (account, expiries) in &table.expiries {
            for &token in TokenKind::ALL {
                let expiry = expiries[token as usize].map(|expires_at| TokenExpiry {
                    account: account.clone(),
                    token,
                    expires_at,
                });
                counts.tokens.extend(expiry);
            }
        }
        counts
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn count(&mut self, event: &ClientEvent<'_>) {
        let counts = &mut self.counts;
        let counter = match *event {
            ClientEvent::RenewalFinished {
                account,
                token,
                expires_at,
                requests,
                ..
            } => {
                self.expiries.entry(account.clone()).or_default()[token as usize] = expires_at;
                match requests {
                    0 => &mut counts.renewals_from_store,
                    _ => &mut counts.renewals,
                }
            }
            ClientEvent::RenewalFailed { requests: 0, .. }
            | ClientEvent::RenewalRefused { requests: 0, .. } => &mut counts.renewals_held_back,
            ClientEvent::RenewalYielded { .. } => &mut counts.renewals_yielded,
            ClientEvent::RenewalFailed { .. } => &mut counts.renewals_failed,
            ClientEvent::RenewalRefused { .. } => &mut counts.renewals_refused,
            ClientEvent::Waiting { reason, wait, .. } => {
                if reason == WaitReason::RateLimit {
                    let time = &mut counts.rate_limit_wait;
                    *time = time.saturating_add(wait);
                }
                &mut counts.waits
            }
            ClientEvent::Retrying { .. } => &mut counts.retries,
            ClientEvent::Paused { .. } => &mut counts.pauses,
            ClientEvent::StoreFailed { account, step, .. } => {
                // A logout forgets what was not saved, whatever the store does.
                if step == StoreStep::Remove {
                    self.unsaved.remove(account);
                }
                &mut counts.store_failures
            }
            ClientEvent::NoteNotWritten { .. } => &mut counts.store_failures,
            ClientEvent::NotSaved { account, .. } => {
                self.unsaved.insert(account.clone());
                &mut counts.store_failures
            }
            ClientEvent::Saved { account } => {
                self.unsaved.remove(account);
                return;
            }
            ClientEvent::LoggedIn {
                account,
                token,
                expires_at,
                ..
            } => {
                let expiries = self.expiries.entry(account.clone()).or_default();
                // A plain token is without a login. That of a login was derived in the course of
                // it.
                if token == TokenKind::Derived {
                    *expiries = Expiries::default();
                }
                expiries[token as usize] = expires_at;
                &mut counts.logins
            }
            ClientEvent::LoginReplaced { .. } => &mut counts.logins_replaced,
            ClientEvent::LoginFailed { .. } => &mut counts.logins_failed,
            ClientEvent::LoggedOut { account, .. } => {
                self.expiries.remove(account);
                self.unsaved.remove(account);
                &mut counts.logouts
            }
            _ => return,
        };
        *counter += 1;
    }
}

impl fmt::Debug for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counters").field(&self.read()).finish()
    }
}
