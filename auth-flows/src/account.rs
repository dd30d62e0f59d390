//! One account in memory: its tokens, each behind a gate that lets one renewal through at a time.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use auth_core::{AccountKey, Error, Freshness, Need, Now, Record, Service, Token, TokenKind};

use crate::{
    clock,
    gate::{Gate, Join, Lead, Wait},
};

/// What a renewal came to, told to everybody who waited for it.
pub(crate) type Landed = Result<Arc<Token>, Error>;

/// One account, shared by all its sessions.
#[derive(Debug)]
pub(crate) struct Account {
    key: AccountKey,
    slots: [Slot; 2],
}

/// One token of one account.
pub(crate) struct Slot {
    token: ArcSwapOption<Token>,
    gate: Arc<Gate<Landed>>,
    /// Milliseconds of the monotonic clock before which a renewal ahead of time is not tried again.
    not_before: AtomicU64,
}

/// How a token is got, as seen from memory.
pub(crate) enum Look {
    /// It is here.
    Here(Arc<Token>),
    /// It is here and serves, but it is time for the next one, and nobody is getting it: that is for us to do.
    HereButDue(Arc<Token>, Lead<Landed>),
    /// It is not here, and getting it is for us to do.
    Lead(Lead<Landed>),
    /// Somebody is getting it.
    Wait(Wait<Landed>),
}

/// After a renewal ahead of time has failed, the next is tried this much later.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(30);

impl Account {
    pub(crate) fn key(&self) -> &AccountKey {
        &self.key
    }

    pub(crate) fn slot(&self, kind: TokenKind) -> &Slot {
        &self.slots[kind as usize]
    }

    /// What the store holds now is what memory holds.
    pub(crate) fn publish(&self, record: &Record) {
        for kind in TokenKind::ALL {
            self.slot(kind).token.store(record.token(kind).cloned());
        }
    }
}

impl Slot {
    fn new() -> Self {
        Self {
            token: ArcSwapOption::empty(),
            gate: Gate::new(),
            not_before: AtomicU64::new(0),
        }
    }

    /// A valid token from memory: no lock, no allocation, one clock reading.
    #[inline]
    pub(crate) fn fresh(&self, need: Need) -> Option<Arc<Token>> {
        let token = self.token.load();
        let token = token.as_ref()?;
        (token.is_fresh_at(clock::wall()) && need.accepts(token.generation()))
            .then(|| Arc::clone(token))
    }

    /// The token if it is here, otherwise what to do about it.
    pub(crate) fn look(&self, need: Need) -> Look {
        if let Some(token) = self.fresh(need) {
            return Look::Here(token);
        }
        let now = clock::now();
        let serving = self
            .token
            .load_full()
            .filter(|token| need.accepts(token.generation()))
            .and_then(|token| match token.freshness(now) {
                Freshness::Fresh => Some((token, false)),
                Freshness::Due => Some((
                    token,
                    millis(now) >= self.not_before.load(Ordering::Relaxed),
                )),
                Freshness::Expired => None,
            });
        match serving {
            Some((token, false)) => Look::Here(token),
            Some((token, true)) => match self.gate.join() {
                Join::Lead(lead) => Look::HereButDue(token, lead),
                Join::Wait(_) => Look::Here(token),
            },
            None => match self.gate.join() {
                // Somebody may have landed between our look and our joining.
                Join::Lead(lead) => match self.fresh(need) {
                    Some(token) => {
                        lead.land(Ok(Arc::clone(&token)));
                        Look::Here(token)
                    }
                    None => Look::Lead(lead),
                },
                Join::Wait(wait) => Look::Wait(wait),
            },
        }
    }

    /// Ends a renewal: the token goes into memory first, then everybody is told.
    pub(crate) fn land(&self, lead: Lead<Landed>, landed: &Landed) {
        let now = clock::now();
        match landed {
            Ok(token) => {
                self.token.store(Some(Arc::clone(token)));
                if token.freshness(now) == Freshness::Fresh {
                    self.not_before.store(0, Ordering::Relaxed);
                } else {
                    self.pause(now);
                }
            }
            Err(_) => self.pause(now),
        }
        lead.land(landed.clone());
    }

    fn pause(&self, now: Now) {
        let later = millis(now).saturating_add(PAUSE_AFTER_FAILURE.as_millis() as u64);
        self.not_before.store(later, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Slot").field(&self.token.load()).finish()
    }
}

fn millis(now: Now) -> u64 {
    u64::try_from(now.up.as_millis()).unwrap_or(u64::MAX)
}

/// The accounts that this client has seen. Those that no session is open on are let go when there get to be many.
#[derive(Debug, Default)]
pub(crate) struct Accounts(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    accounts: HashMap<Box<str>, Arc<Account>>,
    sweep_at: usize,
}

/// So many accounts are kept in any case, so that a program may ask for a session at each call.
const KEPT: usize = 1024;

impl Accounts {
    /// The account of this name: the same one for all who ask.
    pub(crate) fn open(&self, service: &Service, name: &str) -> Arc<Account> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = table.accounts.get(name) {
            return Arc::clone(account);
        }
        if table.accounts.len() >= table.sweep_at.max(KEPT) {
            table
                .accounts
                .retain(|_, account| Arc::strong_count(account) > 1);
            table.sweep_at = 2 * table.accounts.len();
        }
        let account = Arc::new(Account {
            key: service.account_key(name),
            slots: [Slot::new(), Slot::new()],
        });
        table.accounts.insert(name.into(), Arc::clone(&account));
        account
    }
}

#[cfg(test)]
mod tests {
    use auth_core::{AuthorizationServer, Endpoint, OAuthClient};

    use super::*;

    #[test]
    fn accounts_in_use_are_kept_and_others_let_go() {
        let endpoint = Endpoint::parse("https://a.example/token").expect("an endpoint");
        let client = OAuthClient::new(AuthorizationServer::new(endpoint), "id").expect("an id");
        let service = Service::new("example", client, "test/1").expect("a user agent");
        let accounts = Accounts::default();
        let used = accounts.open(&service, "used");
        for n in 0..10 * KEPT {
            accounts.open(&service, &n.to_string());
        }
        assert!(Arc::ptr_eq(&used, &accounts.open(&service, "used")));
        let open = accounts.0.lock().expect("no panic").accounts.len();
        assert!(open <= KEPT + 1, "{open}");
    }
}
