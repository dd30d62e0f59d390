//! Cases: no two accounts share a record or a lease, whatever their names are.

use std::collections::HashSet;
use std::panic::resume_unwind;
use std::sync::Barrier;
use std::thread;

use auth_core::{AccountKey, SecretBytes, Store};

use super::{
    CROWD, Case, Outcome, SERVICE, StoreSuite, ensure, holds, is_free, key, lease, numbered,
    remove, save, text,
};

/// How many accounts a web service may have in use at once, in this suite.
const MANY: u64 = 200;
/// How often each member of the crowd saves the record of its own account.
const SAVES: u64 = 25;

pub(super) const CASES: &[Case] = &[
    ("accounts with odd names are never mixed", odd_names),
    ("other clients and services are other accounts", |suite| {
        let store = suite.open();
        let parts = [
            (SERVICE, "client", "me"),
            (SERVICE, "other", "me"),
            ("store-suite-2", "client", "me"),
            ("store-suite+client", "", "me"),
            ("store-suite", "client+me", ""),
        ];
        let keys =
            parts.map(|(service, client, account)| AccountKey::new(service, client, account));
        each_on_its_own(suite, &keys)?;
        ensure!(is_free(&*store, &keys[0])?, "a lease is left");
        Ok(())
    }),
    ("many accounts have records and leases at once", |suite| {
        let store = suite.open();
        let keys: Vec<_> = (0..MANY).map(|n| key(&format!("user {n}"))).collect();
        let mut leases = Vec::new();
        for key in &keys {
            leases.push(lease(&*store, key)?);
        }
        for (lease, number) in leases.iter().zip(0..) {
            store.save(lease, &numbered(number, 2)).map_err(text)?;
        }
        let other = suite.open();
        for (key, number) in keys.iter().zip(0..) {
            ensure!(!is_free(&*other, key)?, "the lease of {key:?} is free");
            holds(&*other, key, Some(&numbered(number, 2)))?;
        }
        for lease in &leases {
            store.remove(lease).map_err(text)?;
        }
        Ok(())
    }),
    ("the listed accounts are those that have a record", listed),
    (
        "saves of many accounts at the same time lose none",
        |suite| {
            let stores: Vec<_> = (0..CROWD).map(|_| suite.open()).collect();
            let together = Barrier::new(CROWD);
            let save_own = &|number: usize| {
                together.wait();
                save_own(&*stores[number], number)
            };
            let first_error = thread::scope(|scope| {
                let spawn = |number| scope.spawn(move || save_own(number));
                let all: Vec<_> = (0..CROWD).map(spawn).collect();
                all.into_iter().find_map(|one| {
                    one.join()
                        .unwrap_or_else(|panic| resume_unwind(panic))
                        .err()
                })
            });
            first_error.map_or(Ok(()), Err)?;
            each_saved_last(suite)
        },
    ),
];

/// The account of a member of the crowd.
fn own(number: usize) -> AccountKey {
    key(&format!("one of the crowd {number}"))
}

/// Saves this member's records, and looks after each save whether it is still there.
pub(super) fn save_own(store: &dyn Store, number: usize) -> Outcome {
    let own = own(number);
    for step in 0..SAVES {
        let record = numbered(step, 20);
        save(store, &own, &record)?;
        holds(store, &own, Some(&record))
            .map_err(|why| format!("a save is lost while others save: {why}"))?;
    }
    Ok(())
}

/// Checks that each member's last record is there, and removes it.
pub(super) fn each_saved_last(suite: &StoreSuite<'_>) -> Outcome {
    let store = suite.open();
    for number in 0..CROWD {
        holds(&*store, &own(number), Some(&numbered(SAVES - 1, 20)))?;
    }
    (0..CROWD).try_for_each(|number| remove(&*store, &own(number)))
}

/// A store that cannot list its accounts says so each time.
fn listed(suite: &StoreSuite<'_>) -> Outcome {
    let (store, other) = (suite.open(), suite.open());
    let long = "x".repeat(4000) + "1";
    let names = ["me", "Me", "a/b+c~d", "m\0e", "日本", "@me", "", &long];
    let keys = names.map(|name| key(&format!("listed {name}")));
    let lists = other.accounts().map_err(text)?.is_some();
    let listed = |at: usize, what: &str, expect: bool| {
        let all = other.accounts().map_err(text)?;
        ensure!(all.is_some() == lists, "it lists accounts only sometimes");
        let count = all.iter().flatten().filter(|key| **key == keys[at]).count();
        ensure!(
            count == usize::from(expect && lists),
            "{:?} is listed {count} times after {what}",
            names[at]
        );
        Ok(())
    };
    for (at, key) in keys.iter().enumerate() {
        let held = lease(&*store, key)?;
        listed(at, "its lease", false)?;
        store.save(&held, &numbered(1, 1)).map_err(text)?;
        listed(at, "a save", true)?;
        store.save(&held, &numbered(2, 1)).map_err(text)?;
    }
    for (at, key) in keys.iter().enumerate() {
        listed(at, "all saves", true)?;
        remove(&*store, key)?;
        listed(at, "a removal", false)?;
    }
    Ok(())
}

fn odd_names(suite: &StoreSuite<'_>) -> Outcome {
    let long = ["x".repeat(4000) + "1", "x".repeat(4000) + "2"];
    let names = [
        "",
        " ",
        "me",
        "Me",
        "ME",
        "me ",
        "m e",
        "m/e",
        "m\\e",
        "m\0e",
        "m\ne",
        ".",
        "..",
        "../me",
        "con",
        "nul.json",
        "me.",
        "me.json",
        "me.lock",
        "me~1",
        "a+b",
        "a%2Bb",
        "a:b",
        "*",
        "Ä",
        "ä",
        "a\u{308}",
        "日本",
        "🦋",
        "default",
        "client",
        "\u{202e}me",
    ];
    let keys: Vec<_> = names
        .into_iter()
        .chain(long.iter().map(String::as_str))
        .map(key)
        .collect();
    each_on_its_own(suite, &keys)
}

/// Saves a record for each, checks all, removes one after the other.
fn each_on_its_own(suite: &StoreSuite<'_>, keys: &[AccountKey]) -> Outcome {
    ensure!(
        keys.iter().collect::<HashSet<_>>().len() == keys.len(),
        "the keys of the case are not different"
    );
    let (store, other) = (suite.open(), suite.open());
    let record = |at: usize| -> SecretBytes { numbered(at as u64, 1) };
    let mut leases = Vec::new();
    for key in keys {
        leases.push(lease(&*store, key)?);
    }
    for (at, lease) in leases.iter().enumerate() {
        store.save(lease, &record(at)).map_err(text)?;
    }
    drop(leases);
    for (at, key) in keys.iter().enumerate() {
        holds(&*other, key, Some(&record(at)))?;
    }
    for (at, key) in keys.iter().enumerate() {
        remove(&*store, key)?;
        holds(&*other, key, None)?;
        if let Some(next) = keys.get(at + 1) {
            holds(&*other, next, Some(&record(at + 1)))?;
        }
    }
    save(&*store, &keys[0], &record(0))?; // a name is good for a second time
    remove(&*store, &keys[0])
}
