//! The source of a credential, and the error for missing ones.

use std::{collections::BTreeMap, fmt};

use auth_core::{CredentialField, Error, ErrorKind};

/// The source of a field of [`Credentials`](crate::Credentials). `Display` names it in a few words.
///
/// ```
/// use keystore::CredentialSource;
///
/// let source = CredentialSource::Environment { variable: "INAT_PASSWORD" };
/// assert_eq!(source.to_string(), "the variable INAT_PASSWORD");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// A release may look in another place.
#[non_exhaustive]
pub enum CredentialSource {
    /// A value that the program passed in.
    Given,
    /// An environment variable.
    Environment {
        /// The name of the variable.
        variable: &'static str,
    },
    /// The file that a variable names: `INAT_PASSWORD_FILE` for `INAT_PASSWORD`.
    VariableFile {
        /// The name of the variable for the value itself.
        variable: &'static str,
    },
    /// A line of the file of [`Discovery::file`](crate::Discovery::file).
    File {
        /// The name of the variable for the value itself.
        variable: &'static str,
    },
    /// An entry of the keyring.
    Keyring {
        /// The service of the entry.
        service: &'static str,
        /// The user of the entry.
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
            Self::VariableFile { variable } => write!(f, "the file that {variable}_FILE names"),
            Self::File { variable } => write!(f, "the credentials file, {variable}"),
            Self::Keyring { service, user } => write!(f, "the keyring, entry {user} of {service}"),
        }
    }
}

/// Returns the error for missing fields, with the sources searched for each.
#[inline]
pub(super) fn missing(
    fields: &[CredentialField],
    searched: &BTreeMap<CredentialField, String>,
) -> Error {
    let fields = fields.iter().map(|field| match searched.get(field) {
        Some(sources) => format!("the {field} ({sources})"),
        None => format!("the {field} (this service has no such field)"),
    });
    let list = fields.collect::<Vec<_>>().join("; ");
    Error::new(
        ErrorKind::Configuration,
        format!("credentials are missing: {list}"),
    )
    .with_help("set each of them in one of these places")
}
