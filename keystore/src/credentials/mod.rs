//! Discovers a program's credentials: values of the program, environment variables, the keyring.

mod discovery;
mod method;
mod secret_file;
mod source;

use std::{collections::BTreeMap, fmt};

use auth_core::{CredentialField, CredentialNames, Error, ExposeSecret, SecretText};

pub use self::{discovery::Discovery, method::LoginMethod, source::CredentialSource};
#[cfg(feature = "keyring")]
use crate::keyring::Passwords;

/// The credentials of a user or program for one service, each field with its source.
///
/// Each field is searched separately. First a value of the program, then an environment variable or
/// the file that one names. Then a file of the program, then an entry of the keyring (feature
/// `keyring`). So the program may set the application id, the environment the user name, and the
/// keyring the rest. The API crate of the service defines the names to look up.
///
/// `Debug` shows the source and the length of each field, never a value.
///
/// ```
/// use auth_core::{CredentialField, CredentialNames, ExposeSecret};
/// use keystore::Credentials;
///
/// // The API crates define these names: api_inat::CREDENTIALS, api_infoflora::CREDENTIALS.
/// const NAMES: CredentialNames = CredentialNames::new("/example")
///     .with_field(CredentialField::ClientId, "EXAMPLE_APP_ID", "app_id")
///     .with_field(CredentialField::Password, "EXAMPLE_PASSWORD", "password")
///     .with_required(CredentialField::ClientId);
///
/// let credentials = Credentials::discover(NAMES)
///     .value(CredentialField::Password, "hunter2")
///     // Default: the variables of the process.
///     .environment(|name| (name == "EXAMPLE_APP_ID").then(|| "\"33f27dc6\"".into()))
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
    warnings: Vec<String>,
    /// The sources searched for each missing field, for errors.
    searched: BTreeMap<CredentialField, String>,
    #[cfg(feature = "keyring")]
    passwords: Passwords,
}

impl Credentials {
    /// Starts a discovery of the credentials with these names.
    pub fn discover(names: CredentialNames) -> Discovery {
        Discovery::new(names)
    }

    /// Returns the value of the field. `None` if it was not found.
    #[must_use]
    #[inline]
    pub fn get(&self, field: CredentialField) -> Option<&SecretText> {
        self.found.get(&field).map(|(value, _)| value)
    }

    /// Returns the value of a field that the program requires.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](auth_core::ErrorKind::Configuration) if it is missing. The
    /// error lists the sources that were searched.
    #[inline]
    pub fn require(&self, field: CredentialField) -> Result<&SecretText, Error> {
        self.get(field)
            .ok_or_else(|| source::missing(&[field], &self.searched))
    }

    /// Returns the source of the field. `None` if it was not found.
    #[must_use]
    pub fn source(&self, field: CredentialField) -> Option<&CredentialSource> {
        self.found.get(&field).map(|(_, source)| source)
    }

    /// Returns warnings to show or log: quotes that were removed, a keyring that could not be read.
    ///
    /// Each is one sentence without secrets.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Writes the fields to the keyring, where the next [`discover`](Discovery::discover) finds
    /// them.
    ///
    /// Skips the fields that came from the keyring, and returns those that were written. The
    /// entries have the format of Python's keyring: pyinaturalist reads them, and each program
    /// overwrites the other's entries in place. Duplicate entries of one name become one.
    ///
    /// ```no_run
    /// use keystore::Credentials;
    ///
    /// // Move the credentials from INAT_USERNAME, INAT_PASSWORD … to the keyring.
    /// let credentials = Credentials::discover(api_inat::CREDENTIALS).discover()?;
    /// for field in credentials.save_to_keyring()? {
    ///     println!("the {field} is in the keyring now; unset its variable");
    /// }
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](auth_core::ErrorKind::Configuration) if there is no keyring,
    /// [`ErrorKind::TimedOut`](auth_core::ErrorKind::TimedOut) if it does not respond,
    /// [`ErrorKind::Store`](auth_core::ErrorKind::Store) if it rejects an entry. The fields before
    /// the one that failed, in the order of [`CredentialField::ALL`], are then written.
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
mod file_tests;
#[cfg(test)]
mod tests;
