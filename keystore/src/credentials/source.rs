//! Where a field came from, and what is said when it came from nowhere.

use std::{collections::BTreeMap, fmt};

use auth_core::{CredentialField, Error, ErrorKind};

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// Where a field of [`Credentials`](crate::Credentials) came from. `Display` says it in a few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// A release may look in another place.
#[non_exhaustive]
pub enum CredentialSource {
    /// The program gave it.
    Given,
    /// An environment variable.
    Environment {
        /// Its name.
        variable: &'static str,
    },
    /// An entry of the keyring.
    Keyring {
        /// The service that the entry belongs to.
        service: &'static str,
        /// The entry's user.
        user: &'static str,
    },
}

impl CredentialSource {
    #[cfg(feature = "keyring")]
    pub(super) fn is_keyring(&self) -> bool {
        matches!(self, Self::Keyring { .. })
    }
}

impl fmt::Display for CredentialSource {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given => f.write_str("the program"),
            Self::Environment { variable } => write!(f, "the variable {variable}"),
            Self::Keyring { service, user } => write!(f, "the keyring, entry {user} of {service}"),
        }
    }
}

/// The error for fields that are nowhere: which, and where each was looked for.
#[inline]
pub(super) fn missing(
    fields: &[CredentialField],
    looked: &BTreeMap<CredentialField, String>,
) -> Error {
    let list = |words: Vec<String>| words.join("; ");
    let fields = fields.iter().map(|field| match looked.get(field) {
        Some(places) => format!("the {field} ({places})"),
        None => format!("the {field} (this service has no such field)"),
    });
    Error::new(
        ErrorKind::Configuration,
        format!("credentials are missing: {}", list(fields.collect())),
    )
    .with_help("give each of them in one of these places")
}
