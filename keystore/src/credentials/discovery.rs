//! The search for credentials, field by field: program, environment, files, keyring.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use auth_core::{CredentialField, CredentialNames, Error, ExposeSecret, SecretText, joined};

use super::{
    Credentials, secret_file,
    source::{self, CredentialSource},
};
#[cfg(feature = "keyring")]
use crate::keyring::{Failure, Passwords, TIMEOUT};
use crate::text_input::named_file::{self, ReadVariable};

/// Configures the search for [`Credentials`]. [`Credentials::discover`] returns it.
///
/// ```
/// use auth_core::CredentialField;
/// use keystore::{CredentialSource, Credentials};
///
/// let credentials = Credentials::discover(api_inat::CREDENTIALS)
///     .value(CredentialField::ClientId, "33f27dc6")
///     .environment(|name| (name == "INAT_PASSWORD").then(|| "hunter2".into()))
///     .without_keyring()
///     .discover()?;
/// let source = credentials.source(CredentialField::ClientId);
/// assert_eq!(source, Some(&CredentialSource::Given));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[must_use = "nothing is searched before `discover`"]
pub struct Discovery {
    names: CredentialNames,
    values: BTreeMap<CredentialField, SecretText>,
    read_variable: Box<ReadVariable>,
    file: Option<PathBuf>,
    is_optional: bool,
    pub(super) keyring: bool,
    #[cfg(feature = "keyring")]
    pub(super) passwords: Option<Passwords>,
    #[cfg(feature = "keyring")]
    timeout: std::time::Duration,
}

/// What is wrong with a variable that is set.
const NOT_TEXT: &str = "is not Unicode text";

impl Discovery {
    #[inline]
    pub(super) fn new(names: CredentialNames) -> Self {
        Self {
            names,
            values: BTreeMap::new(),
            read_variable: Box::new(|name| env::var_os(name)),
            file: None,
            is_optional: false,
            keyring: true,
            #[cfg(feature = "keyring")]
            passwords: None,
            #[cfg(feature = "keyring")]
            timeout: TIMEOUT,
        }
    }

    /// Sets a value of the program, which has precedence over all other sources.
    ///
    /// It is used unchanged. Blank text counts as missing. The field may be one that has no
    /// variable and no keyring entry.
    pub fn value(mut self, field: CredentialField, value: impl Into<SecretText>) -> Self {
        self.values.insert(field, value.into());
        self
    }

    /// Reads variables with this function. Default: the variables of the process.
    ///
    /// Use it for variables from another place, such as a `.env` file.
    #[doc(alias = "dotenv")]
    pub fn environment(
        mut self,
        variable: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static,
    ) -> Self {
        self.read_variable = Box::new(variable);
        self
    }

    /// Reads this file too, after the environment and before the keyring. It has a line for each
    /// value, with the name of its variable, as a `.env` file has: `INAT_APP_ID=33f27dc6`. Other
    /// lines are ignored. A missing or empty file has no values.
    ///
    /// It may hold secrets, so [`discover`](Self::discover) rejects a file that other users can
    /// access.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Makes every field optional. [`Credentials::require`] then fails for one that is missing when
    /// the program needs it.
    pub fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// Does not read the keyring, which may prompt the user to unlock it.
    pub fn without_keyring(mut self) -> Self {
        self.keyring = false;
        self
    }

    /// Sets the timeout for each response of the keyring. Default: 60 s, since the user may have to
    /// unlock it first.
    #[cfg(feature = "keyring")]
    pub fn keyring_timeout(mut self, timeout: std::time::Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Searches the values of the program, then the environment, then the [file](Self::file), then
    /// the keyring if a field is still missing.
    ///
    /// **A secret in a file** (systemd's `LoadCredential=`, Docker's secrets): for the variable
    /// `INAT_PASSWORD` also sets `INAT_PASSWORD_FILE`, the path of a file with the value. One line
    /// break at its end is removed. The file may be readable by other users, as Docker's are in
    /// their container, but not writable by every user. The variable for the value itself goes
    /// before it.
    ///
    /// A field that is required counts as optional beside a [token](CredentialField::Token), which
    /// needs neither an application nor a password.
    ///
    /// Removes one pair of double quotes around the value of a variable and adds a
    /// [warning](Credentials::warnings): `set NAME="value"` in Windows' CMD keeps them. Empty and
    /// blank values count as missing in every source.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](auth_core::ErrorKind::Configuration) if a required field is
    /// missing. The error names all missing fields, the sources that were searched for each, and
    /// the reason if the keyring could not be read. Also if a file that was named cannot be read.
    #[inline]
    pub fn discover(self) -> Result<Credentials, Error> {
        let mut search = Search::default();
        for (field, value) in &self.values {
            if !value.is_blank() {
                let value = (value.clone(), CredentialSource::Given);
                search.found.insert(*field, value);
            }
        }
        for field in self.names.fields() {
            if let Some(variable) = self.names.variable(field) {
                search.search_environment(field, variable, &self.read_variable)?;
            }
        }
        if let Some(path) = &self.file {
            search.search_file(path, &self.names)?;
        }
        #[cfg(feature = "keyring")]
        let passwords = self
            .passwords
            .unwrap_or_else(|| Passwords::new(self.timeout));
        #[cfg(feature = "keyring")]
        let keyring = match self.keyring {
            true => search.search_keyring(&self.names, &passwords),
            false => KeyringSearch::Skipped("was not read"),
        };
        #[cfg(not(feature = "keyring"))]
        let keyring = KeyringSearch::Skipped(match self.keyring {
            true => "was not read: built without the feature `keyring`",
            false => "was not read",
        });

        let missing: Vec<_> = self
            .names
            .fields()
            .filter(|field| !search.found.contains_key(field))
            .collect();
        for field in &missing {
            let sources = search.searched.entry(*field).or_default();
            sources.push_str(&keyring.describe(&self.names, *field));
        }
        let required: Vec<_> = missing
            .into_iter()
            .filter(|field| self.names.is_required(*field))
            .filter(|_| !self.is_optional && !search.found.contains_key(&CredentialField::Token))
            .collect();
        if !required.is_empty() {
            return Err(source::missing(&required, &search.searched));
        }
        Ok(Credentials {
            #[cfg(feature = "keyring")]
            names: self.names,
            found: search.found,
            warnings: search.warnings,
            searched: search.searched,
            #[cfg(feature = "keyring")]
            passwords,
        })
    }
}

impl fmt::Debug for Discovery {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discovery")
            .field("names", &self.names)
            .field("values", &self.values.keys())
            .field("keyring", &self.keyring)
            .finish_non_exhaustive()
    }
}

/// The result so far.
#[derive(Default)]
struct Search {
    found: BTreeMap<CredentialField, (SecretText, CredentialSource)>,
    warnings: Vec<String>,
    /// For each field that the environment lacks: the variable and its problem.
    searched: BTreeMap<CredentialField, String>,
}

impl Search {
    #[inline]
    fn search_environment(
        &mut self,
        field: CredentialField,
        variable: &'static str,
        read: &ReadVariable,
    ) -> Result<(), Error> {
        if self.found.contains_key(&field) {
            return Ok(());
        }
        let problem = match read(variable).map(OsString::into_string) {
            None => "is not set",
            Some(Err(_)) => NOT_TEXT,
            Some(Ok(value)) => {
                let value = SecretText::from(value);
                let (value, was_quoted) = cleaned(field, value);
                if !value.is_blank() {
                    if was_quoted {
                        self.warnings.push(format!(
                            "removed the double quotes around {variable}: `set` in Windows' CMD \
                             keeps them, so write the value without"
                        ));
                    }
                    let source = CredentialSource::Environment { variable };
                    self.found.insert(field, (value, source));
                    return Ok(());
                }
                "is empty"
            }
        };
        let in_file = match problem {
            NOT_TEXT => None,
            _ => named_file::read(variable, read)?,
        };
        if let Some(value) = in_file {
            let (value, _) = match field {
                CredentialField::Password | CredentialField::Username => (value, false),
                _ => cleaned(field, value),
            };
            if !value.is_blank() {
                let source = CredentialSource::VariableFile { variable };
                self.found.insert(field, (value, source));
                return Ok(());
            }
        }
        let source = format!("the variable {variable} {problem}; ");
        self.searched.insert(field, source);
        Ok(())
    }

    #[inline]
    fn search_file(&mut self, path: &Path, names: &CredentialNames) -> Result<(), Error> {
        let text = secret_file::read_private(path)?;
        for field in names.fields() {
            let Some(variable) = names.variable(field) else {
                continue;
            };
            if self.found.contains_key(&field) {
                continue;
            }
            let value = text
                .as_ref()
                .and_then(|text| secret_file::line(text, variable));
            match value.map(|value| cleaned(field, value).0) {
                Some(value) if !value.is_blank() => {
                    let source = CredentialSource::File { variable };
                    self.found.insert(field, (value, source));
                }
                _ => {
                    let searched = self.searched.entry(field).or_default();
                    let path = path.display();
                    searched.push_str(&format!("the file {path} has no {variable}; "));
                }
            }
        }
        Ok(())
    }

    #[cfg(feature = "keyring")]
    #[inline]
    fn search_keyring(&mut self, names: &CredentialNames, passwords: &Passwords) -> KeyringSearch {
        let service = names.keyring_service();
        for field in names.fields() {
            let Some(user) = names.keyring_user(field) else {
                continue;
            };
            if self.found.contains_key(&field) {
                continue;
            }
            match passwords.get(service, user) {
                Ok(Some(value)) if !value.is_blank() => {
                    let source = CredentialSource::Keyring { service, user };
                    self.found.insert(field, (value, source));
                }
                Ok(_) => {}
                // Stop here: a locked or missing keyring would fail for each field, after each
                // wait.
                Err(failure) => {
                    if !failure.is_unavailable() {
                        let reason = failure.reason();
                        self.warnings
                            .push(format!("the keyring was not read: {reason}"));
                    }
                    return KeyringSearch::Failed(failure);
                }
            }
        }
        KeyringSearch::Done
    }
}

/// The result of searching the keyring.
enum KeyringSearch {
    #[cfg(feature = "keyring")]
    Done,
    #[cfg(feature = "keyring")]
    Failed(Failure),
    Skipped(&'static str),
}

impl KeyringSearch {
    /// What the error for a missing field says about the keyring.
    #[inline]
    fn describe(&self, names: &CredentialNames, field: CredentialField) -> String {
        let Some(user) = names.keyring_user(field) else {
            return "the keyring never has it".into();
        };
        let entry = format!("entry {user} of {}", names.keyring_service());
        match self {
            #[cfg(feature = "keyring")]
            Self::Done => format!("the keyring has no {entry}"),
            #[cfg(feature = "keyring")]
            Self::Failed(failure) => {
                let reason = failure.reason();
                format!("the keyring, {entry}, is not available because {reason}")
            }
            Self::Skipped(reason) => format!("the keyring, {entry}, {reason}"),
        }
    }
}

/// Cleans a value. An id or a secret never has blanks or quotes, so all that copying left around
/// and in it is removed. From a name and a password, where each character counts, only double
/// quotes are removed.
#[inline]
fn cleaned(field: CredentialField, value: SecretText) -> (SecretText, bool) {
    match field {
        CredentialField::ClientId | CredentialField::ClientSecret | CredentialField::Token => {
            let text = value.expose_secret();
            let clean = SecretText::from(joined(text).into_owned());
            let was_quoted =
                text.trim().starts_with('"') && !clean.expose_secret().starts_with('"');
            (clean, was_quoted)
        }
        _ => unquoted(value),
    }
}

/// Removes one pair of double quotes around the value. Returns also whether there was one.
#[inline]
fn unquoted(value: SecretText) -> (SecretText, bool) {
    let text = value.expose_secret();
    let inner = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) => (inner.into(), true),
        None => (value, false),
    }
}
