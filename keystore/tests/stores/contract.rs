//! The contract of `Store`, checked for each store of this crate.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use auth_core::{AccountKey, Lease, Store};
use keystore::{Environment, Fallback, File, Memory};

use crate::{check_holds, key, lease, record};

/// Runs `test` with every store.
fn check(test: impl Fn(&dyn Store)) {
    test(&Memory::new());
    let folder = tempfile::tempdir().unwrap();
    test(&File::open(folder.path()).unwrap());
    test(&Arc::new(File::open(folder.path().join("by arc")).unwrap()));
    let unset = Environment::variable("KEYSTORE_TEST_UNSET").unwrap();
    let file = File::open(folder.path().join("fallback")).unwrap();
    test(&Fallback::new(unset).or(file).or(Memory::new()));
    #[cfg(feature = "encrypted")]
    {
        let open = |name: &str, key| {
            let folder = folder.path().join(name);
            keystore::Encrypted::open(folder, key).unwrap()
        };
        test(&open("with a passphrase", crate::passphrase("phrase")));
        let key = keystore::EncryptionKey::from_text("a1".repeat(32)).unwrap();
        test(&open("with a key", key).with_plaintext_migration());
    }
}

#[test]
fn what_was_saved_is_loaded_until_it_is_removed() {
    check(|store| {
        check_holds(store, "me", None);
        let lease = lease(store, "me");
        store.remove(&lease).unwrap();
        store.save(&lease, &record("one", 1)).unwrap();
        check_holds(store, "me", Some(&record("one", 1)));
        store.save(&lease, &record("two, longer", 1)).unwrap();
        check_holds(store, "me", Some(&record("two, longer", 1)));
        store.save(&lease, &record("3", 1)).unwrap();
        check_holds(store, "me", Some(&record("3", 1)));
        store.remove(&lease).unwrap();
        store.remove(&lease).unwrap();
        check_holds(store, "me", None);
    });
}

#[test]
fn accounts_are_never_mixed() {
    let accounts = ["", "me", "Me", "ME", "m/e", "..", "m\0e", "Ä", "ä"];
    let long = ["x".repeat(4000) + "1", "x".repeat(4000) + "2"];
    let named = |account: &str| record(&format!("{account:?}").replace(['"', '\\'], ""), 1);
    let accounts = || accounts.into_iter().chain(long.iter().map(String::as_str));
    check(|store| {
        let leases: Vec<Lease> = accounts().map(|account| lease(store, account)).collect();
        for lease in &leases {
            store.save(lease, &named(lease.key().account())).unwrap();
        }
        for account in accounts() {
            check_holds(store, account, Some(&named(account)));
        }
        store.remove(&leases[1]).unwrap();
        check_holds(store, "me", None);
        check_holds(store, "Me", Some(&named("Me")));
    });
}

#[test]
fn other_clients_and_services_are_other_accounts() {
    check(|store| {
        let lease = lease(store, "me");
        store.save(&lease, &record("mine", 1)).unwrap();
        let others = [
            AccountKey::new("inaturalist", "other-app", "me"),
            AccountKey::new("infoflora", "app-id", "me"),
            AccountKey::new("inaturalist+app-id", "", "me"),
        ];
        for other in others {
            assert!(store.load(&other).unwrap().is_none(), "{other}");
            assert!(store.try_lease(&other).unwrap().is_some(), "{other}");
        }
    });
}

#[test]
fn one_lease_an_account() {
    check(|store| {
        let first = lease(store, "me");
        assert_eq!(first.key(), &key("me"));
        assert!(store.try_lease(&key("me")).unwrap().is_none());
        assert!(store.try_lease(&key("Me")).unwrap().is_some());
        check_holds(store, "me", None); // reading requires no lease
        drop(first);
        let second = lease(store, "me");
        store.save(&second, &record("x", 1)).unwrap();
        store.remove(&second).unwrap();
        assert!(store.try_lease(&key("me")).unwrap().is_none());
    });
}

#[test]
fn a_panicking_holder_frees_the_lease() {
    check(|store| {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _own = lease(store, "me");
            panic!("on purpose, in a test");
        }));
        assert!(panicked.is_err());
        drop(lease(store, "me"));
    });
}

#[test]
fn of_many_threads_exactly_one_gets_the_lease() {
    const THREADS: usize = 8;
    check(|store| {
        for _ in 0..50 {
            let holders = AtomicUsize::new(0);
            let barrier = Barrier::new(THREADS);
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        barrier.wait();
                        let lease = store.try_lease(&key("me"));
                        let count = usize::from(matches!(lease, Ok(Some(_))));
                        holders.fetch_add(count, Ordering::SeqCst);
                        barrier.wait(); // every thread has tried before one releases the lease
                    });
                }
            });
            assert_eq!(holders.load(Ordering::SeqCst), 1, "{}", store.describe());
        }
    });
}

#[test]
fn a_lease_moves_to_another_thread_and_ends_there() {
    check(|store| {
        let lease = lease(store, "me");
        thread::scope(|scope| {
            scope.spawn(|| {
                store.save(&lease, &record("elsewhere", 1)).unwrap();
                drop(lease);
            });
        });
        assert!(store.try_lease(&key("me")).unwrap().is_some());
        check_holds(store, "me", Some(&record("elsewhere", 1)));
    });
}

#[test]
fn a_description_says_what_and_where() {
    assert_eq!(Memory::new().describe(), "memory of this process");
    let folder = tempfile::tempdir().unwrap();
    let store = File::open(folder.path()).unwrap();
    assert_eq!(
        store.describe(),
        format!("file {}", folder.path().display())
    );
}
