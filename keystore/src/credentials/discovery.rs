//! Looking for credentials, field by field: given, environment, keyring.

use std::{collections::BTreeMap, env, ffi::OsString, fmt};

use auth_core::{CredentialField, CredentialNames, Error, ExposeSecret, SecretText};

use super::{
    Credentials,
    source::{self, CredentialSource},
};
#[cfg(feature = "keyring")]
use crate::keyring::{Failure, PATIENCE, Passwords};

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// What is left to say before credentials are looked for. [`Credentials::discover`] makes it.
#[must_use = "nothing is looked for before `discover`"]
pub struct Discovery {
    names: CredentialNames,
    given: BTreeMap<CredentialField, SecretText>,
    variable: Box<Variable>,
    pub(super) keyring: bool,
    #[cfg(feature = "keyring")]
    pub(super) passwords: Option<Passwords>,
    #[cfg(feature = "keyring")]
    patience: std::time::Duration,
}

/// How an environment variable is read.
type Variable = dyn Fn(&str) -> Option<OsString> + Send + Sync;

impl Discovery {
    #[inline]
    pub(super) fn new(names: CredentialNames) -> Self {
        Self {
            names,
            given: BTreeMap::new(),
            variable: Box::new(|name| env::var_os(name)),
            keyring: true,
            #[cfg(feature = "keyring")]
            passwords: None,
            #[cfg(feature = "keyring")]
            patience: PATIENCE,
        }
    }

    /// The program's own value, which goes before all others and is taken as it is; blank text counts as none. It may be of a
    /// field that has no other name.
    pub fn value(mut self, field: CredentialField, value: impl Into<SecretText>) -> Self {
        self.given.insert(field, value.into());
        self
    }

    /// Reads variables in this way instead of from the process's environment.
    pub fn environment(
        mut self,
        variable: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static,
    ) -> Self {
        self.variable = Box::new(variable);
        self
    }

    /// Leaves the keyring alone: it may ask a person to unlock it.
    pub fn without_keyring(mut self) -> Self {
        self.keyring = false;
        self
    }

    /// How long to wait for each answer of the keyring; 60 s unless given. A person may have to unlock it meanwhile.
    #[cfg(feature = "keyring")]
    pub fn keyring_timeout(mut self, patience: std::time::Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Looks: first what was given, then the environment, then, if anything is still missing, the keyring.
    ///
    /// A variable's value that is wrapped in one pair of double quotes is used without them, and a remark says so: `set
    /// NAME="value"` in Windows' CMD keeps them. Empty and blank values count as missing everywhere.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](auth_core::ErrorKind::Configuration): a required field is nowhere. The error names all
    /// that are missing, with every place they were looked for, and why the keyring could not be asked, if so.
    #[inline]
    pub fn discover(self) -> Result<Credentials, Error> {
        let mut search = Search::default();
        for (field, value) in &self.given {
            if !value.is_blank() {
                let value = (value.clone(), CredentialSource::Given);
                search.found.insert(*field, value);
            }
        }
        for field in self.names.fields() {
            if let Some(variable) = self.names.variable(field) {
                search.look_in_environment(field, variable, &self.variable);
            }
        }
        #[cfg(feature = "keyring")]
        let passwords = self
            .passwords
            .unwrap_or_else(|| Passwords::new(self.patience));
        #[cfg(feature = "keyring")]
        let place = match self.keyring {
            true => search.look_in_keyring(&self.names, &passwords),
            false => Place::NotAsked("was not asked"),
        };
        #[cfg(not(feature = "keyring"))]
        let place = Place::NotAsked(match self.keyring {
            true => "was not asked: built without the feature `keyring`",
            false => "was not asked",
        });

        let missing: Vec<_> = self
            .names
            .fields()
            .filter(|field| !search.found.contains_key(field))
            .collect();
        for field in &missing {
            let places = search.looked.entry(*field).or_default();
            places.push_str(&place.words(&self.names, *field));
        }
        let required: Vec<_> = missing
            .into_iter()
            .filter(|field| self.names.is_required(*field))
            .collect();
        if !required.is_empty() {
            return Err(source::missing(&required, &search.looked));
        }
        Ok(Credentials {
            #[cfg(feature = "keyring")]
            names: self.names,
            found: search.found,
            remarks: search.remarks,
            looked: search.looked,
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
            .field("given", &self.given.keys())
            .field("keyring", &self.keyring)
            .finish_non_exhaustive()
    }
}

/// What was found so far.
#[derive(Default)]
struct Search {
    found: BTreeMap<CredentialField, (SecretText, CredentialSource)>,
    remarks: Vec<String>,
    /// Of fields that the environment did not have: what was there instead.
    looked: BTreeMap<CredentialField, String>,
}

impl Search {
    #[inline]
    fn look_in_environment(
        &mut self,
        field: CredentialField,
        variable: &'static str,
        read: &Variable,
    ) {
        if self.found.contains_key(&field) {
            return;
        }
        let problem = match read(variable).map(OsString::into_string) {
            None => "is not set",
            Some(Err(_)) => "is not Unicode text",
            Some(Ok(value)) => {
                let value = SecretText::from(value);
                let (value, was_quoted) = unquoted(value);
                if !value.is_blank() {
                    if was_quoted {
                        self.remarks.push(format!(
                            "the double quotes around {variable} were left out: `set` in Windows' \
                             CMD keeps them, write it without"
                        ));
                    }
                    let source = CredentialSource::Environment { variable };
                    self.found.insert(field, (value, source));
                    return;
                }
                "is empty"
            }
        };
        let places = format!("the variable {variable} {problem}; ");
        self.looked.insert(field, places);
    }

    #[cfg(feature = "keyring")]
    #[inline]
    fn look_in_keyring(&mut self, names: &CredentialNames, passwords: &Passwords) -> Place {
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
                // One that is locked or gone would say so for each field, after each wait.
                Err(failure) => {
                    if !failure.is_absence() {
                        let reason = failure.reason();
                        self.remarks
                            .push(format!("the keyring was not read: {reason}"));
                    }
                    return Place::Failed(failure);
                }
            }
        }
        Place::Asked
    }
}

/// What came of asking the keyring.
enum Place {
    #[cfg(feature = "keyring")]
    Asked,
    #[cfg(feature = "keyring")]
    Failed(Failure),
    NotAsked(&'static str),
}

impl Place {
    #[inline]
    fn words(&self, names: &CredentialNames, field: CredentialField) -> String {
        let user = names.keyring_user(field).unwrap_or_default();
        let entry = format!("entry {user} of {}", names.keyring_service());
        match self {
            #[cfg(feature = "keyring")]
            Self::Asked => format!("the keyring has no {entry}"),
            #[cfg(feature = "keyring")]
            Self::Failed(failure) => {
                let reason = failure.reason();
                format!("the keyring, {entry}, is not available because {reason}")
            }
            Self::NotAsked(why) => format!("the keyring, {entry}, {why}"),
        }
    }
}

/// Without one pair of double quotes around it, and whether there was one.
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
