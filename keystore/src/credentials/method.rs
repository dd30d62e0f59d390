//! How a session logs in with the credentials.

use std::fmt;

use auth_core::{CredentialField, CredentialValues, SecretText, Store};

use super::{CredentialSource, Credentials};
use crate::{fallback::Fallback, static_token::StaticToken};

/// How a session with these [`Credentials`] logs in. `Display` says it in a few words, without the
/// values.
///
/// ```
/// use keystore::{CredentialSource, LoginMethod};
///
/// let source = CredentialSource::Environment { variable: "INAT_API_TOKEN" };
/// let method = LoginMethod::Token { source };
/// assert_eq!(method.to_string(), "the token from the variable INAT_API_TOKEN");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// A release may know another way.
#[non_exhaustive]
pub enum LoginMethod {
    /// A plain token, which [`Credentials::store`] puts before the store.
    Token {
        /// Where it was found.
        source: CredentialSource,
    },
    /// User name and password.
    Password {
        /// Where the password was found.
        source: CredentialSource,
    },
    /// A login that is in the store, or that the program starts.
    Stored,
}

impl fmt::Display for LoginMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token { source } => write!(f, "the token from {source}"),
            Self::Password { source } => write!(f, "user name and password from {source}"),
            Self::Stored => f.write_str("the stored login"),
        }
    }
}

impl Credentials {
    /// Returns how a session with these credentials logs in. It is the token, unless that has
    /// expired and another method is there; else user name and password; else the stored login.
    #[must_use]
    pub fn login_method(&self) -> LoginMethod {
        let source = |field| self.source(field).copied();
        let has_user = self.get(CredentialField::Username).is_some();
        match (
            source(CredentialField::Token),
            source(CredentialField::Password),
        ) {
            (Some(source), _) if self.token().is_some_and(|token| token.is_in_use()) => {
                LoginMethod::Token { source }
            }
            (_, Some(source)) if has_user => LoginMethod::Password { source },
            _ => LoginMethod::Stored,
        }
    }

    /// Returns a store with the token of these credentials, if they have one, before `store`. The
    /// token is never written to `store`: every account has it as long as it is valid.
    ///
    /// An expired token is skipped if there is an application id, with which another login is
    /// possible. Without one it is used, so that the error says where to copy a new one.
    ///
    /// ```
    /// use auth_core::{CredentialField, Store};
    /// use keystore::{Credentials, Memory};
    ///
    /// let found = Credentials::discover(api_inat::CREDENTIALS)
    ///     .value(CredentialField::Token, "eyJhbGciOiJub25lIn0.e30.")
    ///     .without_keyring()
    ///     .discover()?;
    /// assert_eq!(found.login_method().to_string(), "the token from the program");
    /// let store = found.store(Memory::new());
    /// assert!(store.holds_plain_token());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn store(&self, store: impl Store) -> Fallback {
        match self.token() {
            Some(token) => Fallback::new(token).or(store),
            None => Fallback::new(store),
        }
    }

    fn token(&self) -> Option<StaticToken> {
        let token = StaticToken::new(self.get(CredentialField::Token)?.clone());
        let token = match self.source(CredentialField::Token) {
            None | Some(CredentialSource::Given) => token,
            Some(source) => token.with_name(format!("the token from {source}")),
        };
        Some(match self.get(CredentialField::ClientId) {
            Some(_) => token.with_expired_skipped(),
            None => token,
        })
    }
}

impl CredentialValues for Credentials {
    fn value(&self, field: CredentialField) -> Option<&SecretText> {
        self.get(field)
    }
}
