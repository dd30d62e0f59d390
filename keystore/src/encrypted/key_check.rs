//! Whether the key is the one of the records: a host with another one should say so when it starts.

use std::sync::Arc;

use auth_core::{AccountKey, Error, ErrorKind, SecretBytes, Store};

use super::wrapper::Sealed;

/// Returns a few records of a store, of any accounts, in one round trip.
pub(super) type Sample =
    Arc<dyn Fn() -> Result<Vec<(AccountKey, SecretBytes)>, Error> + Send + Sync>;

impl<S: Store> Sealed<S> {
    /// Lets [`health`](Store::health) look at records.
    #[cfg(any(test, feature = "postgres", feature = "redis"))]
    pub(crate) fn with_sample(
        mut self,
        sample: impl Fn() -> Result<Vec<(AccountKey, SecretBytes)>, Error> + Send + Sync + 'static,
    ) -> Self {
        self.sample = Some(Arc::new(sample));
        self
    }

    /// Fails if there are records, and each one that was looked at is of a foreign key. Single ones
    /// are no fault of this host: a key may have been lost.
    pub(super) fn check_key(&self) -> Result<(), Error> {
        let Some(sample) = &self.sample else {
            return Ok(());
        };
        let (mut count, mut foreign) = (0_usize, None);
        for (account, sealed) in sample()? {
            match self.decrypt(&account, sealed.as_ref()) {
                Ok(_) => return Ok(()),
                Err(problem) if problem.is_of_another_key() => {
                    count += 1;
                    foreign = Some(problem);
                }
                // Damaged, or never encrypted: an error for its account.
                Err(_) => {}
            }
        }
        let Some(problem) = foreign else {
            return Ok(());
        };
        let (problem, _) = problem.explain("")?;
        let store = self.inner().describe();
        let what = format!("{store}: each record that was looked at ({count}) {problem}");
        Err(Error::new(ErrorKind::Configuration, what)
            .with_setting(self.setting.clone())
            .with_help(
                "set the key that the other hosts have; while the key is changed, add the other one as \
                 an old key. If it is lost, choose another namespace, or remove the records: all users \
                 then log in again",
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EncryptionKey, Memory};

    fn key(byte: &str) -> EncryptionKey {
        EncryptionKey::from_text(byte.repeat(32)).unwrap()
    }

    fn account(name: &str) -> AccountKey {
        AccountKey::new("inaturalist", "app-id", name)
    }

    /// Returns what the check finds in a store with a record of each of these keys. `-` is one that
    /// was not encrypted.
    fn check(records: &[&str], own: EncryptionKey, old: &[&str]) -> Result<(), Error> {
        let inner = Memory::new();
        let text = SecretBytes::new(b"a record".to_vec());
        for (at, byte) in records.iter().enumerate() {
            let lease = inner.try_lease(&account(&at.to_string()))?.expect("free");
            match *byte {
                "-" => inner.save(&lease, &text)?,
                byte => Sealed::new(inner.clone(), key(byte)).save(&lease, &text)?,
            }
        }
        let bare = inner.clone();
        let all = move || {
            let accounts = bare.accounts()?.expect("it lists them").into_iter();
            let load = |account| {
                let record = bare.load(&account)?.expect("saved");
                Ok((account, record))
            };
            accounts.map(load).collect()
        };
        let sealed = Sealed::new(inner, own).with_sample(all);
        let add = |sealed: Sealed<_>, byte: &&str| sealed.with_old_key(key(byte));
        old.iter().fold(sealed, add).health()
    }

    #[test]
    fn a_key_that_opens_nothing_is_named_with_its_variable() {
        let error = |records: &[&str], own, old: &[&str]| {
            let error = check(records, own, old).unwrap_err();
            assert!(
                error.is_configuration() && error.help().is_some(),
                "{error:#}"
            );
            error
        };
        let own = || key("f0").of_variable("ATLAS_KEY");
        let found = error(&["0f"], own(), &[]);
        assert_eq!(found.setting(), Some("ATLAS_KEY"));
        let text = found.to_string();
        assert!(
            text.contains("(1)") && text.contains("another key"),
            "{text}"
        );
        error(&["0f", "1f", "-"], own(), &["2f"]);
        let phrase = EncryptionKey::from_passphrase("phrase").unwrap();
        let text = error(&["0f"], phrase, &[]).to_string();
        assert!(text.contains("has a passphrase"), "{text}");
    }

    #[test]
    fn an_empty_store_a_change_of_the_key_and_a_lost_one_are_fine() {
        let fine = |records: &[&str], old: &[&str]| check(records, key("f0"), old).unwrap();
        fine(&[], &[]);
        fine(&["f0"], &[]);
        fine(&["0f"], &["1f", "0f"]);
        fine(&["0f", "1f", "f0"], &[]);
        fine(&["0f", "1f"], &["1f"]);
        fine(&["-"], &[]);
    }
}
