//! Tokens that a person put there: in an environment variable, or handed to the program.

use std::fmt;

use auth_core::{
    AccountKey, Error, ErrorKind, ExposeSecret, Lease, SecretBytes, SecretText, Store,
};

use crate::{process_leases::Leases, text_input};

/// A token in an environment variable of the program's choice: read, never written.
///
/// What it hands out is the text as it was pasted, without white space around it and without the
/// one pair of double quotes that `set NAME="value"` of the Windows command prompt leaves in the
/// value. It is no record: how such text is read, and what it says about its own end, is the
/// service's to know. A variable that is unset, empty or blank holds no token. It is read anew at
/// each load.
///
/// The variable has no account's name on it, so **every account that is asked for has this
/// token**, unless [`with_account`](Self::with_account) names one.
///
/// [`save`](Store::save) and [`remove`](Store::remove) are configuration errors that name the
/// variable and say what to do. The lease holds among the threads and tasks that share clones. It
/// need not hold across processes: it guards changes, and nobody can change another process's
/// environment.
///
/// It protects against what reads disks, if the variable is not set from a file. It does not
/// protect against programs of the same user and root, which can read a process's environment, or
/// against child processes, which inherit it.
///
/// ```
/// use auth_core::{AccountKey, Store};
/// use keystore::Environment;
///
/// let store = Environment::variable("NIGHTLY_API_TOKEN")?;
/// let key = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// assert!(store.load(&key)?.is_none(), "it is not set here");
/// assert_eq!(store.describe(), "environment variable NIGHTLY_API_TOKEN");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Environment {
    name: Box<str>,
    shared: Shared,
}

impl Environment {
    /// The token in the variable of this name.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`]: this cannot be the name of a variable, or its value is no
    /// text. That it is unset is no error.
    pub fn variable(name: impl Into<String>) -> Result<Self, Error> {
        let name = name.into().into_boxed_str();
        text_input::env_var(&name)?;
        let shared = Shared::default();
        Ok(Self { name, shared })
    }

    /// For this account only; every other one has no token here.
    #[must_use]
    pub fn with_account(mut self, key: AccountKey) -> Self {
        self.shared.only_for = Some(key);
        self
    }

    fn refused(&self) -> Error {
        refused(
            &format!("the environment variable {}", self.name),
            format!(
                "set {0} to a new token; or unset {0}, and give the program a store that can be \
                 written",
                self.name
            ),
        )
        .with_setting(String::from(&*self.name))
    }
}

impl Store for Environment {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        if !self.shared.serves(key) {
            return Ok(None);
        }
        Ok(text_input::env_var(&self.name)?.map(|text| bytes(text.expose_secret())))
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        Ok(self.shared.leases.try_take(key))
    }

    fn save(&self, _: &Lease, _: &SecretBytes) -> Result<(), Error> {
        Err(self.refused())
    }

    fn remove(&self, _: &Lease) -> Result<(), Error> {
        Err(self.refused())
    }

    fn is_read_only(&self) -> bool {
        true
    }

    fn holds_plain_token(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        format!("environment variable {}", self.name)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Environment").field(&self.name).finish()
    }
}

/// A token that the program was given: read, never written.
///
/// In everything else it is as [`Environment`] is: the text as it was pasted, for every account
/// unless [`with_account`](Self::with_account) names one. Where the program got it from, and what protects
/// it there, is the program's business; here it lies in memory and is wiped with the last clone.
///
/// ```
/// use auth_core::{AccountKey, Store};
/// use keystore::StaticToken;
///
/// let store = StaticToken::new("\"eyJhbGciOiJIUzUxMiJ9.e30.c2ln\"\n");
/// let key = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// let token = store.load(&key)?.expect("it was given");
/// assert_eq!(token.as_ref(), b"eyJhbGciOiJIUzUxMiJ9.e30.c2ln");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct StaticToken {
    text: Option<SecretBytes>,
    shared: Shared,
}

impl StaticToken {
    /// This token, bare or as the page showed it.
    #[must_use]
    pub fn new(token: impl Into<SecretText>) -> Self {
        let token = token.into();
        Self {
            text: text_input::trimmed(token.expose_secret()).map(bytes),
            shared: Shared::default(),
        }
    }

    /// For this account only; every other one has no token here.
    #[must_use]
    pub fn with_account(mut self, key: AccountKey) -> Self {
        self.shared.only_for = Some(key);
        self
    }
}

impl Store for StaticToken {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        Ok(self.text.clone().filter(|_| self.shared.serves(key)))
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        Ok(self.shared.leases.try_take(key))
    }

    fn save(&self, _: &Lease, _: &SecretBytes) -> Result<(), Error> {
        Err(refused(FIXED, GIVE_ANOTHER))
    }

    fn remove(&self, _: &Lease) -> Result<(), Error> {
        Err(refused(FIXED, GIVE_ANOTHER))
    }

    fn is_read_only(&self) -> bool {
        true
    }

    fn holds_plain_token(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        FIXED.into()
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Fixed").field(&self.text).finish()
    }
}

const FIXED: &str = "a token given to the program";
const GIVE_ANOTHER: &str =
    "give the program a new token, or start it without one and with a store that can be written";

/// What both stores have besides their text.
#[derive(Clone, Default)]
struct Shared {
    only_for: Option<AccountKey>,
    leases: Leases,
}

impl Shared {
    fn serves(&self, key: &AccountKey) -> bool {
        self.only_for.as_ref().is_none_or(|only| only == key)
    }
}

fn bytes(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

fn refused(what: &str, advice: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("this store is read-only: {what} cannot be changed by the program"),
    )
    .with_help(advice)
}
