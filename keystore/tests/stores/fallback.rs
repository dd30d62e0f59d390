//! `Fallback`: which store gets a token record, which stores are skipped, which are not.

use std::sync::{Arc, Mutex};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store};
use keystore::{Fallback, Memory, StaticToken};

use crate::{check_holds, key, lease, record};

/// An in-memory store that fails on demand. Clones share it.
#[derive(Clone, Default)]
struct Moody {
    memory: Memory,
    mood: Arc<Mutex<Mood>>,
}

#[derive(Clone, Copy, Default, PartialEq, Debug)]
enum Mood {
    #[default]
    Well,
    /// Not available on this machine.
    Unavailable,
    /// Available, but locked.
    Locked,
    /// Can be read, but has no leases.
    LeaseUnavailable,
    LeaseFails,
    SaveFails,
}

impl Moody {
    fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn fail(&self, at: &[Mood]) -> Result<(), Error> {
        let mood = *self.mood.lock().unwrap();
        if !at.contains(&mood) {
            return Ok(());
        }
        Err(match mood {
            Mood::Unavailable | Mood::LeaseUnavailable => {
                Error::new(ErrorKind::Configuration, "no service")
            }
            _ => Error::new(ErrorKind::Store, "locked until its owner comes"),
        })
    }
}

impl Store for Moody {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.fail(&[Mood::Unavailable, Mood::Locked])?;
        self.memory.load(key)
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        let failing = [Mood::Unavailable, Mood::LeaseUnavailable, Mood::LeaseFails];
        self.fail(&failing)?;
        self.memory.try_lease(key)
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.fail(&[Mood::Unavailable, Mood::Locked, Mood::SaveFails])?;
        self.memory.save(lease, record)
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.fail(&[Mood::Unavailable, Mood::Locked])?;
        self.memory.remove(lease)
    }

    fn describe(&self) -> String {
        "moody".into()
    }
}

/// Two stores and a `Fallback` over them.
fn two() -> (Moody, Moody, Fallback) {
    let (one, two) = (Moody::default(), Moody::default());
    let fallback = Fallback::new(one.clone()).or(two.clone());
    (one, two, fallback)
}

fn save(store: &dyn Store, token: &str) {
    store.save(&lease(store, "me"), &record(token, 1)).unwrap();
}

/// The token in this store itself.
fn has(store: &Moody) -> Option<String> {
    let bytes = store.memory.load(&key("me")).unwrap()?;
    let text = std::str::from_utf8(bytes.as_ref()).unwrap();
    let token = text.split("\"access_token\":\"").nth(1).unwrap();
    Some(token.split('"').next().unwrap().to_owned())
}

#[test]
fn a_login_goes_where_the_rule_says() {
    use Mood::*;
    let check = |moods: [Mood; 2], there: [bool; 2], expect: Option<[&str; 2]>| {
        let (one, two, fallback) = self::two();
        for (store, there) in [&one, &two].into_iter().zip(there) {
            if there {
                save(store, "old");
            }
        }
        one.be(moods[0]);
        two.be(moods[1]);
        let outcome = fallback
            .try_lease(&key("me"))
            .and_then(|lease| fallback.save(&lease.expect("free"), &record("new", 2)));
        let what = format!("{moods:?} {there:?}: {outcome:?}");
        let found = [&one, &two].map(|store| has(store).unwrap_or_default());
        match expect {
            Some(expect) => {
                outcome.expect(&what);
                assert_eq!(found, expect, "{what}");
            }
            None => {
                outcome.expect_err(&what);
                let old = there.map(|there| if there { "old" } else { "" });
                assert_eq!(found, old, "{what}");
            }
        }
    };
    let (none, in_first, in_second, both) =
        ([false; 2], [true, false], [false, true], [true, true]);
    check([Well, Well], none, Some(["new", ""]));
    check([Well, Well], in_first, Some(["new", ""]));
    check([Well, Well], in_second, Some(["", "new"]));
    check([Well, Well], both, Some(["new", "old"]));
    check([Unavailable, Well], none, Some(["", "new"]));
    check([Unavailable, Well], in_second, Some(["", "new"]));
    check([Unavailable, Well], in_first, Some(["old", "new"]));
    check([LeaseUnavailable, Well], none, Some(["", "new"]));
    check([LeaseUnavailable, Well], in_first, None);
    check([LeaseFails, Well], none, None);
    check([SaveFails, Well], none, None);
    check([SaveFails, Well], in_first, None);
    check([Locked, Well], none, None);
    check([Locked, Well], in_first, None);
    check([Locked, Well], in_second, Some(["", "new"]));
    check([Well, Locked], none, None);
    check([Well, Locked], in_first, Some(["new", ""]));
    check([Well, Unavailable], none, Some(["new", ""]));
    check([Unavailable, Unavailable], none, None);
    check([Unavailable, Locked], none, None);
}

#[test]
fn a_failing_store_is_skipped_only_if_the_program_asks_for_it() {
    let (one, two, fallback) = two();
    one.be(Mood::Locked);
    let error = fallback.load(&key("me")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("locked until"), "{error}");

    let lax = fallback.with_failures_skipped();
    check_holds(&lax, "me", None);
    save(&lax, "new");
    assert_eq!((has(&one), has(&two).as_deref()), (None, Some("new")));
    let shown = lax.describe();
    let expect = "moody (in use), after moody (locked until its owner comes)";
    assert_eq!(shown, expect);
    two.be(Mood::Locked);
    let error = lax.load(&key("me")).unwrap_err();
    assert!(error.is_configuration(), "{error}");
    let text = error.to_string();
    assert!(text.contains("no store is left"), "{text}");
    assert!(text.matches("locked until").count() == 2, "{text}");
}

#[test]
fn the_lease_fixes_the_store_whatever_happens_meanwhile() {
    let (one, two, fallback) = two();
    save(&one, "mine");
    one.be(Mood::Unavailable);
    let own = lease(&fallback, "me"); // of the second store
    one.be(Mood::Well);
    check_holds(&fallback, "me", None); // not the first store's record, which a save would copy
    assert!(fallback.clone().try_lease(&key("me")).unwrap().is_none());
    fallback.save(&own, &record("new", 2)).unwrap();
    assert_eq!(has(&one).as_deref(), Some("mine"));
    assert_eq!(has(&two).as_deref(), Some("new"));
    check_holds(&fallback, "me", Some(&record("new", 2)));
    drop(own);
    check_holds(&fallback, "me", Some(&record("mine", 1)));
    drop(lease(&fallback, "me"));
    assert!(
        two.try_lease(&key("me")).unwrap().is_some(),
        "its own lease is released as well"
    );
}

#[test]
fn processes_that_see_different_stores_share_the_lease_of_the_record() {
    let (one, two, desktop) = two();
    let hidden = Moody::default();
    hidden.be(Mood::Unavailable);
    let cron = Fallback::new(hidden).or(two.clone());
    save(&two, "shared");
    let own = lease(&desktop, "me");
    assert!(cron.try_lease(&key("me")).unwrap().is_none());
    desktop.save(&own, &record("renewed", 2)).unwrap();
    drop(own);
    check_holds(&cron, "me", Some(&record("renewed", 2)));
    assert_eq!(has(&one), None, "never copied");

    // If cron cannot see the store with the record, each process has its own login.
    let (one, two, desktop) = self::two();
    save(&desktop, "of the desktop");
    let cron = Fallback::new_if_available::<Moody>(
        "keyring",
        Err(Error::new(ErrorKind::Configuration, "x")),
    )
    .unwrap()
    .or(two.clone());
    check_holds(&cron, "me", None);
    save(&cron, "of cron");
    check_holds(&desktop, "me", Some(&record("of the desktop", 1)));
    check_holds(&cron, "me", Some(&record("of cron", 1)));
    save(&desktop, "again");
    assert_eq!(has(&one).as_deref(), Some("again"));
    assert_eq!(has(&two).as_deref(), Some("of cron"));
}

#[test]
fn a_logout_removes_every_record() {
    let (one, two, fallback) = two();
    save(&one, "1");
    save(&two, "2");
    fallback.remove(&lease(&fallback, "me")).unwrap();
    assert_eq!((has(&one), has(&two)), (None, None));
    check_holds(&fallback, "me", None);

    save(&one, "1");
    save(&two, "2");
    let other = lease(&two, "me");
    let error = fallback.remove(&lease(&fallback, "me")).unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!((has(&one), has(&two).as_deref()), (None, Some("2")));
    drop(other);

    save(&one, "1");
    let own = lease(&fallback, "me");
    two.be(Mood::Locked);
    let error = fallback.remove(&own).unwrap_err();
    assert!(error.to_string().contains("locked until"), "{error}");
    assert_eq!(has(&one), None, "the one in use is gone all the same");
    two.be(Mood::Unavailable);
    fallback.remove(&own).unwrap();
}

#[test]
fn a_read_only_store_gets_no_login() {
    let memory = Memory::new();
    let unset = Fallback::new(StaticToken::new("")).or(memory.clone());
    save(&unset, "new");
    check_holds(&memory, "me", Some(&record("new", 1)));
    assert!(!unset.is_read_only());

    let set = Fallback::new(StaticToken::new("plain")).or(memory.clone());
    check_holds(&set, "me", Some(&SecretBytes::new(b"plain".to_vec())));
    let error = set.save(&lease(&set, "me"), &record("x", 2)).unwrap_err();
    assert!(error.to_string().contains("read-only"), "{error}");
    check_holds(&memory, "me", Some(&record("new", 1)));

    let only = Fallback::new(StaticToken::new(" ")).or(StaticToken::new(""));
    assert!(only.is_read_only());
    check_holds(&only, "me", None);
    let error = only.try_lease(&key("me")).unwrap_err();
    assert!(error.is_configuration(), "{error}");
}

#[test]
fn a_store_that_cannot_be_opened_is_skipped_or_reported() {
    let unavailable = Error::new(ErrorKind::Configuration, "no bus");
    let fallback = Fallback::new_if_available::<Memory>("keyring", Err(unavailable)).unwrap();
    let error = fallback.load(&key("me")).unwrap_err();
    assert!(error.to_string().contains("keyring (no bus)"), "{error}");
    let fallback = fallback.or(Memory::new());
    assert_eq!(
        fallback.describe(),
        "the first of: keyring (no bus), memory of this process"
    );
    save(&fallback, "new");
    assert_eq!(
        fallback.describe(),
        "memory of this process (in use), after keyring (no bus)"
    );
    let failed = Error::new(ErrorKind::Store, "locked");
    assert!(Fallback::new_if_available::<Memory>("keyring", Err(failed)).is_err());
    let opened = Fallback::new_if_available("memory", Ok(Memory::new())).unwrap();
    save(&opened.or(Memory::new()), "new");
}

#[test]
fn a_lease_of_another_store_saves_nothing() {
    let (one, _, fallback) = two();
    let foreign = lease(&Memory::new(), "me");
    assert!(fallback.save(&foreign, &record("x", 1)).is_err());
    assert!(fallback.remove(&foreign).is_err());
    assert_eq!(has(&one), None);
}

/// Each account has a choice of its own, also while others are looked up.
#[test]
fn the_choice_is_told_by_account() {
    let keyring = Moody::default();
    let store = Fallback::new(keyring.clone()).or(Memory::new());
    let (one, two) = (key("one"), key("two"));
    assert_eq!(store.describe_choice(&one), None, "not looked up");
    assert_eq!(Memory::new().describe_choice(&one), None, "one store alone");
    store
        .save(&lease(&store, "one"), &record("1", 1))
        .expect("saved in the first");
    keyring.be(Mood::Unavailable);
    store
        .save(&lease(&store, "two"), &record("2", 1))
        .expect("saved in the second");
    let choice = |key| Arc::new(store.clone()).describe_choice(key).unwrap();
    let (first, second) = (choice(&one), choice(&two));
    assert!(first.contains("(in use), before "), "{first}");
    assert!(
        second.starts_with("memory of this process (in use), after ")
            && second.contains("no service"),
        "{second}"
    );
}
