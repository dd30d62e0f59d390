//! A store around another one passes every method on: what is forgotten does what the default does.

use std::{
    collections::BTreeSet,
    future::ready,
    sync::{Arc, Mutex},
    time::Duration,
};

use auth_core::{AccountKey, BoxFuture, Error, Lease, SecretBytes, Store, WaitObserver};
use keystore::{Fallback, Memory};

use crate::{key, lease, record};

/// Notes which of its methods were called. Each returns something else than the default.
#[derive(Clone, Default)]
struct Probe(Arc<Mutex<BTreeSet<&'static str>>>);

impl Probe {
    fn note(&self, method: &'static str) {
        self.0.lock().unwrap().insert(method);
    }
}

#[warn(clippy::missing_trait_methods)]
impl Store for Probe {
    fn load(&self, _: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.note("load");
        Ok(Some(record("first", 1)))
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        self.note("try_lease");
        Ok(Some(Lease::new(key.clone(), ())))
    }

    fn lease_duration(&self) -> Option<Duration> {
        self.note("lease_duration");
        Some(Duration::from_secs(7))
    }

    fn next_change(&self, _: &AccountKey) -> Option<BoxFuture<'static, ()>> {
        self.note("next_change");
        Some(Box::pin(ready(())))
    }

    fn confirm(&self, _: &Lease, _: Duration) -> Result<bool, Error> {
        self.note("confirm");
        Ok(false)
    }

    fn health(&self) -> Result<(), Error> {
        self.note("health");
        Err(Error::internal("ill"))
    }

    fn save(&self, _: &Lease, _: &SecretBytes) -> Result<(), Error> {
        self.note("save");
        Ok(())
    }

    fn remove(&self, _: &Lease) -> Result<(), Error> {
        self.note("remove");
        Ok(())
    }

    fn reserve(&self, _: &Lease, _: usize) -> Result<(), Error> {
        self.note("reserve");
        Err(Error::internal("no room"))
    }

    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        self.note("accounts");
        Ok(Some(vec![key("me")]))
    }

    fn is_read_only(&self) -> bool {
        self.note("is_read_only");
        true
    }

    fn may_prompt(&self) -> bool {
        self.note("may_prompt");
        true
    }

    fn describe(&self) -> String {
        self.note("describe");
        "probe".to_owned()
    }

    fn describe_choice(&self, _: &AccountKey) -> Option<String> {
        self.note("describe_choice");
        Some("probe".to_owned())
    }

    fn observe_waits(&self, _: WaitObserver) {
        self.note("observe_waits");
    }

    fn holds_plain_token(&self) -> bool {
        self.note("holds_plain_token");
        true
    }

    fn update_note(&self, _: &str, _: &mut dyn FnMut(&str) -> String) -> Result<bool, Error> {
        self.note("update_note");
        Ok(true)
    }
}

/// The names of the trait's methods, from its source.
fn methods() -> BTreeSet<&'static str> {
    let source = include_str!("../../../auth-core/src/ports/store.rs");
    let (_, from) = source.split_once("pub trait Store:").unwrap();
    let (body, _) = from.split_once("\n}\n").unwrap();
    let lines = body.lines().filter_map(|line| line.strip_prefix("    fn "));
    lines.map(|line| line.split_once('(').unwrap().0).collect()
}

/// Calls every method, and returns those that the probe heard nothing of.
fn swallowed(wrap: impl FnOnce(Probe) -> Arc<dyn Store>) -> Vec<&'static str> {
    let probe = Probe::default();
    let (store, me) = (wrap(probe.clone()), key("me"));
    let _wrong_content = store.load(&me);
    let lease = lease(&*store, "me");
    assert_eq!(store.lease_duration(), Some(Duration::from_secs(7)));
    assert!(store.next_change(&me).is_some());
    assert!(!store.confirm(&lease, Duration::ZERO).unwrap());
    store.health().unwrap_err();
    store.reserve(&lease, 100).unwrap_err();
    store.save(&lease, &record("second", 2)).unwrap();
    store.remove(&lease).unwrap();
    assert_eq!(store.accounts().unwrap(), Some(vec![key("me")]));
    assert!(store.is_read_only() && store.may_prompt());
    let _exempt = store.holds_plain_token();
    assert!(store.describe().contains("probe"));
    assert!(store.describe_choice(&me).unwrap().contains("probe"));
    let observer = Arc::new(|_: &AccountKey, _: Duration| {});
    let observer = Arc::downgrade(&observer);
    store.observe_waits(observer);
    assert!(store.update_note("n", &mut str::to_owned).unwrap());
    let heard = probe.0.lock().unwrap().clone();
    methods().difference(&heard).copied().collect()
}

#[test]
fn every_method_reaches_the_inner_store() {
    assert_eq!(methods().len(), 17, "{:?}", methods());
    assert_eq!(
        swallowed(|probe| Arc::new(probe)),
        [""; 0],
        "the probe itself"
    );
    assert_eq!(swallowed(|probe| Arc::new(Arc::new(probe))), [""; 0]);
    // It describes its own choice.
    let own = ["describe_choice"];
    assert_eq!(swallowed(|probe| Arc::new(Fallback::new(probe))), own);
    let available = |probe| Arc::new(Fallback::new_if_available("probe", Ok(probe)).unwrap());
    assert_eq!(swallowed(|probe| available(probe)), own);
}

#[cfg(feature = "encrypted")]
#[test]
fn every_method_reaches_the_store_inside_of_a_sealed_one() {
    let sealed = |probe| {
        let key = keystore::EncryptionKey::from_text("a1".repeat(32)).unwrap();
        Arc::new(keystore::Sealed::new(probe, key))
    };
    // A plain token does not open.
    assert_eq!(swallowed(|probe| sealed(probe)), ["holds_plain_token"]);
}

#[test]
fn a_fallback_waits_at_the_store_that_has_the_record() {
    let memory = Memory::new();
    memory
        .save(&lease(&memory, "in memory"), &record("first", 1))
        .unwrap();
    let store = Fallback::new(memory).or(Probe::default());
    let tells = |account: &str| store.next_change(&key(account)).is_some();
    assert!(tells("in memory"), "not looked up: any that tells");
    for (account, expect) in [("in memory", false), ("in the probe", true)] {
        store.load(&key(account)).unwrap().unwrap();
        assert_eq!(tells(account), expect, "{account}");
    }
}
