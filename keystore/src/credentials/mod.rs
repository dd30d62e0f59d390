//! What a program logs in with, found where people keep it: given by the program, in the environment, in the keyring.

mod discovery;
mod source;

use std::{collections::BTreeMap, fmt};

use auth_core::{CredentialField, CredentialNames, Error, ExposeSecret, SecretText};

pub use self::{discovery::Discovery, source::CredentialSource};
#[cfg(feature = "keyring")]
use crate::keyring::Passwords;

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// A person's or program's credentials for one service, each field with the place it came from.
///
/// They are filled field by field, in this order: what the program gives, the environment, the keyring (with the feature
/// `keyring`). So a program may give the application id, the environment the user name, and the keyring the rest. The names
/// to look under are a value of the service's api crate.
///
/// `Debug` shows where fields came from and no value.
///
/// ```
/// use auth_core::{CredentialField, CredentialNames, ExposeSecret};
/// use keystore::Credentials;
///
/// // An api crate has this ready: api_inat::CREDENTIALS.
/// const NAMES: CredentialNames = CredentialNames::new("/example")
///     .with_field(CredentialField::ClientId, "EXAMPLE_APP_ID", "app_id")
///     .with_field(CredentialField::Password, "EXAMPLE_PASSWORD", "password")
///     .with_required(CredentialField::ClientId);
///
/// let credentials = Credentials::discover(NAMES)
///     .value(CredentialField::Password, "hunter2")
///     .environment(|name| (name == "EXAMPLE_APP_ID").then(|| "\"33f27dc6\"".into())) // std::env unless given
///     .discover()?;
/// assert_eq!(credentials.require(CredentialField::ClientId)?.expose_secret(), "33f27dc6");
/// assert_eq!(
///     credentials.source(CredentialField::ClientId).unwrap().to_string(),
///     "the variable EXAMPLE_APP_ID"
/// );
/// assert!(credentials.warnings()[0].contains("double quotes"));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Credentials {
    #[cfg(feature = "keyring")]
    names: CredentialNames,
    found: BTreeMap<CredentialField, (SecretText, CredentialSource)>,
    remarks: Vec<String>,
    /// Where each field that is missing was looked for, for errors.
    looked: BTreeMap<CredentialField, String>,
    #[cfg(feature = "keyring")]
    passwords: Passwords,
}

impl Credentials {
    /// Begins to look for the credentials with these names.
    pub fn discover(names: CredentialNames) -> Discovery {
        Discovery::new(names)
    }

    /// The field's value, if it was found.
    #[must_use]
    #[inline]
    pub fn get(&self, field: CredentialField) -> Option<&SecretText> {
        self.found.get(&field).map(|(value, _)| value)
    }

    /// The field's value, for what cannot do without.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](auth_core::ErrorKind::Configuration): it is missing. The error says where it was looked
    /// for.
    #[inline]
    pub fn require(&self, field: CredentialField) -> Result<&SecretText, Error> {
        self.get(field)
            .ok_or_else(|| source::missing(&[field], &self.looked))
    }

    /// Where the field came from.
    #[must_use]
    pub fn source(&self, field: CredentialField) -> Option<&CredentialSource> {
        self.found.get(&field).map(|(_, source)| source)
    }

    /// What a person should know, though it stopped nothing: quotes that were left out, a keyring that could not be asked.
    /// One sentence each, without secrets. Show them, or log them.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.remarks
    }

    /// Writes every field into the keyring, where [`discover`](Discovery::discover) finds it next time, and gives the fields
    /// that were written: those that were not read from there.
    ///
    /// The entries are Python's: pyinaturalist reads them, and whoever writes overwrites the other's in place. Where several
    /// entries have one name, one is left.
    ///
    /// # Errors
    /// The keyring is not there, or does not take one; those before it in [`CredentialField::ALL`] are written then.
    #[cfg(feature = "keyring")]
    #[inline]
    pub fn save_to_keyring(&self) -> Result<Vec<CredentialField>, Error> {
        use crate::keyring::Doing;

        let mut written = Vec::new();
        for (field, (value, source)) in &self.found {
            let user = self.names.keyring_user(*field);
            let (Some(user), false) = (user, source.is_keyring()) else {
                continue;
            };
            let service = self.names.keyring_service();
            self.passwords
                .set(service, user, value)
                .map_err(|failure| {
                    let what =
                        format!("the {field} in the keyring (the entry {user} of {service})");
                    failure.into_error(Doing::Saving, what)
                })?;
            written.push(*field);
        }
        Ok(written)
    }
}

impl fmt::Debug for Credentials {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (field, (value, source)) in &self.found {
            let length = value.expose_secret().len();
            map.entry(
                &format_args!("{field}"),
                &format_args!("{length} bytes from {source}"),
            );
        }
        map.finish()
    }
}

#[cfg(test)]
mod tests;
