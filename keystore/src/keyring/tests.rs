//! The keyring store over an in-memory keyring with Windows' limit: crashes, failures, foreign
//! content, leases.

use auth_core::TokenRecord;
use proptest::prelude::*;

use super::{
    entries::{Entries, EntryKind, Failure, Name},
    fake::Fake,
    *,
};

const WINDOWS: usize = 2560;
const SHORT: Duration = Duration::from_millis(50);

fn key() -> AccountKey {
    AccountKey::new("inaturalist", "app", "me")
}

fn store(fake: &Fake, folder: &tempfile::TempDir) -> Keyring {
    let fake = fake.clone();
    let connect = move || Ok(Box::new(fake.clone()) as Box<dyn Entries>);
    Keyring::over(
        "nightly",
        folder.path(),
        WINDOWS,
        Worker::new(Arc::new(connect)),
    )
}

/// A token record of `length` bytes; each `seed` gives another.
fn record(seed: u8, length: usize) -> SecretBytes {
    let byte = |at: usize| seed ^ u8::try_from(at % 251).unwrap();
    SecretBytes::new((0..length).map(byte).collect())
}

/// Over the in-memory keyring: there is none on most machines that run tests. `cargo xtask
/// conformance keyrings` runs the store over real ones.
#[test]
fn the_contract_of_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::new(WINDOWS);
    let put = |key: &AccountKey| {
        let stem = crate::fs::file_names::stem(key);
        fake.tamper("nightly", &stem, Some(b"of another program"));
    };
    auth_testkit::store_suite::StoreSuite::new(|| store(&fake, &folder))
        .with_foreign_content(put)
        .run();
}

fn split(fake: &Fake) -> Split<'_> {
    Split {
        entries: fake,
        service: "nightly",
        stem: "s+c+a",
        limit: WINDOWS,
    }
}

#[test]
fn records_of_every_size_come_back_from_as_many_entries_as_required() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::new(WINDOWS);
    let store = store(&fake, &folder);
    let lease = store.try_lease(&key()).unwrap().unwrap();
    let check = |length: usize, entries: usize| {
        let record = record(7, length);
        store.save(&lease, &record).unwrap();
        let found = store.load(&key()).unwrap().unwrap();
        assert_eq!(found.as_ref(), record.as_ref(), "{length}");
        assert_eq!(fake.users().len(), entries, "{length}: {:?}", fake.users());
    };
    check(1, 1);
    check(100, 1);
    check(3_000, 3);
    check(100_000, 41);
    check(2_560, 2);
    check(1 << 20, 411);
    check(2_400, 1);
    store.remove(&lease).unwrap();
    assert!(fake.users().is_empty());
    assert!(store.load(&key()).unwrap().is_none());
    store.remove(&lease).unwrap();
}

#[test]
fn a_record_has_a_size() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&Fake::new(WINDOWS), &folder);
    let lease = store.try_lease(&key()).unwrap().unwrap();
    for length in [0, (1 << 20) + 1] {
        let error = store.save(&lease, &record(0, length)).unwrap_err();
        assert!(error.to_string().contains("1 byte to 1 MiB"), "{error}");
    }
}

#[test]
fn accounts_and_programs_are_separate() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::new(WINDOWS);
    let one = store(&fake, &folder);
    let mut other = store(&fake, &folder);
    other.app_name = "other".into();
    for (seed, (store, account)) in (0..).zip([(&one, "me"), (&one, "you"), (&other, "me")]) {
        let key = AccountKey::new("s", "c", account);
        let lease = store.try_lease(&key).unwrap().unwrap();
        store.save(&lease, &record(seed, 5_000)).unwrap();
    }
    let load = |store: &Keyring, account| {
        let found = store.load(&AccountKey::new("s", "c", account)).unwrap();
        found.unwrap().as_ref()[0]
    };
    assert_eq!(
        [load(&one, "me"), load(&one, "you"), load(&other, "me")],
        [0, 1, 2]
    );
}

/// Crashes at every call of a save or removal, with and without the effect of that call.
#[test]
fn a_crash_at_any_step_leaves_the_old_record_or_the_new_one() {
    let sizes = [100, 3_000, 9_000, 20_000];
    for (old_size, new_size) in sizes.iter().flat_map(|old| sizes.map(|new| (*old, new))) {
        for last_has_effect in [false, true] {
            let mut calls = 0;
            loop {
                let fake = Fake::new(WINDOWS);
                let (old, new) = (record(1, old_size), record(2, new_size));
                split(&fake).save(&old).unwrap();
                fake.crash_after(calls, last_has_effect);
                let saved = split(&fake).save(&new);
                let began_to_fail = fake.has_crashed();
                fake.recover();

                let found = split(&fake).load().unwrap().unwrap();
                let is_new = found.as_ref() == new.as_ref();
                assert!(
                    is_new || found.as_ref() == old.as_ref(),
                    "{old_size} → {new_size}, call {calls}"
                );
                assert!(is_new || saved.is_err(), "the save returned Ok");
                assert!(
                    !is_new || saved.is_ok() || last_has_effect,
                    "the error was false"
                );

                // The next save removes the remains of the crash.
                split(&fake).save(&record(3, 3_000)).unwrap();
                assert_eq!(fake.users().len(), 3, "{:?}", fake.users());
                if !began_to_fail {
                    break;
                }
                calls += 1;
                assert!(calls < 100, "a save does not end");
            }
            assert!(calls > 2);
        }
    }
}

#[test]
fn a_crash_in_a_removal_leaves_the_record_or_none_and_the_next_one_cleans_up() {
    for (calls, last_has_effect) in (0..40).flat_map(|calls| [(calls, false), (calls, true)]) {
        let fake = Fake::new(WINDOWS);
        let old = record(1, 20_000);
        split(&fake).save(&old).unwrap();
        fake.crash_after(calls, last_has_effect);
        let removed = split(&fake).remove();
        fake.recover();
        let found = split(&fake).load().unwrap();
        assert!(found.is_none_or(|found| found.as_ref() == old.as_ref()));
        if removed.is_ok() {
            assert!(fake.users().is_empty(), "{:?}", fake.users());
        }
        split(&fake).remove().unwrap();
        assert!(fake.users().is_empty(), "{calls}: {:?}", fake.users());
    }
}

#[test]
fn foreign_and_torn_content_is_an_error_and_a_login_replaces_it() {
    let check = |user: &str, content: Option<&[u8]>, expect: Failure| {
        let fake = Fake::new(WINDOWS);
        split(&fake).save(&record(1, 6_000)).unwrap();
        fake.tamper("nightly", user, content);
        assert_eq!(split(&fake).load().unwrap_err(), expect);
        split(&fake).save(&record(2, 100)).unwrap();
        let found = split(&fake).load().unwrap().unwrap();
        assert_eq!(found.as_ref(), record(2, 100).as_ref());
        let bad = fake.content("nightly", "s+c+a~bad");
        let foreign = expect == Failure::Foreign;
        assert_eq!(
            bad.as_deref(),
            content.filter(|_| foreign),
            "moved aside as ~bad"
        );
        assert_eq!(fake.users().len(), 1 + usize::from(foreign));
    };
    check("s+c+a", Some(b"a password"), Failure::Foreign);
    check("s+c+a", Some(b""), Failure::Foreign);
    check("s+c+a", Some(b"keystore 2 from later\n"), Failure::Foreign);
    check("s+c+a~a1", None, Failure::Torn);
    check("s+c+a~a1", Some(b"short"), Failure::Torn);
    check("s+c+a~a1", Some(&[0; WINDOWS]), Failure::Torn);
}

#[test]
fn a_reader_without_a_lease_never_sees_a_torn_record() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::new(WINDOWS);
    let store = store(&fake, &folder);
    let lease = store.try_lease(&key()).unwrap().unwrap();
    store.save(&lease, &record(0, 9_000)).unwrap();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            for _ in 0..300 {
                let found = store.load(&key()).unwrap().unwrap();
                let expect = record(found.as_ref()[0], found.len());
                assert_eq!(found.as_ref(), expect.as_ref());
            }
        });
        for seed in (1..=255_u8).cycle().take(2_000) {
            store
                .save(&lease, &record(seed, 4_000 + usize::from(seed) * 20))
                .unwrap();
            if reader.is_finished() {
                break;
            }
        }
        reader.join().unwrap();
    });
}

#[test]
fn one_lease_an_account_until_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::new(WINDOWS);
    let (one, other) = (store(&fake, &folder), store(&fake, &folder));
    let lease = one.try_lease(&key()).unwrap().unwrap();
    assert!(one.clone().try_lease(&key()).unwrap().is_none());
    assert!(other.try_lease(&key()).unwrap().is_none());
    let another = AccountKey::new("inaturalist", "app", "you");
    assert!(other.try_lease(&another).unwrap().is_some());
    drop(lease);
    assert!(other.try_lease(&key()).unwrap().is_some());
}

#[test]
fn a_write_that_is_late_keeps_its_lease() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::new(WINDOWS);
    let store = store(&fake, &folder).with_timeout(SHORT);
    let lease = store.try_lease(&key()).unwrap().unwrap();
    let silence = fake.hold();
    let error = store.save(&lease, &record(1, 100)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert!(error.to_string().contains("or the new one"), "{error}");
    drop(lease);
    assert!(store.try_lease(&key()).unwrap().is_none());
    drop(silence);
    let store = store.with_timeout(Duration::from_secs(60));
    store.load(&key()).unwrap(); // returns after the thread has finished the write
    assert!(store.try_lease(&key()).unwrap().is_some());
}

#[test]
fn errors_name_the_account_and_show_nothing_of_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::new(WINDOWS);
    let store = store(&fake, &folder);
    let lease = store.try_lease(&key()).unwrap().unwrap();
    let secret = SecretBytes::new(b"marked-secret ".repeat(400));
    store.save(&lease, &secret).unwrap();
    fake.tamper("nightly", "inaturalist+app+me~a0", None);
    let error = store.load(&key()).unwrap_err();
    fake.fail_next(1, Failure::Locked);
    let locked = store.save(&lease, &secret).unwrap_err();
    for (error, words) in [
        (error, "parts of it"),
        (locked, "previous value is unchanged"),
    ] {
        let shown = format!("{error} {error:?} {store:?} {}", store.describe());
        assert!(shown.contains("inaturalist/app/me"), "{shown}");
        assert!(
            shown.contains(words) && !shown.contains("marked"),
            "{shown}"
        );
    }
}

#[test]
fn a_keyring_that_is_away_or_locked_is_found_before_a_login() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::new(WINDOWS);
    let store = store(&fake, &folder);
    let lease = store.try_lease(&key()).unwrap().unwrap();
    for failure in [
        Failure::NoBus,
        Failure::NoService,
        Failure::NoCollection,
        Failure::Locked,
        Failure::NoResponse(SHORT),
        Failure::Broken("org.example.Odd: no".into()),
    ] {
        fake.fail_next(2, failure.clone()); // a read is tried again on a new connection
        let error = store.reserve(&lease, 100).unwrap_err();
        let reason = failure.reason();
        assert!(error.to_string().contains(&*reason), "{error}");
        fake.fail_next(0, failure);
    }
    assert!(fake.users().is_empty(), "{:?}", fake.users());
    store.reserve(&lease, 100).unwrap();
    // A login replaces what is foreign.
    fake.tamper("nightly", "inaturalist+app+me", Some(b"a password"));
    store.reserve(&lease, 100).unwrap();
    assert_eq!(fake.users().len(), 1, "{:?}", fake.users());
}

#[test]
fn records_of_the_core_fit() {
    let fake = Fake::new(WINDOWS);
    split(&fake)
        .save(&TokenRecord::default().to_text())
        .unwrap();
    let text = split(&fake).load().unwrap().unwrap();
    assert!(TokenRecord::from_text(text.as_ref()).unwrap().is_empty());
}

#[test]
fn labels_say_what_an_entry_is() {
    let check = |kind, expect: &str| {
        let name = Name {
            service: "/inaturalist".into(),
            user: "app_id".into(),
            kind,
        };
        assert_eq!(name.label(), expect);
    };
    check(
        EntryKind::Password,
        "Password for 'app_id' on '/inaturalist'",
    );
    check(EntryKind::TokenRecord, "Tokens of app_id for /inaturalist");
}

#[derive(Clone, Debug)]
enum Act {
    Save(u8, usize),
    Remove,
    Crash(u8, usize, usize, bool),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let size = || prop_oneof![1..300_usize, 2_000..4_000_usize, 4_000..30_000_usize];
    let act = prop_oneof![
        (any::<u8>(), size()).prop_map(|(seed, size)| Act::Save(seed, size)),
        Just(Act::Remove),
        (any::<u8>(), size(), 0..40_usize, any::<bool>())
            .prop_map(|(seed, size, calls, counts)| Act::Crash(seed, size, calls, counts)),
    ];
    proptest::collection::vec(act, 1..12)
}

proptest! {
    /// After any saves, removals and crashes, a load returns the last saved token record, or the
    /// one whose save crashed.
    #[test]
    fn what_is_loaded_was_saved(acts in acts()) {
        let fake = Fake::new(WINDOWS);
        let split = split(&fake);
        let mut current: Option<SecretBytes> = None;
        for act in acts {
            match act {
                Act::Save(seed, size) => {
                    split.save(&record(seed, size)).unwrap();
                    current = Some(record(seed, size));
                }
                Act::Remove => {
                    split.remove().unwrap();
                    current = None;
                    prop_assert!(fake.users().is_empty());
                }
                Act::Crash(seed, size, calls, counts) => {
                    fake.crash_after(calls, counts);
                    let saved = split.save(&record(seed, size));
                    fake.recover();
                    let found = split.load().unwrap();
                    let bytes = found.as_ref().map(AsRef::as_ref);
                    let is_new = bytes == Some(record(seed, size).as_ref());
                    prop_assert!(is_new || bytes == current.as_ref().map(AsRef::as_ref));
                    prop_assert!(is_new || saved.is_err());
                    current = found;
                }
            }
            let found = split.load().unwrap();
            prop_assert_eq!(found.as_ref().map(AsRef::as_ref), current.as_ref().map(AsRef::as_ref));
        }
    }
}

/// A client learns that the keyring waits for its user while it waits, and never after its end.
#[test]
fn a_wait_for_the_user_is_told_after_a_second() {
    let fake = Fake::new(WINDOWS);
    let folder = tempfile::tempdir().unwrap();
    let store = store(&fake, &folder).with_timeout(Duration::from_secs(60));
    let (sender, told) = std::sync::mpsc::channel();
    let observer = Arc::new(move |key: &AccountKey, left: Duration| {
        sender.send((key.to_string(), left)).unwrap();
    });
    let weak: Weak<_> = Arc::downgrade(&observer);
    crate::Fallback::new(store.clone()).observe_waits(weak);
    let hold = fake.hold();
    let reader = std::thread::spawn({
        let store = store.clone();
        move || store.load(&AccountKey::new("inaturalist", "app-id", "me"))
    });
    let (key, left) = told.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(
        (&*key, left),
        ("inaturalist/app-id/me", Duration::from_secs(59))
    );
    drop(hold);
    assert!(reader.join().unwrap().unwrap().is_none());
    assert!(told.try_recv().is_err(), "told once");
    drop(observer);
    store.observe_waits(Weak::<fn(&AccountKey, Duration)>::new());
    assert_eq!(
        store.observers().len(),
        1,
        "that of the closed client is gone"
    );
}
