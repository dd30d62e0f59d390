//! What a database offers to a store: versions, leases with numbers, notes.

use std::{
    future::Future,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use auth_core::{AccountKey, Error, ErrorKind, SecretBytes};

use super::{id::Id, listener::Messenger};

/// A database with the tables or scripts of this crate. Each operation can be repeated, also if the
/// response to the first one was lost.
pub(super) trait Engine: Messenger {
    /// Returns the record, if there is one.
    fn load(&self, id: &Id) -> impl Future<Output = Result<Option<SecretBytes>, Error>> + Send;

    /// Takes the lease for `holder`. `None` while another one has it.
    fn take(
        &self,
        id: &Id,
        holder: &str,
        duration: Duration,
    ) -> impl Future<Output = Result<Option<Taken>, Error>> + Send;

    /// Keeps the lease for at least this time, durably. `false` if another one has taken it since.
    fn confirm(
        &self,
        held: &Held,
        at_least: Duration,
    ) -> impl Future<Output = Result<bool, Error>> + Send;

    /// Keeps all these leases for at least this time, where they still hold.
    fn beat(
        &self,
        held: &[std::sync::Arc<Held>],
        at_least: Duration,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Ends the lease, if it still holds, and sends a message of it.
    fn free(&self, held: &Held) -> impl Future<Output = Result<(), Error>> + Send;

    /// Replaces the record of version `over`, or removes it, and shortens the lease to `duration`.
    /// `false` if the record has a newer version by another one.
    fn write(
        &self,
        held: &Held,
        over: i64,
        record: Option<&SecretBytes>,
        duration: Duration,
    ) -> impl Future<Output = Result<bool, Error>> + Send;

    /// Replaces the note `old` by `new`. Returns the text found if it is another one.
    fn swap(
        &self,
        note: &str,
        old: &str,
        new: &str,
    ) -> impl Future<Output = Result<Option<String>, Error>> + Send;

    /// Returns the accounts that have a record, by the names stored with it.
    fn accounts(&self) -> impl Future<Output = Result<Vec<AccountKey>, Error>> + Send;

    /// Returns a few records, of any accounts, if there are any: at random where the engine can. As
    /// cheap among many records as among few.
    fn sample(&self) -> impl Future<Output = Result<Vec<(AccountKey, SecretBytes)>, Error>> + Send;

    /// Finds out whether all of the above would work.
    fn check(&self) -> impl Future<Output = Result<(), Error>> + Send;

    /// Closes the connection, which did not respond. The next operation opens another one.
    fn reset(&self);

    /// Describes the database without its credentials.
    fn describe(&self) -> &str;
}

/// How many records a look at a store takes at least, if it has as many.
pub(super) const SAMPLE: usize = 4;

/// A lease that was granted.
pub(super) struct Taken {
    pub(super) fence: i64,
    /// The version of the record, read under the lease. 0 if there never was one.
    pub(super) version: i64,
    /// Whether the user has the right to replace the record.
    pub(super) can_save: bool,
    /// The record, read under the lease.
    pub(super) record: Option<SecretBytes>,
}

/// A lease that this process holds, as far as it knows, with the version of its record.
pub(super) struct Held {
    pub(super) id: Id,
    pub(super) fence: i64,
    pub(super) holder: String,
    pub(super) can_save: bool,
    version: AtomicI64,
}

impl Held {
    pub(super) fn new(id: Id, holder: String, taken: &Taken) -> Self {
        Self {
            id,
            fence: taken.fence,
            holder,
            can_save: taken.can_save,
            version: AtomicI64::new(taken.version),
        }
    }

    pub(super) fn version(&self) -> i64 {
        self.version.load(Ordering::SeqCst)
    }

    pub(super) fn set_version(&self, version: i64) {
        self.version.store(version, Ordering::SeqCst);
    }
}

/// Returns milliseconds, as databases count.
pub(super) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// The word that keeps the accounts of several services in one database apart.
pub(super) fn namespace(name: &str) -> Result<&str, Error> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let fine = (1..=48).contains(&name.len())
        && name.chars().all(word)
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.starts_with("pg_");
    match fine {
        true => Ok(name),
        false => Err(Error::new(
            ErrorKind::Configuration,
            "the namespace has other characters than a-z, 0-9 and _, does not begin with a \
             letter, begins with pg_, or is longer than 48",
        )
        .with_setting("namespace")
        .with_help("use a word such as nightly_upload")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        let check = |parts: [&str; 3], expect: bool| {
            let key = AccountKey::new(parts[0], parts[1], parts[2]);
            let id = Id::of(&key);
            let names = id.names();
            let found = Id::account(&id.digest, [&names[0], &names[1], &names[2]]);
            assert_eq!(found, expect.then_some(key), "{parts:?}");
        };
        check(["s", "c", "me"], true);
        check(["", "", ""], true);
        check(["s", "c", "a\0b"], true);
        check(["s", "c", "a\u{fffd}b"], true);
        check(["s", "c", "a\u{fffd}\0b"], false);
        assert_eq!(Id::account(&[0; 32], ["s", "c", "me"]), None);
    }

    #[test]
    fn namespaces() {
        for fine in ["keystore", "a", "nightly_2"] {
            assert!(namespace(fine).is_ok(), "{fine}");
        }
        let long = "a".repeat(49);
        for odd in ["", "A", "2a", "a-b", "a\"; drop", "é", "pg_x", &long] {
            let error = namespace(odd).unwrap_err();
            assert!(error.is_configuration(), "{odd}");
        }
    }

    #[test]
    fn accounts_never_share_a_digest() {
        let digest = |a: &str, b: &str, c: &str| Id::of(&AccountKey::new(a, b, c)).digest;
        assert_ne!(digest("a", "bc", ""), digest("ab", "c", ""));
        assert_ne!(digest("a", "", "b"), digest("a", "b", ""));
        assert_eq!(digest("a", "b", "c"), digest("a", "b", "c"));
    }
}
