//! Entries over keyring-core's mock store, and over a store with targets like those of Windows.

use std::{
    any::Any,
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use keyring_core::{
    Credential, Result,
    api::{CredentialApi, CredentialStoreApi},
    mock,
};

use super::*;

const SECRET: &str = "marked-secret-0123456789";

fn name(user: &'static str, kind: EntryKind) -> Name {
    Name {
        service: "/inaturalist".into(),
        user: user.into(),
        kind,
    }
}

fn secret() -> SecretBytes {
    SecretBytes::new(SECRET.as_bytes().to_vec())
}

fn text(secret: Option<SecretBytes>) -> Option<String> {
    secret.map(|secret| String::from_utf8(secret.as_ref().to_vec()).unwrap())
}

fn round(entries: &Native) {
    for kind in [EntryKind::TokenRecord, EntryKind::Password] {
        let (one, other) = (name("username", kind), name("password", kind));
        assert_eq!(text(entries.get(&one).unwrap()), None);
        entries.delete(&one).unwrap();
        entries.set(&one, &secret()).unwrap();
        entries
            .set(&other, &SecretBytes::new(b"another".to_vec()))
            .unwrap();
        assert_eq!(text(entries.get(&one).unwrap()).as_deref(), Some(SECRET));
        assert_eq!(
            text(entries.get(&other).unwrap()).as_deref(),
            Some("another")
        );
        entries
            .set(&one, &SecretBytes::new(b"new".to_vec()))
            .unwrap();
        assert_eq!(text(entries.get(&one).unwrap()).as_deref(), Some("new"));
        entries.delete(&one).unwrap();
        assert_eq!(text(entries.get(&one).unwrap()), None);
        entries.delete(&other).unwrap();
    }
}

#[test]
fn entries_of_keyring_core_are_entries() {
    round(&Native {
        store: mock::Store::new().unwrap(),
        naming: Naming::ServiceAndUser,
    });
    round(&Native {
        store: Arc::new(Targets::default()),
        naming: Naming::Target,
    });
}

#[test]
fn no_error_of_keyring_core_shows_a_secret() {
    let raw = || SECRET.as_bytes().to_vec();
    let other = || Box::new(std::io::Error::other("the system's words"));
    let check = |error: Error, expect: Option<Failure>| {
        let store = mock::Store::new().unwrap();
        let entry = store.build("/inaturalist", "username", None).unwrap();
        entry.set_secret(SECRET.as_bytes()).unwrap();
        let cred: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        cred.set_error(error);
        let entries = Native {
            store,
            naming: Naming::ServiceAndUser,
        };
        let failure = entries
            .get(&name("username", EntryKind::TokenRecord))
            .unwrap_err();
        let shown = format!(
            "{failure:?} {}",
            failure
                .clone()
                .into_error(crate::keyring::entries::Doing::Reading, "x")
        );
        assert!(!shown.contains("marked"), "{shown}");
        assert!(!shown.contains(&format!(
            "{}, {}",
            SECRET.as_bytes()[0],
            SECRET.as_bytes()[1]
        )));
        if let Some(expect) = expect {
            assert_eq!(failure, expect);
        }
    };
    check(Error::BadEncoding(raw()), None);
    check(Error::BadDataFormat(raw(), other()), None);
    check(Error::BadStoreFormat(SECRET.into()), None);
    check(Error::Invalid("user".into(), SECRET.into()), None);
    check(
        Error::PlatformFailure(other()),
        Some(Failure::Broken("the system's words".into())),
    );
    check(Error::NoStorageAccess(other()), Some(Failure::Locked));
    check(
        Error::TooLong("secret".into(), 2560),
        Some(Failure::TooLong),
    );
    check(Error::Ambiguous(Vec::new()), Some(Failure::Ambiguous));
    check(Error::NoDefaultStore, Some(Failure::Unsupported));
    check(
        Error::NotSupportedByStore("x".into()),
        Some(Failure::Unsupported),
    );
}

#[test]
fn a_password_that_is_not_text_does_not_show() {
    let store = mock::Store::new().unwrap();
    let entry = store.build("/inaturalist", "password", None).unwrap();
    entry.set_secret(b"marked\xff").unwrap();
    let entries = Native {
        store,
        naming: Naming::ServiceAndUser,
    };
    let failure = entries
        .get(&name("password", EntryKind::Password))
        .unwrap_err();
    assert_eq!(
        failure,
        Failure::Broken("the entry's content is not Unicode text".into())
    );
}

#[test]
fn windows_targets_are_pythons() {
    let store = Targets::default();
    let entries = Native {
        store: Arc::new(store.clone()),
        naming: Naming::Target,
    };
    // What Python stores if it sets `username` first and `password` last.
    store.put("username@/inaturalist", "username", b"me");
    store.put("/inaturalist", "password", b"old");
    let get = |user| text(entries.get(&name(user, EntryKind::Password)).unwrap());
    assert_eq!(get("username").as_deref(), Some("me"));
    assert_eq!(get("password").as_deref(), Some("old"));
    assert_eq!(get("app_id"), None);

    // Overwrites the entry that Python would find first; adds a new one with its own user name.
    for user in ["password", "app_id", "username"] {
        entries
            .set(&name(user, EntryKind::Password), &secret())
            .unwrap();
    }
    let check = |target: &str, user: &str| {
        let found = store.0.lock().unwrap().get(target).cloned();
        assert_eq!(
            found,
            Some((user.to_owned(), SECRET.as_bytes().to_vec())),
            "{target}"
        );
    };
    check("/inaturalist", "password");
    check("app_id@/inaturalist", "app_id");
    check("username@/inaturalist", "username");
    assert_eq!(store.0.lock().unwrap().len(), 3);
}

#[test]
fn records_never_share_a_target() {
    let target = |service: &'static str, user: &'static str| {
        record_target(&Name {
            service: service.into(),
            user: user.into(),
            kind: EntryKind::TokenRecord,
        })
    };
    assert_eq!(target("nightly", "s+c+a"), "nightly/s+c+a");
    assert_ne!(target("x", "s+c+a.b"), target("b.x", "s+c+a"));
}

/// A store of keyring-core whose entries have a target and a user name, like those of Windows.
/// Clones share the entries.
#[derive(Clone, Debug, Default)]
struct Targets(Arc<Mutex<BTreeMap<String, UserAndSecret>>>);

type UserAndSecret = (String, Vec<u8>);

struct Target {
    store: Targets,
    target: String,
}

impl Targets {
    fn put(&self, target: &str, user: &str, secret: &[u8]) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.insert(target.to_owned(), (user.to_owned(), secret.to_owned()));
    }
}

impl CredentialStoreApi for Targets {
    fn vendor(&self) -> String {
        "targets".into()
    }

    fn id(&self) -> String {
        "1".into()
    }

    fn build(&self, _: &str, _: &str, modifiers: Option<&HashMap<&str, &str>>) -> Result<Entry> {
        let target = modifiers.and_then(|modifiers| modifiers.get("target"));
        let target = (*target.expect("a target")).to_owned();
        let store = self.clone();
        Ok(Entry::new_with_credential(Arc::new(Target {
            store,
            target,
        })))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl CredentialApi for Target {
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        let user = self.get_attributes().map_or_else(
            |_| String::new(),
            |attributes| attributes["username"].clone(),
        );
        self.store.put(&self.target, &user, secret);
        Ok(())
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        let entries = self.store.0.lock().unwrap();
        let found = entries.get(&self.target);
        found
            .map(|(_, secret)| secret.clone())
            .ok_or(Error::NoEntry)
    }

    fn get_attributes(&self) -> Result<HashMap<String, String>> {
        let entries = self.store.0.lock().unwrap();
        let (user, _) = entries.get(&self.target).ok_or(Error::NoEntry)?;
        Ok(HashMap::from([("username".to_owned(), user.clone())]))
    }

    fn update_attributes(&self, attributes: &HashMap<&str, &str>) -> Result<()> {
        let secret = self.get_secret()?;
        self.store
            .put(&self.target, attributes["username"], &secret);
        Ok(())
    }

    fn delete_credential(&self) -> Result<()> {
        let removed = self.store.0.lock().unwrap().remove(&self.target);
        removed.map(drop).ok_or(Error::NoEntry)
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
