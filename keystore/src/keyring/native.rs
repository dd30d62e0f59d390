//! macOS Keychain and Windows Credential Manager, through keyring-core's entries.
//!
//! Tested on Linux over keyring-core's own mock store and a store with Windows' targets, and with
//! wine's Credential Manager. It was not run with the systems' own stores.

use std::{collections::HashMap, sync::Arc};

use auth_core::SecretBytes;
use keyring_core::{CredentialStore, Entry, Error};

use super::entries::{Entries, EntryKind, Failure, Name};

/// How a store identifies entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// By service and user: Keychain.
    ServiceAndUser,
    /// By one target name; the user name is an attribute: Windows.
    Target,
}

/// A store of keyring-core. It is never the process-wide default store.
pub(super) struct Native {
    pub(super) store: Arc<CredentialStore>,
    pub(super) naming: Naming,
}

impl Native {
    fn entry(&self, name: &Name) -> Result<Entry, Failure> {
        if self.naming == Naming::ServiceAndUser {
            return self
                .store
                .build(&name.service, &name.user, None)
                .map_err(failure);
        }
        let target = match name.kind {
            EntryKind::TokenRecord => record_target(name),
            EntryKind::Password => python_target(name, self.owner(&name.service)?.as_deref()),
        };
        self.at(&target)
    }

    fn at(&self, target: &str) -> Result<Entry, Failure> {
        let modifiers = HashMap::from([("target", target)]);
        // The target alone identifies the entry; the store ignores service and user.
        self.store.build("", "", Some(&modifiers)).map_err(failure)
    }

    /// Returns the user name of the entry with this target.
    fn owner(&self, target: &str) -> Result<Option<String>, Failure> {
        match self.at(target)?.get_attributes() {
            Ok(mut attributes) => Ok(attributes.remove("username")),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failure(error)),
        }
    }
}

impl Entries for Native {
    fn get(&self, name: &Name) -> Result<Option<SecretBytes>, Failure> {
        let entry = self.entry(name)?;
        let secret = match name.kind {
            EntryKind::TokenRecord => entry.get_secret(),
            // Windows stores passwords as UTF-16.
            EntryKind::Password => entry.get_password().map(String::into_bytes),
        };
        match secret {
            Ok(secret) => Ok(Some(SecretBytes::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failure(error)),
        }
    }

    fn set(&self, name: &Name, secret: &SecretBytes) -> Result<(), Failure> {
        let entry = self.entry(name)?;
        match name.kind {
            EntryKind::TokenRecord => entry.set_secret(secret.as_ref()),
            EntryKind::Password => match std::str::from_utf8(secret.as_ref()) {
                Ok(text) => entry.set_password(text),
                Err(_) => return Err(Failure::Broken("the password is not Unicode text".into())),
            },
        }
        .map_err(failure)?;
        if self.naming == Naming::Target && name.kind == EntryKind::Password {
            let user = HashMap::from([("username", name.user.as_ref())]);
            entry.update_attributes(&user).map_err(failure)?;
        }
        Ok(())
    }

    fn delete(&self, name: &Name) -> Result<(), Failure> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(failure(error)),
        }
    }
}

/// The service is the name of a directory and the user the stem of a file name. Neither contains a
/// slash, so two names never share a target.
fn record_target(name: &Name) -> String {
    format!("{}/{}", name.service, name.user)
}

/// Returns the target that Python's keyring 25 uses for a password on Windows. It is the service
/// alone for the user that was set last (`owner`), and `user@service` for the others. Read from its
/// source, not run.
fn python_target(name: &Name, owner: Option<&str>) -> String {
    if owner == Some(name.user.as_ref()) {
        name.service.to_string()
    } else {
        format!("{}@{}", name.user, name.service)
    }
}

/// Converts an error without its own text, because `Debug` and some `Display` of keyring-core's
/// errors show their content: `BadEncoding` and `BadDataFormat` contain the secret itself.
pub(super) fn failure(error: Error) -> Failure {
    match error {
        Error::PlatformFailure(source) => Failure::Broken(source.to_string()),
        Error::NoStorageAccess(_) => Failure::Locked,
        Error::NoEntry => Failure::Broken("the entry is gone".into()),
        Error::BadEncoding(secret) => {
            drop(SecretBytes::new(secret));
            Failure::Broken("the entry's content is not Unicode text".into())
        }
        Error::BadDataFormat(secret, _) => {
            drop(SecretBytes::new(secret));
            Failure::Broken("the entry's content cannot be read".into())
        }
        Error::BadStoreFormat(_) => Failure::Broken("the keyring cannot read its own data".into()),
        Error::TooLong(..) => Failure::TooLong,
        Error::Invalid(attribute, _) => {
            Failure::Broken(format!("the keyring rejected the {attribute}"))
        }
        Error::Ambiguous(_) => Failure::Ambiguous,
        Error::NoDefaultStore | Error::NotSupportedByStore(_) => Failure::Unsupported,
        _ => Failure::Broken("unknown error of the keyring".into()),
    }
}

#[cfg(test)]
mod tests;
