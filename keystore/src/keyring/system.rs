//! Which keyring this system has: the few lines that differ. Those for macOS and Windows were not run.

pub(super) use here::{LIMIT, NAME, connect};

#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
mod here {
    pub(in crate::keyring) use crate::keyring::secret_service::connect;

    pub(in crate::keyring) const NAME: &str = "Secret Service";

    /// More than any record with its head: a record is one entry. KeePassXC 2.7.4 was seen to crash when 40 entries were
    /// written in a row and it saved its file after each.
    pub(in crate::keyring) const LIMIT: usize = 2 << 20;
}

#[cfg(target_os = "macos")]
mod here {
    use crate::keyring::{
        entries::{Entries, Failure},
        native::{Naming, Native, failure},
    };

    pub(in crate::keyring) const NAME: &str = "Keychain";

    pub(in crate::keyring) const LIMIT: usize = 2 << 20;

    pub(in crate::keyring) fn connect() -> Result<Box<dyn Entries>, Failure> {
        Ok(Box::new(Native {
            store: apple_native_keyring_store::keychain::Store::new().map_err(failure)?,
            naming: Naming::Pair,
        }))
    }
}

#[cfg(windows)]
mod here {
    use crate::keyring::{
        entries::{Entries, Failure},
        native::{Naming, Native, failure},
    };

    pub(in crate::keyring) const NAME: &str = "Windows Credential Manager";

    /// `CRED_MAX_CREDENTIAL_BLOB_SIZE` of the Windows headers.
    pub(in crate::keyring) const LIMIT: usize = 5 * 512;

    pub(in crate::keyring) fn connect() -> Result<Box<dyn Entries>, Failure> {
        Ok(Box::new(Native {
            store: windows_native_keyring_store::Store::new().map_err(failure)?,
            naming: Naming::Target,
        }))
    }
}

#[cfg(not(any(
    windows,
    target_os = "macos",
    all(unix, not(target_vendor = "apple"), not(target_os = "android"))
)))]
mod here {
    use crate::keyring::entries::{Entries, Failure};

    pub(in crate::keyring) const NAME: &str = "none on this system";

    pub(in crate::keyring) const LIMIT: usize = 2 << 20;

    pub(in crate::keyring) fn connect() -> Result<Box<dyn Entries>, Failure> {
        Err(Failure::Unsupported)
    }
}
