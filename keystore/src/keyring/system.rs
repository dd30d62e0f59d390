//! The keyring of each system. The code for Windows was run under wine, that for macOS not at all.

pub(super) use here::{LIMIT, NAME, connect};

#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
mod here {
    pub(in crate::keyring) use crate::keyring::secret_service::connect;

    pub(in crate::keyring) const NAME: &str = "Secret Service";

    /// More than any token record with its head, so that it is one entry. KeePassXC 2.7.4 crashed
    /// in a test that wrote 40 entries in a row, with its file saved after each.
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
            naming: Naming::ServiceAndUser,
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
