//! A sealed file per account: for machines without a keyring.

mod cost;
mod key;
mod keys;
mod sealed;

use std::{fmt, path::PathBuf, sync::Arc};

use auth_core::{AccountKey, Error, Lease, SecretBytes, Store, TokenKind, TokenRecord};

pub use self::{cost::KdfCost, key::EncryptionKey};
use self::{keys::Keys, sealed::Sealed};
use crate::fs::{
    account_files::{Files, PlainText},
    dir, errors,
};

/// Keeps each account's record in a file of its own, sealed with a passphrase or a key. Clones
/// share the folder and what was derived from the passphrase.
///
/// Folder, modes, lease, saving in one step, and what is kept beside as `….bad` are those of
/// [`File`](crate::File); the file ends in `.sealed`. What lies in it is encrypted and
/// authenticated (XChaCha20-Poly1305, a fresh nonce for each save), and bound to the account: one
/// account's file in another's place is refused. Nothing of the record is ever on the disk in the
/// clear.
///
/// **It protects** against who gets the disk, a backup, or a look at the file, as long as the
/// passphrase or key does not lie there too. **It does not protect** against who can read the
/// program's environment or memory (root, programs of the same user), against who puts an older
/// sealed file of the same account back, or against a weak passphrase: guessing is made slow
/// ([`KdfCost`]), not impossible. The account's name is in the file's name, and the record's length
/// shows.
///
/// **A wrong passphrase** or key is an error that says so, and differs from the error for a damaged
/// file. Neither loses anything: when a new login is saved over a file that this store cannot open,
/// that file is kept beside, and the passphrase it was sealed with still opens it.
///
/// **From [`File`](crate::File) to this store**: both can use one folder, and they share the
/// leases. While there is no sealed record, one in the clear is an error that says what to do;
/// [`with_plaintext_migration`](Self::with_plaintext_migration) seals it.
///
/// A key is derived from a passphrase once for each salt, when the first record is read or saved,
/// and kept in memory until the last clone is dropped, which wipes it.
///
/// ```
/// use auth_core::{AccountKey, TokenRecord, Store};
/// use keystore::{Encrypted, EncryptionKey};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path();
/// // A program would take it from a variable: EncryptionKey::in_variable("NIGHTLY_KEY")?
/// let key = EncryptionKey::from_text("f0".repeat(32))?;
/// let store = Encrypted::open(folder, key)?;
/// let account = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// let lease = store.try_lease(&account)?.expect("nobody else has it");
/// store.save(&lease, &TokenRecord::default().to_text())?;
/// assert!(store.load(&account)?.is_some());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Encrypted {
    sealed: Files<Sealed>,
    clear: Files<PlainText>,
    take_over: bool,
}

impl Encrypted {
    /// A store in this folder, which is made where it does not exist, as
    /// [`File::open`](crate::File::open) does.
    ///
    /// # Errors
    /// The folder cannot be made, is no folder, or lets other users put files into it.
    pub fn open(folder: impl Into<PathBuf>, key: EncryptionKey) -> Result<Self, Error> {
        let clear = Files::open(&folder.into(), PlainText)?;
        Ok(Self {
            sealed: clear.with_form(Sealed::new(Arc::new(Keys::new(key)))),
            clear,
            take_over: false,
        })
    }

    /// A store in the folder `app_name` of the user's own data folder, as
    /// [`File::in_data_dir`](crate::File::in_data_dir) has it.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](auth_core::ErrorKind::Configuration): the user has no home
    /// folder, or `app_name` is no name of a folder. And those of [`open`](Self::open).
    pub fn in_data_dir(app_name: &str, key: EncryptionKey) -> Result<Self, Error> {
        Self::open(dir::in_data_dir(app_name)?, key)
    }

    /// Also reads records that a [`File`](crate::File) left in this folder in the clear. Whoever
    /// takes the lease next seals such a record and deletes the file in the clear; where both
    /// exist, the one with the newer token stays. What the file system or a backup keeps of the
    /// deleted file is beyond this crate: log out and in again if that matters.
    ///
    /// It is not the default, because then anybody who can put a file into the folder could have
    /// a record accepted that was never sealed.
    #[must_use]
    pub fn with_plaintext_migration(mut self) -> Self {
        self.take_over = true;
        self
    }

    /// Where this account's record lies, or would lie.
    #[must_use]
    pub fn path(&self, key: &AccountKey) -> PathBuf {
        self.sealed.path(key)
    }

    /// Seals a record that lies in the clear. Only under the account's lease.
    fn seal_clear(&self, lease: &Lease) -> Result<(), Error> {
        let key = lease.key();
        let Some(clear) = self.clear.load(key)? else {
            return Ok(());
        };
        let Ok(found) = TokenRecord::from_text(clear.as_ref()) else {
            return Ok(()); // whatever it is, it is no record of ours
        };
        let newer = match self.sealed.load(key)? {
            None => true,
            Some(sealed) => TokenRecord::from_text(sealed.as_ref())
                .is_ok_and(|sealed| generation(&sealed) < generation(&found)),
        };
        if newer {
            self.sealed.save(lease, &clear)?;
        }
        self.clear.remove(lease)
    }
}

impl Store for Encrypted {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        if let Some(record) = self.sealed.load(key)? {
            return Ok(Some(record));
        }
        let clear = self.clear.load(key)?;
        if clear.is_some() && !self.take_over {
            return Err(errors::refused(
                &self.clear.path(key),
                "holds this account's tokens in the clear, and the store is one for sealed records",
                "open the store with taking_over_clear, which seals them; or log in again, and \
                 delete that file",
            ));
        }
        Ok(clear)
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        let lease = self.sealed.try_lease(key)?;
        if let Some(lease) = lease.as_ref().filter(|_| self.take_over) {
            self.seal_clear(lease)?;
        }
        Ok(lease)
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.sealed.save(lease, record)
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.sealed.remove(lease)
    }

    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        self.clear.share(note, change).map(|()| true)
    }

    fn describe(&self) -> String {
        format!("encrypted file {}", self.sealed.folder().display())
    }
}

impl fmt::Debug for Encrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Encrypted")
            .field(&self.sealed.folder())
            .finish()
    }
}

/// The newest token's. Generations of both kinds count in milliseconds of the wall clock.
fn generation(record: &TokenRecord) -> u64 {
    TokenKind::ALL
        .iter()
        .filter_map(|kind| record.token(*kind))
        .map(|token| token.generation())
        .max()
        .unwrap_or(0)
}
