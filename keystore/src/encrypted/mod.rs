//! The encrypted file store: a file per account, for machines without a keyring.

mod cost;
mod key;
mod key_check;
mod keys;
mod neighbours;
mod reseal;
mod sealed;
mod stack;
mod wrapper;

use std::{fmt, path::PathBuf, sync::Arc};

use auth_core::{AccountKey, Error, Lease, SecretBytes, Store, TokenKind, TokenRecord};

pub use self::{cost::KdfCost, key::EncryptionKey, reseal::Resealed, wrapper::Sealed};
use self::{keys::Keys, sealed::SealedFormat};
use crate::fs::{
    account_files::{AccountFiles, PlainText},
    dir, errors,
};

/// A store with one encrypted file per account, in one directory. Feature `encrypted`.
///
/// Use it on machines without a keyring. Clones share the directory and the derived keys.
///
/// Directory, modes, lease, atomic saves and `….bad` files work as in [`File`](crate::File). The
/// file ends in `.sealed`. Its token record is encrypted and authenticated (XChaCha20-Poly1305, a
/// new nonce for each save) and bound to the account. The file of another account is rejected.
/// Plain text never reaches the disk.
///
/// **This protects** against a reader of the disk, of a backup or of the file. The passphrase or
/// key must not be stored there too. **It does not protect** against:
///
/// * root and programs of the same user, which can read the program's environment or memory;
/// * replacing the file by an older one of the same account;
/// * a weak passphrase: [`KdfCost`] makes guessing slow, not impossible.
///
/// The account's name is in the file name, and the file shows the length of the token record.
///
/// **A wrong passphrase** or key has another error than a damaged file. Neither loses data: a new
/// login keeps the file that this store cannot decrypt as `….bad`, and its own passphrase still
/// decrypts it.
///
/// **To migrate from [`File`](crate::File)**, open the same directory; both stores share the
/// leases. Without an encrypted token record, a plain-text one is an error that says what to do.
/// [`with_plaintext_migration`](Self::with_plaintext_migration) encrypts it.
///
/// A key is derived from the passphrase once for each salt, at the first load or save. A new file
/// takes the salt of those in the directory, so one derivation opens all of them, whichever
/// processes wrote them. Dropping the last clone wipes the keys from memory.
///
/// ```
/// use auth_core::{AccountKey, TokenRecord, Store};
/// use keystore::{Encrypted, EncryptionKey};
///
/// # let directory = tempfile::tempdir().unwrap();
/// # let directory = directory.path();
/// // A program reads its key from a variable: EncryptionKey::in_variable("NIGHTLY_KEY")?
/// let key = EncryptionKey::from_text("f0".repeat(32))?;
/// let store = Encrypted::open(directory, key)?;
/// let account = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// let lease = store.try_lease(&account)?.expect("it is free");
/// store.save(&lease, &TokenRecord::default().to_text())?;
/// assert!(store.load(&account)?.is_some());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "encryption at rest")]
#[derive(Clone)]
pub struct Encrypted {
    sealed: AccountFiles<SealedFormat>,
    plain: AccountFiles<PlainText>,
    migrates: bool,
}

impl Encrypted {
    /// Opens a store in this directory, which is created as [`File::open`](crate::File::open) does.
    ///
    /// # Errors
    /// Those of [`File::open`](crate::File::open).
    pub fn open(folder: impl Into<PathBuf>, key: EncryptionKey) -> Result<Self, Error> {
        let plain = AccountFiles::open(&folder.into(), PlainText)?;
        Ok(Self {
            sealed: plain.with_format(
                SealedFormat::new(Arc::new(Keys::new(key))).with_folder(plain.shared_folder()),
            ),
            plain,
            migrates: false,
        })
    }

    /// Opens a store in the directory `app_name` of the user's data directory, the same as for
    /// [`File::in_data_dir`](crate::File::in_data_dir).
    ///
    /// # Errors
    /// Those of [`File::in_data_dir`](crate::File::in_data_dir).
    pub fn in_data_dir(app_name: &str, key: EncryptionKey) -> Result<Self, Error> {
        Self::open(dir::in_data_dir(app_name)?, key)
    }

    /// Accepts plain-text token records of a [`File`](crate::File) store in this directory, and
    /// encrypts them.
    ///
    /// The next lease encrypts the account's plain-text token record and deletes its file. If both
    /// files exist, the one with the newer token stays. The file system or a backup may keep the
    /// deleted file: log out and in again if that matters.
    ///
    /// Off by default: with it, a program that can create files in the directory can have a token
    /// record accepted that was never encrypted.
    #[must_use]
    pub fn with_plaintext_migration(mut self) -> Self {
        self.migrates = true;
        self
    }

    /// Returns the path of this account's encrypted token record, whether it exists or not.
    #[must_use]
    pub fn path(&self, key: &AccountKey) -> PathBuf {
        self.sealed.path(key)
    }

    /// Encrypts a plain-text token record. `lease` is the account's.
    fn migrate(&self, lease: &Lease) -> Result<(), Error> {
        let key = lease.key();
        let Some(plain) = self.plain.load(key)? else {
            return Ok(());
        };
        let Ok(found) = TokenRecord::from_text(plain.as_ref()) else {
            return Ok(()); // a foreign file stays where it is
        };
        let newer = match self.sealed.load(key)? {
            None => true,
            Some(sealed) => TokenRecord::from_text(sealed.as_ref())
                .is_ok_and(|sealed| generation(&sealed) < generation(&found)),
        };
        if newer {
            self.sealed.save(lease, &plain)?;
        }
        // Only now: a crash in between leaves both, and the next lease compares them.
        self.plain.remove(lease)
    }
}

impl Store for Encrypted {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        if let Some(record) = self.sealed.load(key)? {
            return Ok(Some(record));
        }
        let plain = self.plain.load(key)?;
        if plain.is_some() && !self.migrates {
            return Err(errors::rejected(
                &self.plain.path(key),
                "contains this account's tokens in plain text, but the store is an encrypted one",
                "open the store with with_plaintext_migration to encrypt them; or log in again, and \
                 delete that file",
            ));
        }
        Ok(plain)
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        let lease = self.sealed.try_lease(key)?;
        if let Some(lease) = lease.as_ref().filter(|_| self.migrates) {
            self.migrate(lease)?;
        }
        Ok(lease)
    }

    fn health(&self) -> Result<(), Error> {
        self.sealed.check_folder()
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.sealed.save(lease, record)
    }

    fn reserve(&self, lease: &Lease, bytes: usize) -> Result<(), Error> {
        self.sealed.reserve(lease, bytes)
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.sealed.remove(lease)
    }

    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        let mut all = self.sealed.accounts()?;
        if self.migrates {
            all.extend(self.plain.accounts()?);
            all.sort_unstable();
            all.dedup();
        }
        Ok(Some(all))
    }

    fn update_note(
        &self,
        note: &str,
        change: &mut dyn FnMut(&str) -> String,
    ) -> Result<bool, Error> {
        self.plain.update_note(note, change).map(|()| true)
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

/// Returns the newest token's generation. Both token kinds count in milliseconds of the wall clock.
fn generation(record: &TokenRecord) -> u64 {
    TokenKind::ALL
        .iter()
        .filter_map(|kind| record.token(*kind))
        .map(|token| token.generation())
        .max()
        .unwrap_or(0)
}
