//! The names of a service's credentials on the user's machine: environment variables and keyring
//! entries.

use std::fmt;

use crate::wire::secret::SecretText;

/// A credential for a login, in the terms of RFC 6749. [`CredentialNames`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
// Other grants need other credentials, such as a signing key.
#[non_exhaustive]
pub enum CredentialField {
    /// The user's name (section 4.3).
    Username,
    /// The user's password (section 4.3).
    Password,
    /// The client identifier (section 2.2). Some services call it the application id.
    ClientId,
    /// The client's password (section 2.3.1).
    ClientSecret,
    /// A plain token, which the user copied from a page of the service. It needs no application.
    Token,
}

impl CredentialField {
    /// All fields.
    pub const ALL: &'static [Self] = &[
        Self::Username,
        Self::Password,
        Self::ClientId,
        Self::ClientSecret,
        Self::Token,
    ];

    /// The index in [`ALL`](Self::ALL).
    const fn index(self) -> usize {
        match self {
            Self::Username => 0,
            Self::Password => 1,
            Self::ClientId => 2,
            Self::ClientSecret => 3,
            Self::Token => 4,
        }
    }
}

impl fmt::Display for CredentialField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Username => "user name",
            Self::Password => "password",
            Self::ClientId => "client id",
            Self::ClientSecret => "client secret",
            Self::Token => "token",
        })
    }
}

/// The names of a service's credentials on the user's machine. An api crate defines them, and
/// `keystore` looks credentials up by them.
///
/// ```
/// use auth_core::{CredentialField, CredentialNames};
///
/// const NAMES: CredentialNames = CredentialNames::new("example")
///     .with_field(CredentialField::ClientId, "EXAMPLE_CLIENT_ID", "client_id")
///     .with_field(CredentialField::ClientSecret, "EXAMPLE_CLIENT_SECRET", "client_secret")
///     .with_required(CredentialField::ClientId);
///
/// assert_eq!(NAMES.variable(CredentialField::ClientId), Some("EXAMPLE_CLIENT_ID"));
/// assert_eq!(NAMES.variable(CredentialField::Password), None);
/// assert!(NAMES.is_required(CredentialField::ClientId));
/// ```
#[doc(alias = "environment variable")]
#[doc(alias = "keyring")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CredentialNames {
    keyring_service: &'static str,
    fields: [Option<Names>; 5],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Names {
    variable: &'static str,
    keyring_user: Option<&'static str>,
    required: bool,
}

impl CredentialNames {
    /// Makes a value without fields. `keyring_service` is the service name of the keyring entries.
    #[must_use]
    pub const fn new(keyring_service: &'static str) -> Self {
        Self {
            keyring_service,
            fields: [None; 5],
        }
    }

    /// Names a field: the environment variable `variable`, and the keyring entry of the user name
    /// `keyring_user`.
    #[must_use]
    pub const fn with_field(
        mut self,
        field: CredentialField,
        variable: &'static str,
        keyring_user: &'static str,
    ) -> Self {
        self.fields[field.index()] = Some(Names {
            variable,
            keyring_user: Some(keyring_user),
            required: false,
        });
        self
    }

    /// Names a field that is never in the keyring, because it lasts for a day only: the environment
    /// variable `variable`.
    #[must_use]
    pub const fn with_variable(mut self, field: CredentialField, variable: &'static str) -> Self {
        self.fields[field.index()] = Some(Names {
            variable,
            keyring_user: None,
            required: false,
        });
        self
    }

    /// Marks a field as required. Has no effect unless [`with_field`](Self::with_field) named it
    /// before.
    #[must_use]
    pub const fn with_required(mut self, field: CredentialField) -> Self {
        if let Some(names) = &mut self.fields[field.index()] {
            names.required = true;
        }
        self
    }

    /// Iterates over the fields that have names.
    pub fn fields(&self) -> impl Iterator<Item = CredentialField> + use<> {
        let fields = self.fields;
        CredentialField::ALL
            .iter()
            .copied()
            .filter(move |field| fields[field.index()].is_some())
    }

    /// Returns the environment variable of this field; `None` if the field has no names.
    #[must_use]
    pub fn variable(&self, field: CredentialField) -> Option<&'static str> {
        self.fields[field.index()].map(|names| names.variable)
    }

    /// Returns the service name of the keyring entries.
    #[must_use]
    pub fn keyring_service(&self) -> &'static str {
        self.keyring_service
    }

    /// Returns the user name of this field's keyring entry; `None` if the field has none.
    #[must_use]
    pub fn keyring_user(&self, field: CredentialField) -> Option<&'static str> {
        self.fields[field.index()].and_then(|names| names.keyring_user)
    }

    /// Returns whether the field is required.
    #[must_use]
    pub fn is_required(&self, field: CredentialField) -> bool {
        self.fields[field.index()].is_some_and(|names| names.required)
    }
}

/// Credentials by field, however a program got them: `keystore::Credentials`, or a type of its own.
///
/// The api crates make a service of them, and a client a session:
/// `Session::with_credentials`.
///
/// ```
/// use auth_core::{CredentialField, CredentialValues, SecretText};
///
/// /// What the settings of a program have.
/// struct Settings {
///     client_id: SecretText,
/// }
///
/// impl CredentialValues for Settings {
///     fn value(&self, field: CredentialField) -> Option<&SecretText> {
///         (field == CredentialField::ClientId).then_some(&self.client_id)
///     }
/// }
/// ```
pub trait CredentialValues {
    /// Returns the value of the field. `None` if there is none.
    fn value(&self, field: CredentialField) -> Option<&SecretText>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_its_own_place() {
        let names = CredentialField::ALL
            .iter()
            .copied()
            .fold(CredentialNames::new("s"), |names, field| {
                assert_eq!(CredentialField::ALL[field.index()], field);
                assert_eq!(names.variable(field), None, "{field}");
                names.with_field(field, "VARIABLE", "user")
            })
            .with_required(CredentialField::Password);
        assert_eq!(names.fields().count(), 5);
        let required: Vec<_> = names
            .fields()
            .filter(|field| names.is_required(*field))
            .collect();
        assert_eq!(required, [CredentialField::Password]);
    }

    #[test]
    fn a_field_without_names_is_never_required() {
        let names = CredentialNames::new("s").with_required(CredentialField::Username);
        assert!(!names.is_required(CredentialField::Username));
        assert_eq!(names.fields().count(), 0);
    }
}
