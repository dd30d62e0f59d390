//! Where a session gets a login token: refresh token, credentials, a person.

use std::{fmt, sync::Arc};

use auth_core::{Error, SecretText, Service};

use crate::login::pending::PendingLogin;

/// How an account gets its login token by itself.
#[derive(Clone)]
pub(crate) enum LoginSource {
    /// Uses the stored refresh token; without one, the user must log in.
    Stored,
    /// Requests a token for the client itself (RFC 6749 section 4.4).
    ClientCredentials { scope: Option<Box<str>> },
    /// Uses user name and password (RFC 6749 section 4.3) if there is no valid refresh token.
    Password {
        username: Box<str>,
        password: SecretText,
    },
    /// Lets the user log in (RFC 6749 section 4.1) if there is no valid refresh token.
    Person(Arc<Prompt>),
}

/// Starts a login by the user. A closure, so that a program without such a login is compiled
/// without a listener.
pub(crate) type Prompt = dyn Fn(&Service) -> Result<PendingLogin, Error> + Send + Sync;

/// How a token is requested.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RenewalMethod {
    RefreshToken,
    ClientCredentials,
    Password,
    LoginToken,
    Person,
}

impl LoginSource {
    pub(crate) fn client_credentials(scope: &str) -> Self {
        Self::ClientCredentials {
            scope: Some(scope.into()),
        }
    }

    /// Returns the method that needs neither a refresh token nor the user.
    pub(crate) fn method(&self) -> Option<RenewalMethod> {
        match self {
            Self::ClientCredentials { .. } => Some(RenewalMethod::ClientCredentials),
            Self::Password { .. } => Some(RenewalMethod::Password),
            Self::Stored | Self::Person(_) => None,
        }
    }
}

impl fmt::Debug for LoginSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stored => "Stored",
            Self::ClientCredentials { .. } => "ClientCredentials",
            Self::Password { .. } => "Password",
            Self::Person(_) => "Person",
        })
    }
}
