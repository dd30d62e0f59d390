//! An account in memory, shared by all its sessions, and the table of accounts.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use auth_core::{AccountKey, Now, Service, Token, TokenKind, TokenRecord};

use super::{
    cached_token::{LOOK_EVERY, millis},
    cell::{RenewalResult, TokenCell},
    negative_cache::{CACHED_FOR, NegativeCache},
    unsaved::{OwnLease, SaveMode, SaveOutcome, Unsaved},
};
use crate::{clock, sync::single_flight::Leader};

/// The generation of each kind that a service rejected for good; 0 if none.
pub(crate) type Rejected = Generations;

/// A generation of each kind; 0 if there is none.
pub(crate) type Generations = [u64; TokenKind::ALL.len()];

/// The token of each kind in memory, with its login. `None` if no store is to have it.
pub(crate) type Snapshot = [Option<(Arc<Token>, u64)>; TokenKind::ALL.len()];

/// How long a store that could not be read is left alone by looks at the record.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_secs(300);

/// One account, shared by all its sessions.
#[derive(Debug)]
pub(crate) struct Account {
    key: AccountKey,
    cells: [TokenCell; TokenKind::ALL.len()],
    negative_cache: Arc<NegativeCache>,
    unsaved: Unsaved,
    /// Milliseconds of the monotonic clock before which no caller looks at the stored record.
    look_at: AtomicU64,
    /// A hash of the last description of the store that holds the account; 0 at first.
    choice: AtomicU64,
}

impl Account {
    fn new(key: AccountKey) -> Arc<Self> {
        Arc::new(Self {
            key,
            cells: std::array::from_fn(|_| TokenCell::new()),
            negative_cache: Arc::default(),
            unsaved: Unsaved::default(),
            look_at: AtomicU64::new(0),
            choice: AtomicU64::new(0),
        })
    }

    pub(crate) fn key(&self) -> &AccountKey {
        &self.key
    }

    #[inline]
    pub(crate) fn cell(&self, kind: TokenKind) -> &TokenCell {
        &self.cells[kind as usize]
    }

    pub(crate) fn negative_cache(&self) -> &Arc<NegativeCache> {
        &self.negative_cache
    }

    /// Returns whether there is a session, or a record that is not saved.
    fn is_in_use(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) > 1 || self.unsaved.is_present()
    }

    #[inline]
    pub(crate) fn unsaved(&self) -> &Unsaved {
        &self.unsaved
    }

    /// Notes which tokens of a stored record the service has rejected for good.
    pub(crate) fn note_rejected(&self, record: &TokenRecord) {
        for &kind in TokenKind::ALL {
            if let (Some(_), Some(token)) = (record.rejected(kind), record.token(kind)) {
                self.cell(kind).set_dead(token.generation());
            }
        }
    }

    /// Notes that the service has just rejected these generations for good, as a renewal of this
    /// kind told.
    pub(crate) fn bury(&self, kind: TokenKind, rejected: Rejected, now: Now) {
        let until = now.monotonic.saturating_add(CACHED_FOR);
        for &other in TokenKind::ALL {
            let generation = rejected[other as usize];
            let cell = self.cell(other);
            if (generation > 0 || other == kind) && !cell.is_gone(generation) {
                self.negative_cache.forget_accepted(other);
                cell.bury(generation, until);
            }
        }
    }

    /// Notes that the service accepted tokens which it had rejected.
    pub(crate) fn revive(&self) {
        self.cells.iter().for_each(TokenCell::revive);
    }

    /// Returns whether a renewal of this kind that needs a login has told something new.
    pub(crate) fn is_news(&self, kind: TokenKind, now: Now) -> bool {
        self.negative_cache.has_verdict() && !self.cell(kind).is_blocked(now)
    }

    /// Returns whether the store that holds this account is described otherwise than before.
    pub(crate) fn is_new_choice(&self, description: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        description.hash(&mut hasher);
        let hash = hasher.finish();
        self.choice.swap(hash, Ordering::Relaxed) != hash
    }

    /// Tries to save what could not be saved. Blocking.
    pub(crate) fn retry_save(&self, lease: Option<&OwnLease>, mode: SaveMode) -> SaveOutcome {
        let tried = self.unsaved.retry(lease, mode);
        if let SaveOutcome::Saved(Some(stored)) = &tried {
            self.publish(stored, clock::now());
        }
        tried
    }

    /// Returns whether this caller looks at the stored record: one of all in [`LOOK_EVERY`].
    pub(crate) fn begin_look(&self, now: Now) -> bool {
        let (due, next) = (
            self.look_at.load(Ordering::Relaxed),
            now.monotonic + LOOK_EVERY,
        );
        let order = Ordering::Relaxed;
        millis(now.monotonic) >= due
            && self
                .look_at
                .compare_exchange(due, millis(next), order, order)
                .is_ok()
    }

    /// Returns the generations of the tokens in memory.
    pub(crate) fn generations(&self) -> Generations {
        let generation = |token: Arc<Token>| token.generation();
        let of = |cell: &TokenCell| cell.latest().map_or(0, generation);
        std::array::from_fn(|kind| of(&self.cells[kind]))
    }

    /// Updates memory to the record that a look has found, where it still has the tokens from
    /// before. Returns whether a token is gone.
    pub(crate) fn follow(&self, record: &TokenRecord, before: Generations, now: Now) -> bool {
        let (mut gone, login) = (false, record.login_id());
        for &kind in TokenKind::ALL {
            let (cell, stored) = (self.cell(kind), record.token(kind));
            let followed = cell.follow(stored, login, before[kind as usize], now);
            gone |= followed.is_gone;
            self.forget_if(followed.is_other, kind);
        }
        self.note_rejected(record);
        gone
    }

    /// Forgets what is known of tokens of this kind by their number, if memory has just got one of
    /// another login. Its cell has forgotten the same with the token.
    fn forget_if(&self, is_other: bool, kind: TokenKind) {
        if is_other {
            self.negative_cache.forget_generations(kind);
        }
    }

    /// Returns the tokens in memory, to compare with what a store has.
    pub(crate) fn snapshot(&self) -> Snapshot {
        std::array::from_fn(|kind| self.cells[kind].known())
    }

    /// Returns the record to save if the store has lost a save. So it is if what it holds is of the
    /// same login and older than what memory had before the store was read, and still has: the
    /// engine has failed over to a copy that was behind, or a backup was restored.
    pub(crate) fn lost(&self, stored: &TokenRecord, before: &Snapshot) -> Option<TokenRecord> {
        let id = stored.login_id()?;
        let mut record = None;
        for &kind in TokenKind::ALL {
            let (Some((ours, login)), Some(theirs)) = (&before[kind as usize], stored.token(kind))
            else {
                continue;
            };
            let generation = ours.generation();
            let latest = self.cell(kind).latest();
            let is_held = latest.is_some_and(|latest| latest.generation() == generation);
            if is_held && *login == id && generation > theirs.generation() {
                let record = record.get_or_insert_with(|| stored.clone());
                record.set(kind, Arc::clone(ours));
            }
        }
        record
    }

    /// Leaves the store alone for a while.
    pub(crate) fn postpone_look(&self, wait: Duration, now: Now) {
        let next = now.monotonic + wait;
        self.look_at.store(millis(next), Ordering::Relaxed);
        for cell in &self.cells {
            cell.postpone_look(wait, now);
        }
    }

    /// Updates memory to the token record that was just stored, or that could not be.
    pub(crate) fn publish(&self, record: &TokenRecord, now: Now) {
        for &kind in TokenKind::ALL {
            let (token, login) = (record.token(kind).cloned(), record.login_id());
            let is_other = self.cell(kind).adopt(token, login, now);
            self.forget_if(is_other, kind);
        }
        self.note_rejected(record);
        self.negative_cache.clear();
    }

    /// Ends a renewal, whose token is of this login. Sets the token in memory before it wakes the
    /// waiting callers.
    pub(crate) fn finish(
        &self,
        kind: TokenKind,
        leader: Leader<RenewalResult>,
        (result, login): (&RenewalResult, Option<u64>),
        now: Now,
    ) {
        let is_other = self.cell(kind).settle(result, login, now);
        self.forget_if(is_other, kind);
        leader.finish(result.clone());
    }
}

/// Who a token belongs to: a user's account, by the name that the program chose, or the client.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner<'a> {
    Account(&'a str),
    /// With the scope of its tokens, if that is not the server's default.
    Client(Option<&'a str>),
}

/// The accounts that this client has opened. Removes idle ones, without a session, when there are
/// many.
#[derive(Debug, Default)]
pub(crate) struct Accounts(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    /// The client's own, by scope: apart, so that no name is reserved for them.
    client: HashMap<AccountKey, Arc<Account>>,
    accounts: HashMap<Box<str>, Arc<Account>>,
    sweep_at: usize,
}

/// Minimum number of accounts in memory, so that a program may open a session at each call.
const MIN_ACCOUNTS: usize = 1024;

impl Accounts {
    /// Returns the accounts in memory.
    pub(crate) fn all(&self) -> Vec<Arc<Account>> {
        let table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let client = table.client.values();
        client.chain(table.accounts.values()).cloned().collect()
    }

    /// Returns the accounts with a record that is not saved.
    pub(crate) fn unsaved(&self) -> Vec<Arc<Account>> {
        let mut accounts = self.all();
        accounts.retain(|account| account.unsaved.is_present());
        accounts
    }

    /// Returns the account of this owner: the same one for all sessions.
    pub(crate) fn open(&self, service: &Service, owner: Owner<'_>) -> Arc<Account> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = match owner {
            Owner::Account(name) => name,
            Owner::Client(scope) => {
                let key = service.client_key(scope);
                if table.client.len() >= MIN_ACCOUNTS && !table.client.contains_key(&key) {
                    table.client.retain(|_, account| account.is_in_use());
                }
                let new = || Account::new(key.clone());
                return Arc::clone(table.client.entry(key.clone()).or_insert_with(new));
            }
        };
        if let Some(account) = table.accounts.get(name) {
            return Arc::clone(account);
        }
        if table.accounts.len() >= table.sweep_at.max(MIN_ACCOUNTS) {
            table.accounts.retain(|_, account| account.is_in_use());
            table.sweep_at = 2 * table.accounts.len();
        }
        let account = Account::new(service.account_key(name));
        table.accounts.insert(name.into(), Arc::clone(&account));
        account
    }
}

#[cfg(test)]
mod tests {
    use auth_core::{AuthorizationServer, Endpoint, OAuthClient};

    use super::*;

    #[test]
    fn scopes_of_the_client_are_kept_while_in_use() {
        let endpoint = Endpoint::parse("https://a.example/token").expect("an endpoint");
        let client = OAuthClient::new(AuthorizationServer::new(endpoint), "id").expect("an id");
        let service = Service::new("example", client, "test/1").expect("a user agent");
        let accounts = Accounts::default();
        let used = accounts.open(&service, Owner::Client(Some("used")));
        for n in 0..3 * MIN_ACCOUNTS {
            accounts.open(&service, Owner::Client(Some(&format!("scope-{n}"))));
        }
        let again = accounts.open(&service, Owner::Client(Some("used")));
        assert!(Arc::ptr_eq(&used, &again));
        assert!(accounts.all().len() <= MIN_ACCOUNTS);
    }

    #[test]
    fn accounts_in_use_are_kept_and_others_let_go() {
        let endpoint = Endpoint::parse("https://a.example/token").expect("an endpoint");
        let client = OAuthClient::new(AuthorizationServer::new(endpoint), "id").expect("an id");
        let service = Service::new("example", client, "test/1").expect("a user agent");
        let accounts = Accounts::default();
        let used = accounts.open(&service, Owner::Account("used"));
        for n in 0..10 * MIN_ACCOUNTS {
            accounts.open(&service, Owner::Account(&n.to_string()));
        }
        assert!(Arc::ptr_eq(
            &used,
            &accounts.open(&service, Owner::Account("used"))
        ));
        let open = accounts.0.lock().expect("no panic").accounts.len();
        assert!(open <= MIN_ACCOUNTS + 1, "{open}");
    }
}
