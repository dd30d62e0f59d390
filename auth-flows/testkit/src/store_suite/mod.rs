//! A test suite for stores: the promises of [`Store`], as cases.
//!
//! keystore's stores pass it. Run it over a store of your own. The closure opens the store as a
//! program does when it starts, each time in the same place:
//!
//! ```
//! use auth_testkit::store_suite::StoreSuite;
//!
//! # use auth_core::{AccountKey, Error, Lease, SecretBytes, Store};
//! # use std::{collections::HashMap, sync::{Arc, Mutex}};
//! # #[derive(Clone, Default)]
//! # struct MyStore(Arc<Mutex<HashMap<AccountKey, Option<SecretBytes>>>>, Arc<Mutex<Vec<AccountKey>>>);
//! # struct Guard(AccountKey, Arc<Mutex<Vec<AccountKey>>>);
//! # impl Drop for Guard {
//! #     fn drop(&mut self) { self.1.lock().unwrap_or_else(|e| e.into_inner()).retain(|key| *key != self.0); }
//! # }
//! # impl Store for MyStore {
//! #     fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
//! #         Ok(self.0.lock().expect("no panic").get(key).cloned().flatten())
//! #     }
//! #     fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
//! #         let mut leased = self.1.lock().expect("no panic");
//! #         if leased.contains(key) { return Ok(None); }
//! #         leased.push(key.clone());
//! #         Ok(Some(Lease::new(key.clone(), Guard(key.clone(), self.1.clone()))))
//! #     }
//! #     fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
//! #         self.0.lock().expect("no panic").insert(lease.key().clone(), Some(record.clone()));
//! #         Ok(())
//! #     }
//! #     fn remove(&self, lease: &Lease) -> Result<(), Error> {
//! #         self.0.lock().expect("no panic").remove(lease.key());
//! #         Ok(())
//! #     }
//! #     fn describe(&self) -> String { "my store".to_owned() }
//! # }
//! # let store = MyStore::default();
//! let suite = StoreSuite::new(|| store.clone()); // or: || MyStore::open(&folder).expect("a folder")
//! suite.run();
//! ```
//!
//! A store that processes share needs a second program for their cases. A test program can start
//! itself again:
//!
//! ```no_run
//! # use auth_testkit::store_suite::{self, StoreSuite};
//! # use std::process::Command;
//! # fn open() -> std::sync::Arc<dyn auth_core::Store> { unreachable!() }
//! // a test of its own
//! fn other_process() {
//!     store_suite::act(open); // returns at once, unless the suite started this process
//! }
//!
//! // a test of its own
//! fn my_store_keeps_its_promises() {
//!     let other = || {
//!         let mut command = Command::new(std::env::current_exe().expect("a path"));
//!         command.args(["--exact", "other_process", "--nocapture"]);
//!         command // the path of the store may be a variable of this process: command.env(…)
//!     };
//!     StoreSuite::new(open).with_other_process(other).run();
//! }
//! ```
//!
//! The example `own_store` is a whole store, in 100 lines, that passes these cases:
//! `cargo test -p auth-testkit --example own_store`.
//!
//! # Cases
//!
//! | records |
//! | --- |
//! | an account without a record has none |
//! | a save replaces the record as a whole |
//! | a record outlives the program that saved it |
//! | a removed record is gone, and removing none succeeds |
//! | records of up to 1 MB come back unchanged |
//! | a record of any bytes comes back unchanged |
//! | foreign content is an error or no token record, and a save replaces it |
//! | a description is short and shows no secret |
//! | a store that can be used is healthy |
//!
//! | accounts |
//! | --- |
//! | accounts with odd names are never mixed |
//! | other clients and services are other accounts |
//! | many accounts have records and leases at once |
//! | the listed accounts are those that have a record |
//! | saves of many accounts at the same time lose none |
//!
//! | leases |
//! | --- |
//! | an account has one lease at a time |
//! | a save or a removal keeps the lease |
//! | a lease is confirmed as long as it is held |
//! | a store that tells of changes tells of the end of a lease |
//! | a lease moves to another thread and ends there |
//! | a thread that panics gives the lease back |
//! | of many threads exactly one gets the lease |
//! | no change of a record is lost among many threads |
//!
//! | notes, if the store has them |
//! | --- |
//! | a note begins empty and is the text written last |
//! | notes with other names are other notes |
//! | no change of a note is lost among many threads |
//!
//! | processes, with [`with_other_process`](StoreSuite::with_other_process) |
//! | --- |
//! | a lease excludes other processes and ends when its process is killed |
//! | a process killed while it saves leaves a whole record |
//! | no change of a record is lost among processes |
//! | saves of many accounts in processes at the same time lose none |
//! | no change of a note is lost among processes |
//!
//! A store that says [`is_read_only`](Store::is_read_only) gets these in place of all others:
//!
//! | read-only stores |
//! | --- |
//! | a read-only store rejects changes and keeps its content |
//! | a read-only store has one lease an account as well |
//!
//! The suite uses accounts of the service `store-suite`, and removes what it saved.

mod accounts;
mod leases;
mod notes;
mod processes;
mod read_only;
mod records;

use std::fmt;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use auth_core::{
    AccountKey, Lease, Lifetime, Now, SecretBytes, Store, TokenKind, TokenRecord, TokenResponse,
    UnixTime,
};

pub use processes::act;

/// The service of all accounts that the suite uses.
const SERVICE: &str = "store-suite";
/// The word that each of the suite's tokens contains: no description and no error may show it.
const MARK: &str = "marked-secret-7c2e";
/// How much later than promised the lease of a dead process may end.
const SLACK: Duration = Duration::from_secs(1);
/// How many threads or processes compete.
const CROWD: usize = 8;

/// The suite, with what it needs to know of the store.
#[must_use = "call `run`"]
pub struct StoreSuite<'a> {
    open: Box<dyn Fn() -> Arc<dyn Store> + Sync + 'a>,
    other_process: Option<Box<dyn Fn() -> Command + Sync + 'a>>,
    foreign_content: Option<PutContent<'a>>,
}

impl<'a> StoreSuite<'a> {
    /// Returns a suite over the store that `open` opens, as a program does when it starts. What one
    /// of these stores saves the others load.
    pub fn new<S: Store>(open: impl Fn() -> S + Sync + 'a) -> Self {
        Self {
            open: Box::new(move || Arc::new(open())),
            other_process: None,
            foreign_content: None,
        }
    }

    /// Adds the cases of several processes. `command` starts a program that opens the same store
    /// and calls [`act`], with its standard output as it is.
    pub fn with_other_process(mut self, command: impl Fn() -> Command + Sync + 'a) -> Self {
        self.other_process = Some(Box::new(command));
        self
    }

    /// Adds the case of foreign content. `put` writes something else in the place of this account's
    /// token record: another program's text, or half a token record. It is called several times for
    /// one account that has a record, while no lease is held, and must not change the records of
    /// others. A store fails to load it or returns it as it is, but never says that there is none.
    ///
    /// ```no_run
    /// # use auth_core::{AccountKey, Store};
    /// # use auth_testkit::store_suite::StoreSuite;
    /// # fn check<S: Store>(open: impl Fn() -> S + Sync, path: impl Fn(&AccountKey) -> std::path::PathBuf + Sync) {
    /// let put = |key: &AccountKey| {
    ///     std::fs::write(path(key), "of another program").expect("it is written");
    /// };
    /// StoreSuite::new(open).with_foreign_content(put).run();
    /// # }
    /// ```
    pub fn with_foreign_content(mut self, put: impl Fn(&AccountKey) + Sync + 'a) -> Self {
        self.foreign_content = Some(Box::new(put));
        self
    }

    /// Runs all cases.
    ///
    /// # Panics
    /// Panics if a case fails. The message names each failed case with its reason.
    pub fn run(&self) {
        let failures = self.failures();
        let list: String = failures.iter().map(|f| format!("\n- {f}")).collect();
        assert!(
            failures.is_empty(),
            "{} of {} cases failed for {}:{list}",
            failures.len(),
            self.cases().len(),
            (self.open)().describe(),
        );
    }

    /// Runs all cases and returns those that failed.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        let mut failures = Vec::new();
        for (case, run) in self.chosen() {
            if let Err(why) = run(self) {
                failures.push(Failure { case, why });
            }
        }
        failures
    }

    /// Returns the names of the cases that this suite runs.
    #[must_use]
    pub fn cases(&self) -> Vec<&'static str> {
        self.chosen().map(|(case, _)| case).collect()
    }

    fn chosen(&self) -> impl Iterator<Item = Case> {
        let read_only = (self.open)().is_read_only();
        let (others, foreign) = (self.other_process.is_some(), self.foreign_content.is_some());
        all().filter(move |case| match case {
            case if read_only::CASES.contains(case) => read_only,
            _ if read_only => false,
            case if processes::CASES.contains(case) => others,
            (name, _) if *name == records::FOREIGN => foreign,
            _ => true,
        })
    }

    /// Opens the store as another program does.
    fn open(&self) -> Arc<dyn Store> {
        (self.open)()
    }
}

impl fmt::Debug for StoreSuite<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreSuite")
            .field("cases", &self.cases())
            .finish_non_exhaustive()
    }
}

/// A case that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    case: &'static str,
    why: String,
}

impl Failure {
    /// Returns the name of the case: what should have been true.
    #[must_use]
    pub fn case(&self) -> &'static str {
        self.case
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.case, self.why)
    }
}

/// Puts something else in the place of an account's record.
type PutContent<'a> = Box<dyn Fn(&AccountKey) + Sync + 'a>;
type Outcome = Result<(), String>;
type Case = (&'static str, fn(&StoreSuite<'_>) -> Outcome);

fn all() -> impl Iterator<Item = Case> {
    [
        records::CASES,
        accounts::CASES,
        leases::CASES,
        notes::CASES,
        processes::CASES,
        read_only::CASES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Fails a case with a reason unless the condition is true.
macro_rules! ensure {
    ($condition:expr, $($why:tt)+) => {
        if !$condition {
            return Err(format!($($why)+));
        }
    };
}
use ensure;

fn key(account: &str) -> AccountKey {
    AccountKey::new(SERVICE, "client", account)
}

/// A token record whose token has redundant content: its number, again and again.
fn numbered(number: u64, repeated: usize) -> SecretBytes {
    let sent = Now {
        wall: UnixTime::from_secs(1_700_000_000),
        monotonic: Duration::from_secs(1),
    };
    let response = TokenResponse::new(&token(number, repeated), Lifetime::Unstated);
    let token = response.and_then(|response| response.into_token(sent, number));
    let mut record = TokenRecord::default();
    record.set(
        TokenKind::Login,
        token.expect("the token of a case is valid").into(),
    );
    record.to_text()
}

fn token(number: u64, repeated: usize) -> String {
    format!("{MARK}{}", format!("{number:08}").repeat(repeated))
}

/// A token record of this many bytes, which is at least some hundred.
fn of_size(bytes: usize) -> SecretBytes {
    let shortest = numbered(7, 0).len();
    let mut text = numbered(7, (bytes - shortest) / 8);
    let missing = bytes - text.len();
    // White space behind a JSON object belongs to it.
    let mut all = text.as_ref().to_vec();
    all.resize(all.len() + missing, b' ');
    text = SecretBytes::new(all);
    text
}

/// Returns the number of a record of [`numbered`], or what is wrong with it.
fn number_of(record: &SecretBytes, repeated: usize) -> Result<u64, String> {
    let parsed = TokenRecord::from_text(record.as_ref()).map_err(text)?;
    let found = parsed.token(TokenKind::Login).ok_or("it has no token")?;
    let number = found.generation();
    ensure!(
        found.expose_secret() == token(number, repeated),
        "it is a mixture of two records"
    );
    Ok(number)
}

/// The text of an error, which must not contain a token.
fn text(error: auth_core::Error) -> String {
    let text = format!("{error} {error:?}");
    match text.contains(MARK) {
        true => format!("an error shows a token: {}", text.replace(MARK, "…")),
        false => error.to_string(),
    }
}

/// Takes the lease of this account, which must be free.
fn lease(store: &dyn Store, key: &AccountKey) -> Result<Lease, String> {
    let lease = store.try_lease(key).map_err(text)?;
    lease.ok_or_else(|| format!("the lease of {key:?} is taken"))
}

fn is_free(store: &dyn Store, key: &AccountKey) -> Result<bool, String> {
    Ok(store.try_lease(key).map_err(text)?.is_some())
}

/// Takes the lease of a process that was killed, when it ends.
fn lease_of_dead(store: &dyn Store, key: &AccountKey) -> Result<Lease, String> {
    let longest = store.lease_duration().map(|duration| duration + SLACK);
    let end = Instant::now() + longest.unwrap_or_default();
    loop {
        match store.try_lease(key).map_err(text)? {
            Some(lease) => return Ok(lease),
            None if Instant::now() >= end => {
                return Err(format!(
                    "the lease of {key:?} does not end with its process"
                ));
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn save(store: &dyn Store, key: &AccountKey, record: &SecretBytes) -> Outcome {
    store.save(&lease(store, key)?, record).map_err(text)
}

fn remove(store: &dyn Store, key: &AccountKey) -> Outcome {
    store.remove(&lease(store, key)?).map_err(text)
}

/// Checks that the store has this record of the account, or none.
fn holds(store: &dyn Store, key: &AccountKey, expect: Option<&SecretBytes>) -> Outcome {
    let found = store.load(key).map_err(text)?;
    let length = |record: Option<&SecretBytes>| record.map(SecretBytes::len);
    ensure!(
        found.as_ref().map(AsRef::as_ref) == expect.map(AsRef::<[u8]>::as_ref),
        "{key:?} has another record: {:?} bytes in place of {:?}",
        length(found.as_ref()),
        length(expect)
    );
    Ok(())
}

#[cfg(test)]
mod tests;
