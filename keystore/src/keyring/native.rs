//! macOS Keychain and Windows Credential Manager, through keyring-core's entries.
//!
//! Tested on Linux over keyring-core's own mock store and a store with Windows' targets; with the systems' own stores it was
//! not run.

use std::{collections::HashMap, sync::Arc};

use auth_core::SecretBytes;
use keyring_core::{CredentialStore, Entry, Error};

use super::entries::{Entries, Failure, Kind, Name};

/// How a store tells entries apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(test), expect(dead_code, reason = "each system has one of them"))]
pub(super) enum Naming {
    /// By service and user: Keychain.
    Pair,
    /// By one target name, with a user name as an attribute: Windows.
    Target,
}

/// A store of keyring-core. It is a value of our own and never the process's default.
pub(super) struct Native {
    pub(super) store: Arc<CredentialStore>,
    pub(super) naming: Naming,
}

impl Native {
    fn entry(&self, name: &Name) -> Result<Entry, Failure> {
        if self.naming == Naming::Pair {
            return self
                .store
                .build(&name.service, &name.user, None)
                .map_err(failure);
        }
        let target = match name.kind {
            Kind::Record => record_target(name),
            Kind::Password => python_target(name, self.owner(&name.service)?.as_deref()),
        };
        self.at(&target)
    }

    fn at(&self, target: &str) -> Result<Entry, Failure> {
        let modifiers = HashMap::from([("target", target)]);
        // The target decides alone; service and user are not looked at.
        self.store.build("", "", Some(&modifiers)).map_err(failure)
    }

    /// Whose user name the entry with this target carries.
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
            Kind::Record => entry.get_secret(),
            // Windows keeps passwords as UTF-16.
            Kind::Password => entry.get_password().map(String::into_bytes),
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
            Kind::Record => entry.set_secret(secret.as_ref()),
            Kind::Password => match std::str::from_utf8(secret.as_ref()) {
                Ok(text) => entry.set_password(text),
                Err(_) => return Err(Failure::Broken("a password is text".into())),
            },
        }
        .map_err(failure)?;
        if self.naming == Naming::Target && name.kind == Kind::Password {
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

/// Neither part holds a slash (a folder's name, a file name's stem), so two names never share a target.
fn record_target(name: &Name) -> String {
    format!("{}/{}", name.service, name.user)
}

/// Where Python's keyring 25 keeps a password on Windows: the service alone is the target of the user that was set last
/// (`owner`), and `user@service` that of the others. Read from its source, not run.
fn python_target(name: &Name, owner: Option<&str>) -> String {
    if owner == Some(name.user.as_ref()) {
        name.service.to_string()
    } else {
        format!("{}@{}", name.user, name.service)
    }
}

/// By hand, because `Debug` and some `Display` of keyring-core's errors show what they hold: `BadEncoding` and
/// `BadDataFormat` hold the secret itself.
pub(super) fn failure(error: Error) -> Failure {
    match error {
        Error::PlatformFailure(source) => Failure::Broken(source.to_string()),
        Error::NoStorageAccess(_) => Failure::Locked,
        Error::NoEntry => Failure::Broken("the entry is gone".into()),
        Error::BadEncoding(secret) => {
            drop(SecretBytes::new(secret));
            Failure::Broken("the entry's content is no text".into())
        }
        Error::BadDataFormat(secret, _) => {
            drop(SecretBytes::new(secret));
            Failure::Broken("the entry's content cannot be read".into())
        }
        Error::BadStoreFormat(_) => Failure::Broken("its own data cannot be read".into()),
        Error::TooLong(..) => Failure::TooLong,
        Error::Invalid(attribute, _) => Failure::Broken(format!("it refuses the {attribute}")),
        Error::Ambiguous(_) => Failure::Ambiguous,
        Error::NoDefaultStore | Error::NotSupportedByStore(_) => Failure::Unsupported,
        _ => Failure::Broken("in a way that is not known here".into()),
    }
}

#[cfg(test)]
mod tests;
