//! A change of the key for all records at once.

use auth_core::{AccountKey, Error, ErrorKind, Store};

use super::wrapper::Sealed;

/// What [`Sealed::reseal_all`] did. Feature `encrypted`.
///
/// A record that could not be read is among the [`failures`](Self::failures), and is as it was.
///
/// ```
/// use keystore::{EncryptionKey, Memory, Sealed};
///
/// let store = Sealed::new(Memory::new(), EncryptionKey::from_text("f0".repeat(32))?);
/// let done = store.reseal_all()?; // of no record
/// assert!(done.is_complete() && done.failures().is_empty());
/// assert_eq!((done.encrypted(), done.unchanged()), (0, 0));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "records may be left that only an old key opens"]
pub struct Resealed {
    encrypted: usize,
    unchanged: usize,
    in_use: Vec<AccountKey>,
    failures: Vec<(AccountKey, Error)>,
}

impl Resealed {
    /// Returns how many records were encrypted anew.
    #[must_use]
    pub fn encrypted(&self) -> usize {
        self.encrypted
    }

    /// Returns how many records were encrypted with the current key already.
    #[must_use]
    pub fn unchanged(&self) -> usize {
        self.unchanged
    }

    /// Returns the accounts that another process changes now, perhaps one with the old key: call
    /// [`Sealed::reseal_all`] again for them.
    #[must_use]
    pub fn in_use(&self) -> &[AccountKey] {
        &self.in_use
    }

    /// Returns the accounts whose record could not be read or saved, each with the reason.
    #[must_use]
    pub fn failures(&self) -> &[(AccountKey, Error)] {
        &self.failures
    }

    /// Returns whether every record is encrypted with the current key, so that the old one can be
    /// forgotten.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.in_use.is_empty() && self.failures.is_empty()
    }
}

impl<S: Store> Sealed<S> {
    /// Encrypts every record anew that is not encrypted with the current key. One that cannot be
    /// read does not keep it from the others. Call it again after an error: it continues with those
    /// that are left.
    ///
    /// ```
    /// use auth_core::Store;
    /// use keystore::{EncryptionKey, Memory, Sealed};
    ///
    /// # let (old, new) = ("f0".repeat(32), "0f".repeat(32));
    /// let store = Sealed::new(Memory::new(), EncryptionKey::from_text(new)?)
    ///     .with_old_key(EncryptionKey::from_text(old)?);
    /// let done = store.reseal_all()?;
    /// for (account, error) in done.failures() {
    ///     eprintln!("{account}: {error:#}");
    /// }
    /// assert!(done.is_complete());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of the inner store that are not about one record: it does not respond, refuses the
    /// user, or cannot list its accounts.
    pub fn reseal_all(&self) -> Result<Resealed, Error> {
        let accounts = self.accounts()?.ok_or_else(|| {
            let what = format!("the {} cannot list its accounts", self.inner().describe());
            Error::new(ErrorKind::Configuration, what)
                .with_help("call reseal for each account that you know")
        })?;
        let mut done = Resealed::default();
        for account in accounts {
            match self.reseal_old(&account, &mut done) {
                Ok(()) => {}
                Err(error) if error.is_retryable() || error.is_configuration() => {
                    return Err(error);
                }
                Err(error) => done.failures.push((account, error)),
            }
        }
        Ok(done)
    }

    fn reseal_old(&self, account: &AccountKey, done: &mut Resealed) -> Result<(), Error> {
        if self.has_current_key(account)? {
            done.unchanged += 1;
        } else if self.reseal(account)? {
            done.encrypted += 1;
        } else if self.load(account)?.is_some() {
            done.in_use.push(account.clone());
        } // else it has logged out meanwhile
        Ok(())
    }
}
