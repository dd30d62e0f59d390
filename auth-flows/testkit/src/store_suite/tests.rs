//! The suite itself: its documentation is complete, and no case is content with a bad store.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use auth_core::{BoxFuture, Error};

use super::*;
use crate::sync::locked;

/// What is wrong with a store in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Nothing,
    /// No save has an effect.
    SavesNothing,
    /// It saves the first half of a record, and a shorter record over the start of a longer one.
    Overwrites,
    /// It has one record for all.
    OneRecord,
    /// It does not distinguish upper and lower case.
    IgnoresCase,
    RemovesNothing,
    /// Leases are always free.
    NoLeases,
    /// Leases are never given back.
    KeepsLeases,
    /// A save frees the lease.
    FreesLease,
    /// Each handle has leases of its own.
    LeasesByHandle,
    /// It rejects records over 64 KiB.
    Small,
    /// It keeps a record as text.
    TextOnly,
    /// A save reads all records, and writes them all without a lock in between.
    LosesSaves,
    /// It describes itself with what it holds.
    Tells,
    /// What is foreign is nothing.
    ForgetsForeign,
    /// It forgets each second change of a note.
    ForgetsNotes,
    /// It has one note for all names.
    OneNote,
    /// It is read-only by its own word, and saves.
    ReadOnlySaves,
    /// It is read-only, and its leases are always free.
    ReadOnlyWithoutLeases,
    /// It has an empty record of each account.
    NeverEmpty,
    /// It confirms no lease.
    ConfirmsNothing,
    /// It says that its leases last a moment, and they end then.
    EndsLeases,
    /// It cannot be used by its own word.
    Unhealthy,
    /// It promises to tell of changes, and does not.
    TellsNothing,
}

const WRONGS: [Wrong; 23] = [
    Wrong::SavesNothing,
    Wrong::Overwrites,
    Wrong::OneRecord,
    Wrong::IgnoresCase,
    Wrong::RemovesNothing,
    Wrong::NoLeases,
    Wrong::KeepsLeases,
    Wrong::FreesLease,
    Wrong::LeasesByHandle,
    Wrong::Small,
    Wrong::TextOnly,
    Wrong::LosesSaves,
    Wrong::Tells,
    Wrong::ForgetsForeign,
    Wrong::ForgetsNotes,
    Wrong::OneNote,
    Wrong::ReadOnlySaves,
    Wrong::ReadOnlyWithoutLeases,
    Wrong::NeverEmpty,
    Wrong::ConfirmsNothing,
    Wrong::EndsLeases,
    Wrong::Unhealthy,
    Wrong::TellsNothing,
];

#[derive(Default)]
struct Shared {
    records: Mutex<HashMap<AccountKey, Vec<u8>>>,
    notes: Mutex<HashMap<String, String>>,
    changes: Mutex<usize>,
}

type Leased = Arc<Mutex<HashSet<AccountKey>>>;

#[derive(Clone)]
struct Bad {
    wrong: Wrong,
    shared: Arc<Shared>,
    leased: Leased,
}

struct Guard(AccountKey, Leased);

impl Drop for Guard {
    fn drop(&mut self) {
        locked(&self.1).remove(&self.0);
    }
}

impl Bad {
    fn new(wrong: Wrong) -> Self {
        let (shared, leased) = <(Arc<Shared>, Leased)>::default();
        Self {
            wrong,
            shared,
            leased,
        }
    }

    fn opened(&self) -> Self {
        let leased = match self.wrong {
            Wrong::LeasesByHandle => Leased::default(),
            _ => Arc::clone(&self.leased),
        };
        Self {
            leased,
            ..self.clone()
        }
    }

    fn key(&self, own: &AccountKey) -> AccountKey {
        match self.wrong {
            Wrong::OneRecord => key("all"),
            Wrong::IgnoresCase => {
                let account = own.account().to_lowercase();
                AccountKey::new(own.service(), own.client_id(), &account)
            }
            _ => own.clone(),
        }
    }

    fn suite(&self) -> StoreSuite<'_> {
        let put = |key: &AccountKey| {
            let foreign = b"{\"of\":\"another program\"}".to_vec();
            locked(&self.shared.records).insert(self.key(key), foreign);
        };
        StoreSuite::new(|| self.opened()).with_foreign_content(put)
    }
}

impl Store for Bad {
    fn load(&self, own: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        let found = locked(&self.shared.records).get(&self.key(own)).cloned();
        let foreign = |bytes: &[u8]| TokenRecord::from_text(bytes).is_err();
        let empty = (self.wrong == Wrong::NeverEmpty).then(|| b"{}".to_vec());
        Ok(found
            .or(empty)
            .filter(|bytes| self.wrong != Wrong::ForgetsForeign || !foreign(bytes))
            .map(SecretBytes::new))
    }

    fn try_lease(&self, own: &AccountKey) -> Result<Option<Lease>, Error> {
        let free = locked(&self.leased).insert(own.clone());
        let guard = Guard(own.clone(), Arc::clone(&self.leased));
        Ok(match self.wrong {
            Wrong::NoLeases | Wrong::ReadOnlyWithoutLeases => Some(Lease::new(own.clone(), ())),
            // The crowd would wait for it.
            Wrong::KeepsLeases if own.account() != "threads" => {
                std::mem::forget(guard);
                free.then(|| Lease::new(own.clone(), ()))
            }
            _ if free => Some(Lease::new(own.clone(), guard)),
            _ => {
                std::mem::forget(guard);
                None
            }
        })
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        let new: &[u8] = record.as_ref();
        if self.wrong == Wrong::LosesSaves {
            let mut all = locked(&self.shared.records).clone();
            all.insert(lease.key().clone(), new.to_vec());
            thread::sleep(Duration::from_micros(100));
            *locked(&self.shared.records) = all;
            return Ok(());
        }
        let mut records = locked(&self.shared.records);
        let old = records.entry(self.key(lease.key())).or_default();
        match self.wrong {
            Wrong::SavesNothing => {
                let key = self.key(lease.key());
                records.remove(&key);
            }
            Wrong::Overwrites if old.len() > new.len() => old[..new.len()].copy_from_slice(new),
            Wrong::Small if new.len() > 65_536 => {
                return Err(Error::new(auth_core::ErrorKind::Store, "too long"));
            }
            Wrong::TextOnly => *old = String::from_utf8_lossy(new).into_owned().into_bytes(),
            _ => *old = new.to_vec(),
        }
        if self.wrong == Wrong::FreesLease {
            locked(&self.leased).remove(lease.key());
        }
        Ok(())
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        if self.wrong != Wrong::RemovesNothing {
            locked(&self.shared.records).remove(&self.key(lease.key()));
        }
        Ok(())
    }

    fn lease_duration(&self) -> Option<Duration> {
        (self.wrong == Wrong::EndsLeases).then_some(Duration::from_millis(10))
    }

    fn confirm(&self, lease: &Lease, at_least: Duration) -> Result<bool, Error> {
        let ends = self.wrong == Wrong::EndsLeases && !at_least.is_zero();
        if ends {
            locked(&self.leased).remove(lease.key());
        }
        Ok(self.wrong != Wrong::ConfirmsNothing)
    }

    fn next_change(&self, _: &AccountKey) -> Option<BoxFuture<'static, ()>> {
        let never = || -> BoxFuture<'static, ()> { Box::pin(std::future::pending()) };
        (self.wrong == Wrong::TellsNothing).then(never)
    }

    fn health(&self) -> Result<(), Error> {
        match self.wrong {
            Wrong::Unhealthy => Err(Error::new(auth_core::ErrorKind::Store, "unhealthy")),
            _ => Ok(()),
        }
    }

    fn is_read_only(&self) -> bool {
        matches!(
            self.wrong,
            Wrong::ReadOnlySaves | Wrong::ReadOnlyWithoutLeases
        )
    }

    fn describe(&self) -> String {
        match self.wrong {
            Wrong::Tells => {
                let records = locked(&self.shared.records);
                let shown = records
                    .values()
                    .map(|record| String::from_utf8_lossy(record));
                shown.collect()
            }
            _ => "a store in memory".to_owned(),
        }
    }

    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        let name = match self.wrong {
            Wrong::OneNote => "all".to_owned(),
            _ => note.to_owned(),
        };
        let mut notes = locked(&self.shared.notes);
        let old = notes.get(&name).cloned().unwrap_or_default();
        let new = change(&old);
        let mut changes = locked(&self.shared.changes);
        *changes += 1;
        if self.wrong != Wrong::ForgetsNotes || *changes % 2 == 1 {
            notes.insert(name, new);
        }
        Ok(true)
    }
}

#[test]
fn the_documentation_lists_every_case() {
    let listed = include_str!("mod.rs").matches("\n//! | ").count();
    assert_eq!(listed - 2 * 6, all().count()); // each of six tables has two lines of heading
    for (case, _) in all() {
        let row = format!("\n//! | {case} |\n");
        assert!(include_str!("mod.rs").contains(&row), "{case}");
    }
}

#[test]
fn a_good_store_passes() {
    Bad::new(Wrong::Nothing).suite().run();
}

#[test]
fn every_bad_store_fails_and_every_case_fails_a_bad_store() {
    let mut missing: HashSet<_> = all().map(|(case, _)| case).collect();
    for wrong in WRONGS {
        let failures = Bad::new(wrong).suite().failures();
        assert!(!failures.is_empty(), "{wrong:?} passes");
        for failure in failures {
            missing.remove(failure.case());
        }
    }
    // Those need another process; keystore's tests run them.
    let others: HashSet<_> = processes::CASES.iter().map(|(case, _)| *case).collect();
    let missing: Vec<_> = missing.difference(&others).collect();
    assert!(missing.is_empty(), "content with anything: {missing:?}");
}

#[test]
fn the_size_of_a_record_is_exact() {
    for size in [400, 1279, 2560, 1_000_000] {
        let record = of_size(size);
        assert_eq!(record.len(), size);
        assert!(TokenRecord::from_text(record.as_ref()).is_ok());
    }
}
