//! The Secret Service of Linux and the BSDs over the session bus: GNOME Keyring, KWallet, KeePassXC
//! and others.
//!
//! Entries are found by the attributes `service` and `username` in every collection, as Python's
//! keyring and the Rust ones do. New entries go to the default collection.

use std::collections::HashMap;

use auth_core::SecretBytes;
use secret_service::{
    EncryptionType, Error, SearchItemsResult,
    blocking::{Collection, Item, SecretService},
};

use super::entries::{Entries, EntryKind, Failure, Name};

/// The attribute of the items of Python's keyring, which overwrites an item in place only if all
/// attributes are equal.
const PYTHON: (&str, &str) = ("application", "Python keyring library");

/// A connection to the service.
pub(super) struct Service(SecretService<'static>);

/// Connects. Secrets on the bus are encrypted, as libsecret does it.
pub(super) fn connect() -> Result<Box<dyn Entries>, Failure> {
    // An error here concerns the bus, whatever its reason; the next line connects to the service.
    let bus = zbus::blocking::Connection::session().map_err(|_| Failure::NoBus)?;
    let service = SecretService::connect_with_existing(EncryptionType::Dh, bus).map_err(failure)?;
    Ok(Box::new(Service(service)))
}

impl Service {
    /// Returns the unlocked items of this name, newest first. If there are none, unlocks, which may
    /// prompt the user.
    fn find(&self, name: &Name) -> Result<Vec<Found<'_>>, Failure> {
        let found = search_visible(
            || self.search(name),
            // Without a default collection nothing can be saved, so this keyring is unavailable.
            || self.0.get_default_collection().map_err(failure),
        )?;
        let Some(found) = found else {
            return Ok(Vec::new());
        };
        let mut items = found.unlocked;
        if items.is_empty() {
            for item in found.locked {
                item.unlock().map_err(failure)?;
                match item.is_locked().map_err(failure)? {
                    true => return Err(Failure::Locked),
                    false => items.push(item),
                }
            }
        }
        let mut items = items
            .into_iter()
            .map(Found::look)
            .collect::<Result<Vec<_>, _>>()?;
        items.sort_by_key(Found::rank);
        items.reverse();
        Ok(items)
    }

    /// Returns the items of this name, or `None` if there are none.
    fn search(&self, name: &Name) -> Result<Option<SearchItemsResult<Item<'_>>>, Failure> {
        let found = self.0.search_items(identity(name)).map_err(failure)?;
        let nothing = found.unlocked.is_empty() && found.locked.is_empty();
        Ok((!nothing).then_some(found))
    }

    fn create(&self, name: &Name, secret: &SecretBytes) -> Result<(), Failure> {
        let collection = self.0.get_default_collection().map_err(failure)?;
        if collection.locked()? {
            collection.ask_to_unlock()?;
        }
        let mut attributes = identity(name);
        if name.kind == EntryKind::Password {
            attributes.extend([PYTHON]);
        }
        collection
            .create_item(
                &name.label(),
                attributes,
                secret.as_ref(),
                true,
                content_type(name.kind),
            )
            .map(drop)
            .map_err(failure)
    }
}

impl Entries for Service {
    fn get(&self, name: &Name) -> Result<Option<SecretBytes>, Failure> {
        let items = self.find(name)?;
        let Some(first) = items.first() else {
            return Ok(None);
        };
        let secret = first.secret()?;
        for other in items.iter().skip(1) {
            if other.rank() == first.rank() && other.secret()?.as_ref() != secret.as_ref() {
                return Err(Failure::Ambiguous);
            }
        }
        Ok(Some(secret))
    }

    fn set(&self, name: &Name, secret: &SecretBytes) -> Result<(), Failure> {
        let items = self.find(name)?;
        let Some((first, others)) = items.split_first() else {
            return self.create(name, secret);
        };
        first
            .item
            .set_secret(secret.as_ref(), content_type(name.kind))
            .map_err(failure)?;
        if name.kind == EntryKind::Password && !first.is_pythons() {
            first.mark(name);
        }
        others
            .iter()
            .try_for_each(|other| other.item.delete().map_err(failure))
    }

    fn delete(&self, name: &Name) -> Result<(), Failure> {
        let items = self.find(name)?;
        items
            .iter()
            .try_for_each(|found| found.item.delete().map_err(failure))
    }
}

/// An item, with the values that rank several of one name.
struct Found<'s> {
    item: Item<'s>,
    attributes: HashMap<String, String>,
    /// In seconds; 0 if the keyring does not say.
    modified: u64,
}

impl<'s> Found<'s> {
    fn look(item: Item<'s>) -> Result<Self, Failure> {
        let attributes = item.get_attributes().map_err(failure)?;
        let modified = item.get_modified().unwrap_or_default();
        Ok(Self {
            item,
            attributes,
            modified,
        })
    }

    /// Ranks the last changed item highest; within the same second, Python's. Overwriting another
    /// would let Python create a second item beside it.
    fn rank(&self) -> (u64, bool) {
        (self.modified, self.is_pythons())
    }

    fn is_pythons(&self) -> bool {
        self.attributes.get(PYTHON.0).map(String::as_str) == Some(PYTHON.1)
    }

    fn secret(&self) -> Result<SecretBytes, Failure> {
        self.item
            .get_secret()
            .map(SecretBytes::new)
            .map_err(failure)
    }

    /// Adds the attribute that Python's keyring searches for, if the service allows it. If not, the
    /// password is stored all the same: Python then creates a second item, and the newer one
    /// counts.
    fn mark(&self, name: &Name) {
        let present = self.attributes.iter();
        let mut all: HashMap<&str, &str> = present.map(|(key, value)| (&**key, &**value)).collect();
        all.extend([PYTHON]);
        if self.item.set_attributes(all).is_err() {
            // KeePassXC lists attributes of its own but rejects a call that sets them. It keeps
            // those that a call does not name.
            let mut required = identity(name);
            required.extend([PYTHON]);
            let _: Result<(), Error> = self.item.set_attributes(required);
        }
    }
}

/// Returns the attributes that identify an entry.
fn identity(name: &Name) -> HashMap<&str, &str> {
    HashMap::from([
        ("service", name.service.as_ref()),
        ("username", name.user.as_ref()),
    ])
}

/// What items are kept in, and a person may lock and unlock at any time.
trait Lockable {
    fn locked(&self) -> Result<bool, Failure>;
    /// Returns an error if it is still locked afterwards.
    fn ask_to_unlock(&self) -> Result<(), Failure>;
}

impl Lockable for Collection<'_> {
    fn locked(&self) -> Result<bool, Failure> {
        self.is_locked().map_err(failure)
    }

    fn ask_to_unlock(&self) -> Result<(), Failure> {
        self.unlock().map_err(failure)?;
        match self.locked()? {
            true => Err(Failure::Locked),
            false => Ok(()),
        }
    }
}

/// Searches, and unlocks the collection if nothing is found: KeePassXC hides the items of a locked
/// database. "Nothing" is true only of a search between two looks at an unlocked collection: a
/// person may have unlocked it after the first search, or locked it before the second.
fn search_visible<T, C: Lockable>(
    search: impl Fn() -> Result<Option<T>, Failure>,
    collection: impl Fn() -> Result<C, Failure>,
) -> Result<Option<T>, Failure> {
    if let Some(found) = search()? {
        return Ok(Some(found));
    }
    let collection = collection()?;
    if collection.locked()? {
        collection.ask_to_unlock()?;
    }
    let found = search()?;
    if found.is_none() && collection.locked()? {
        return Err(Failure::Locked);
    }
    Ok(found)
}

/// The content type. KeePassXC stores content that is not text as an attachment, and empties the
/// password.
fn content_type(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::TokenRecord => "application/octet-stream",
        EntryKind::Password => "text/plain",
    }
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Unavailable => Failure::NoBus,
        Error::Locked | Error::Prompt => Failure::Locked,
        Error::NoResult => Failure::NoCollection,
        error => bus_failure(&error.to_string()),
    }
}

/// Classifies by the name of the D-Bus error (D-Bus specification, and Secret Service API draft,
/// section "Errors"). The names are fixed, unlike the messages after them.
fn bus_failure(message: &str) -> Failure {
    const NO_SERVICE: [&str; 3] = [
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
        "org.freedesktop.DBus.Error.Spawn.",
    ];
    if NO_SERVICE.iter().any(|name| message.contains(name)) {
        Failure::NoService
    } else if message.contains("org.freedesktop.Secret.Error.IsLocked") {
        Failure::Locked
    } else {
        Failure::Broken(message.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A database with one item, which is hidden while it is locked. A person locks or unlocks it
    /// just before each of these steps; a search and a look are a step each.
    struct Database<'d> {
        locked: &'d Cell<bool>,
        step: &'d Cell<usize>,
        turns: &'d [usize],
    }

    impl Database<'_> {
        fn is_locked_now(&self) -> bool {
            if self.turns.contains(&self.step.get()) {
                self.locked.set(!self.locked.get());
            }
            self.step.set(self.step.get() + 1);
            self.locked.get()
        }
    }

    impl Lockable for &Database<'_> {
        fn locked(&self) -> Result<bool, Failure> {
            Ok(self.is_locked_now())
        }

        fn ask_to_unlock(&self) -> Result<(), Failure> {
            self.locked.set(false);
            Ok(())
        }
    }

    #[test]
    fn a_database_that_is_locked_or_unlocked_at_any_step_is_never_empty() {
        let turns: Vec<Vec<usize>> = (0..16)
            .map(|bits: usize| (0..4).filter(|step| bits >> step & 1 == 1).collect())
            .collect();
        for locked in [true, false] {
            for turns in &turns {
                let database = Database {
                    locked: &Cell::new(locked),
                    step: &Cell::new(0),
                    turns,
                };
                let search = || Ok((!database.is_locked_now()).then_some("the item"));
                let found = search_visible(search, || Ok(&database));
                let locked_between = turns.contains(&2) && turns.contains(&3);
                if !locked_between {
                    assert_ne!(
                        found,
                        Ok(None),
                        "locked at first: {locked}, turns {turns:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn failures_are_classified_by_the_names_of_errors() {
        let check = |error: Error, expect: Failure| assert_eq!(failure(error), expect);
        check(Error::Unavailable, Failure::NoBus);
        check(Error::Prompt, Failure::Locked);
        check(Error::Locked, Failure::Locked);
        check(Error::NoResult, Failure::NoCollection);
        let check = |words: &str, expect: Failure| assert_eq!(bus_failure(words), expect);
        check(
            "zbus error: org.freedesktop.DBus.Error.ServiceUnknown: The name is not activatable",
            Failure::NoService,
        );
        check(
            "zbus error: org.freedesktop.DBus.Error.Spawn.ChildExited: it ended",
            Failure::NoService,
        );
        check(
            "zbus error: org.freedesktop.Secret.Error.IsLocked: locked",
            Failure::Locked,
        );
        check(
            "zbus error: org.freedesktop.Secret.Error.NoSession: gone",
            Failure::Broken("zbus error: org.freedesktop.Secret.Error.NoSession: gone".into()),
        );
    }
}
