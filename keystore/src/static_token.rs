//! Read-only stores with one plain token: from an environment variable, or passed in by the
//! program.

use std::{
    borrow::Cow,
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use auth_core::{
    AccountKey, Error, ErrorKind, ExposeSecret, Lease, SecretBytes, SecretText, Store, UnixTime,
    unverified_expiry,
};

use crate::{process_leases::Leases, text_input};

/// A read-only store with the token of an environment variable, which the program names.
///
/// Each load reads the variable and returns its text as a plain token, not as a token record. The
/// service parses it and finds out when it expires. What surrounds the text is removed
/// ([`pasted`](auth_core::pasted)): white space, quotes, which `set NAME="value"` of the Windows
/// command prompt makes part of the value, and the like. A variable that is unset, empty or blank
/// holds no token. Then `NAME_FILE` may hold the path of a file with it, as systemd and Docker
/// provide secrets.
///
/// A variable does not name an account, so **every account has this token**, unless
/// [`with_account`](Self::with_account) restricts it to one.
///
/// [`save`](Store::save) and [`remove`](Store::remove) fail with a configuration error that names
/// the variable and says what to do. The lease excludes threads and tasks that share clones. It
/// does not exclude other processes: it guards changes, and a process cannot change the
/// environment of another.
///
/// This protects against readers of the disk, unless a file sets the variable. It does not protect
/// against root and programs of the same user, which can read a process's environment. Child
/// processes inherit it.
///
/// ```
/// use auth_core::{AccountKey, Store};
/// use keystore::Environment;
///
/// let store = Environment::variable("NIGHTLY_API_TOKEN")?;
/// let key = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// assert!(store.load(&key)?.is_none(), "the variable is not set here");
/// assert_eq!(store.describe(), "environment variable NIGHTLY_API_TOKEN");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "environment variable")]
#[doc(alias = "env var")]
#[doc(alias = "dotenv")]
#[derive(Clone)]
pub struct Environment {
    name: Box<str>,
    shared: Shared,
}

impl Environment {
    /// Creates a store that reads the variable `name`. Succeeds if the variable is not set.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if no variable can have this name, if its value is not Unicode
    /// text, or if the file that `NAME_FILE` names cannot be read.
    pub fn variable(name: impl Into<String>) -> Result<Self, Error> {
        let name = name.into().into_boxed_str();
        text_input::env_var(&name)?;
        let shared = Shared::default();
        Ok(Self { name, shared })
    }

    /// Restricts the token to this account. Every other account then has none.
    #[must_use]
    pub fn with_account(mut self, key: AccountKey) -> Self {
        self.shared.account = Some(key);
        self
    }

    /// Passes over a token that has expired, as if it were not there, so that a later store of a
    /// [`Fallback`](crate::Fallback) is used. Without this the expired token is found, and its
    /// account needs a login. Only a JWT states when it expires.
    ///
    /// ```
    /// use auth_core::{AccountKey, Store};
    /// use keystore::StaticToken;
    ///
    /// let store = StaticToken::new("e30.eyJleHAiOjE3MDAwMDAwMDB9.c2ln").with_expired_skipped();
    /// let key = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
    /// assert!(store.load(&key)?.is_none(), "it expired in 2023");
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_expired_skipped(mut self) -> Self {
        self.shared.skips_expired = true;
        self
    }

    fn read_only(&self) -> Error {
        read_only(
            &format!("the environment variable {}", self.name),
            format!(
                "set {0} to a new token; or unset {0}, and use a store that can be written",
                self.name
            ),
        )
        .with_setting(String::from(&*self.name))
    }
}

impl Store for Environment {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        if !self.shared.applies_to(key) {
            return Ok(None);
        }
        let text = text_input::env_var(&self.name)?;
        let text = text.filter(|text| self.shared.serves(text.expose_secret()));
        Ok(text.map(|text| bytes(text.expose_secret())))
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        Ok(self.shared.leases.try_take(key))
    }

    fn save(&self, _: &Lease, _: &SecretBytes) -> Result<(), Error> {
        Err(self.read_only())
    }

    fn remove(&self, _: &Lease) -> Result<(), Error> {
        Err(self.read_only())
    }

    fn reserve(&self, _: &Lease, _: usize) -> Result<(), Error> {
        Err(self.read_only())
    }

    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        self.shared.accounts(|key| self.load(key))
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

/// A read-only store with one token, which the program passes in.
///
/// It behaves like [`Environment`]: it returns the text as a plain token, for every account unless
/// [`with_account`](Self::with_account) restricts it to one. The program protects the token where
/// it got it from. Here the token is in memory only and is wiped when the last clone is dropped.
///
/// ```
/// use auth_core::{AccountKey, Store};
/// use keystore::StaticToken;
///
/// let store = StaticToken::new("\"eyJhbGciOiJIUzUxMiJ9.e30.c2ln\"\n");
/// let key = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
/// let token = store.load(&key)?.expect("it has a token");
/// assert_eq!(token.as_ref(), b"eyJhbGciOiJIUzUxMiJ9.e30.c2ln");
/// assert!(store.is_read_only());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct StaticToken {
    text: Option<SecretBytes>,
    /// What it is called in errors and descriptions.
    name: Cow<'static, str>,
    shared: Shared,
}

impl StaticToken {
    /// Creates a store with this token, as bare text or as the service's page shows it.
    #[must_use]
    pub fn new(token: impl Into<SecretText>) -> Self {
        let token = token.into();
        Self {
            text: text_input::trimmed(token.expose_secret()).map(bytes),
            name: GIVEN.into(),
            shared: Shared::default(),
        }
    }

    /// Restricts the token to this account. Every other account then has none.
    #[must_use]
    pub fn with_account(mut self, key: AccountKey) -> Self {
        self.shared.account = Some(key);
        self
    }

    /// Passes over a token that has expired, as if it were not there, so that a later store of a
    /// [`Fallback`](crate::Fallback) is used. Without this the expired token is found, and its
    /// account needs a login. Only a JWT states when it expires.
    ///
    /// ```
    /// use auth_core::{AccountKey, Store};
    /// use keystore::StaticToken;
    ///
    /// let store = StaticToken::new("e30.eyJleHAiOjE3MDAwMDAwMDB9.c2ln").with_expired_skipped();
    /// let key = AccountKey::new("inaturalist", "app-id", AccountKey::DEFAULT);
    /// assert!(store.load(&key)?.is_none(), "it expired in 2023");
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_expired_skipped(mut self) -> Self {
        self.shared.skips_expired = true;
        self
    }

    /// Says what the token is called, so that errors name the variable to correct.
    pub(crate) fn with_name(mut self, name: String) -> Self {
        self.name = name.into();
        self
    }

    fn read_only(&self) -> Error {
        read_only(&self.name, USE_ANOTHER)
    }

    /// Returns whether a load returns the token, for the account that has it.
    pub(crate) fn is_in_use(&self) -> bool {
        self.served().is_some()
    }

    fn served(&self) -> Option<&SecretBytes> {
        let text = self.text.as_ref()?;
        let serves = std::str::from_utf8(text.as_ref()).map_or(true, |t| self.shared.serves(t));
        serves.then_some(text)
    }
}

impl Store for StaticToken {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        let text = self.served().filter(|_| self.shared.applies_to(key));
        Ok(text.cloned())
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        Ok(self.shared.leases.try_take(key))
    }

    fn save(&self, _: &Lease, _: &SecretBytes) -> Result<(), Error> {
        Err(self.read_only())
    }

    fn remove(&self, _: &Lease) -> Result<(), Error> {
        Err(self.read_only())
    }

    fn reserve(&self, _: &Lease, _: usize) -> Result<(), Error> {
        Err(self.read_only())
    }

    fn accounts(&self) -> Result<Option<Vec<AccountKey>>, Error> {
        self.shared.accounts(|key| self.load(key))
    }

    fn is_read_only(&self) -> bool {
        true
    }

    fn holds_plain_token(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        String::from(&*self.name)
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StaticToken").field(&self.text).finish()
    }
}

const GIVEN: &str = "a token given to the program";
const USE_ANOTHER: &str = "start the program with a new token, or with a store that can be written";

/// The fields that both stores have besides their text.
#[derive(Clone, Default)]
struct Shared {
    account: Option<AccountKey>,
    skips_expired: bool,
    leases: Leases,
}

impl Shared {
    /// Returns whether the text counts as a token now.
    fn serves(&self, text: &str) -> bool {
        let since_1970 = || SystemTime::now().duration_since(UNIX_EPOCH);
        let now = || since_1970().map_or(0, |time| time.as_secs());
        let expired = |end: UnixTime| end <= UnixTime::from_secs(now());
        !self.skips_expired || !unverified_expiry(text).is_some_and(expired)
    }

    /// Returns the one account that has the token. `None` if every account has it: they cannot be
    /// listed.
    fn accounts(
        &self,
        load: impl Fn(&AccountKey) -> Result<Option<SecretBytes>, Error>,
    ) -> Result<Option<Vec<AccountKey>>, Error> {
        let Some(account) = &self.account else {
            return Ok(None);
        };
        Ok(Some(
            load(account)?
                .map(|_| account.clone())
                .into_iter()
                .collect(),
        ))
    }

    fn applies_to(&self, key: &AccountKey) -> bool {
        self.account.as_ref().is_none_or(|account| account == key)
    }
}

fn bytes(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

fn read_only(what: &str, help: impl Into<Cow<'static, str>>) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("this store is read-only: the program cannot change {what}"),
    )
    .with_help(help)
}
