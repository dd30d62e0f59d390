//! Fall-through: where a record goes, where it stays, what is passed over and what is not.

use std::sync::{Arc, Mutex};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store};
use keystore::{Fallback, Memory, StaticToken};

use crate::{check_holds, key, lease, record};

/// A store in memory that can be made to fail; clones share it.
#[derive(Clone, Default)]
struct Moody {
    memory: Memory,
    mood: Arc<Mutex<Mood>>,
}

#[derive(Clone, Copy, Default, PartialEq, Debug)]
enum Mood {
    #[default]
    Well,
    /// Not to be had here.
    Absent,
    /// There, but locked.
    Locked,
    /// Can be read, but the lease is not to be had.
    LeaseAbsent,
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
            Mood::Absent | Mood::LeaseAbsent => Error::new(ErrorKind::Configuration, "no service"),
            _ => Error::new(ErrorKind::Store, "locked until its owner comes"),
        })
    }
}

impl Store for Moody {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.fail(&[Mood::Absent, Mood::Locked])?;
        self.memory.load(key)
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        let failing = [Mood::Absent, Mood::LeaseAbsent, Mood::LeaseFails];
        self.fail(&failing)?;
        self.memory.try_lease(key)
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.fail(&[Mood::Absent, Mood::Locked, Mood::SaveFails])?;
        self.memory.save(lease, record)
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.fail(&[Mood::Absent, Mood::Locked])?;
        self.memory.remove(lease)
    }

    fn describe(&self) -> String {
        "moody".into()
    }
}

/// Two stores and their fall-through.
fn two() -> (Moody, Moody, Fallback) {
    let (one, two) = (Moody::default(), Moody::default());
    let first = Fallback::new(one.clone()).or(two.clone());
    (one, two, first)
}

fn save(store: &dyn Store, token: &str) {
    store.save(&lease(store, "me"), &record(token, 1)).unwrap();
}

/// The token that this store itself has.
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
        let (one, two, first) = self::two();
        for (store, there) in [&one, &two].into_iter().zip(there) {
            if there {
                save(store, "old");
            }
        }
        one.be(moods[0]);
        two.be(moods[1]);
        let outcome = first
            .try_lease(&key("me"))
            .and_then(|lease| first.save(&lease.expect("free"), &record("new", 2)));
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
    check([Absent, Well], none, Some(["", "new"]));
    check([Absent, Well], in_second, Some(["", "new"]));
    check([Absent, Well], in_first, Some(["old", "new"]));
    check([LeaseAbsent, Well], none, Some(["", "new"]));
    check([LeaseAbsent, Well], in_first, None);
    check([LeaseFails, Well], none, None);
    check([SaveFails, Well], none, None);
    check([SaveFails, Well], in_first, None);
    check([Locked, Well], none, None);
    check([Locked, Well], in_first, None);
    check([Locked, Well], in_second, Some(["", "new"]));
    check([Well, Locked], none, None);
    check([Well, Locked], in_first, Some(["new", ""]));
    check([Well, Absent], none, Some(["new", ""]));
    check([Absent, Absent], none, None);
    check([Absent, Locked], none, None);
}

#[test]
fn a_failure_is_passed_over_only_where_the_program_said_so() {
    let (one, two, first) = two();
    one.be(Mood::Locked);
    let error = first.load(&key("me")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("locked until"), "{error}");

    let lax = first.with_failures_skipped();
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
    let (one, two, first) = two();
    save(&one, "mine");
    one.be(Mood::Absent);
    let held = lease(&first, "me"); // of the second
    one.be(Mood::Well);
    check_holds(&first, "me", None); // not the other's record, which would be copied
    assert!(first.clone().try_lease(&key("me")).unwrap().is_none());
    first.save(&held, &record("new", 2)).unwrap();
    assert_eq!(has(&one).as_deref(), Some("mine"));
    assert_eq!(has(&two).as_deref(), Some("new"));
    check_holds(&first, "me", Some(&record("new", 2)));
    drop(held);
    check_holds(&first, "me", Some(&record("mine", 1)));
    drop(lease(&first, "me"));
    assert!(
        two.try_lease(&key("me")).unwrap().is_some(),
        "given back as well"
    );
}

#[test]
fn processes_that_see_different_stores_share_the_lease_of_the_record() {
    let (one, two, desktop) = two();
    let hidden = Moody::default();
    hidden.be(Mood::Absent);
    let cron = Fallback::new(hidden).or(two.clone());
    save(&two, "shared");
    let held = lease(&desktop, "me");
    assert!(cron.try_lease(&key("me")).unwrap().is_none());
    desktop.save(&held, &record("renewed", 2)).unwrap();
    drop(held);
    check_holds(&cron, "me", Some(&record("renewed", 2)));
    assert_eq!(has(&one), None, "never copied");

    // And where the record is out of cron's sight, each has a login of its own.
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
fn a_logout_forgets_everywhere() {
    let (one, two, first) = two();
    save(&one, "1");
    save(&two, "2");
    first.remove(&lease(&first, "me")).unwrap();
    assert_eq!((has(&one), has(&two)), (None, None));
    check_holds(&first, "me", None);

    save(&one, "1");
    save(&two, "2");
    let other = lease(&two, "me");
    let error = first.remove(&lease(&first, "me")).unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!((has(&one), has(&two).as_deref()), (None, Some("2")));
    drop(other);

    save(&one, "1");
    let held = lease(&first, "me");
    two.be(Mood::Locked);
    let error = first.remove(&held).unwrap_err();
    assert!(error.to_string().contains("locked until"), "{error}");
    assert_eq!(has(&one), None, "the one in use is gone all the same");
    two.be(Mood::Absent);
    first.remove(&held).unwrap();
}

#[test]
fn a_store_that_is_read_only_gets_no_login() {
    let memory = Memory::new();
    let unset = Fallback::new(StaticToken::new("")).or(memory.clone());
    save(&unset, "new");
    check_holds(&memory, "me", Some(&record("new", 1)));
    assert!(!unset.is_read_only());

    let set = Fallback::new(StaticToken::new("pasted")).or(memory.clone());
    check_holds(&set, "me", Some(&SecretBytes::new(b"pasted".to_vec())));
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
fn what_could_not_be_opened_is_passed_over_or_told() {
    let absent = Error::new(ErrorKind::Configuration, "no bus");
    let first = Fallback::new_if_available::<Memory>("keyring", Err(absent)).unwrap();
    let error = first.load(&key("me")).unwrap_err();
    assert!(error.to_string().contains("keyring (no bus)"), "{error}");
    let first = first.or(Memory::new());
    assert_eq!(
        first.describe(),
        "the first of: keyring (no bus), memory of this process"
    );
    save(&first, "new");
    assert_eq!(
        first.describe(),
        "memory of this process (in use), after keyring (no bus)"
    );
    let failed = Error::new(ErrorKind::Store, "locked");
    assert!(Fallback::new_if_available::<Memory>("keyring", Err(failed)).is_err());
    let opened = Fallback::new_if_available("memory", Ok(Memory::new())).unwrap();
    save(&opened.or(Memory::new()), "new");
}

#[test]
fn a_lease_of_another_store_saves_nothing() {
    let (one, _, first) = two();
    let foreign = lease(&Memory::new(), "me");
    assert!(first.save(&foreign, &record("x", 1)).is_err());
    assert!(first.remove(&foreign).is_err());
    assert_eq!(has(&one), None);
}
