//! Where a session gets a login token: refresh token, credentials, a person.

use std::{fmt, sync::Arc};

use auth_core::{Error, SecretText, Service};

use crate::login::pending::PendingLogin;

/// How an account gets its login token by itself.
#[derive(Clone)]
pub(crate) enum LoginSource {
    /// With the stored refresh token, if there is one; otherwise a person has to log in.
    Stored,
    /// By asking for the client itself (RFC 6749 section 4.4).
    ClientCredentials { scope: Option<Box<str>> },
    /// With user name and password (RFC 6749 section 4.3), where there is no refresh token or it is dead.
    Password {
        username: Box<str>,
        password: SecretText,
    },
    /// By asking a person (RFC 6749 section 4.1), where there is no refresh token or it is dead.
    Person(Arc<Prompt>),
}

/// Starts a login by a person. A closure, so that a program without such a login is compiled
/// without a listener.
pub(crate) type Prompt = dyn Fn(&Service) -> Result<PendingLogin, Error> + Send + Sync;

/// What a token request is made with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RenewalMethod {
    RefreshToken,
    ClientCredentials,
    Password,
    LoginToken,
    Person,
}

impl LoginSource {
    /// What it gets a login token with by itself, without a refresh token and without a person.
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
