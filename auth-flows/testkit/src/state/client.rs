//! The clients and users that a server knows.

use std::fmt;

/// A client registered at the server.
#[derive(Clone)]
pub struct TestClient {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) grants: Option<Vec<String>>,
    pub(crate) scopes: Vec<String>,
}

impl TestClient {
    /// A public client: it has no secret (RFC 6749 section 2.1).
    #[must_use]
    pub fn public(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: None,
            redirect_uris: Vec::new(),
            grants: None,
            scopes: Vec::new(),
        }
    }

    /// A confidential client.
    #[must_use]
    pub fn confidential(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            secret: Some(secret.into()),
            ..Self::public(id)
        }
    }

    /// Registers a redirect URI. May be called several times.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// The grants that this client may use; without it, all that the dialect knows.
    #[must_use]
    pub fn grants<'a>(mut self, grants: impl IntoIterator<Item = &'a str>) -> Self {
        self.grants = Some(grants.into_iter().map(str::to_owned).collect());
        self
    }

    /// The scopes that this client may have, separated by spaces; without it, those of the server.
    #[must_use]
    pub fn scopes(mut self, scopes: &str) -> Self {
        self.scopes = words(scopes);
        self
    }

    pub(crate) fn is_confidential(&self) -> bool {
        self.secret.is_some()
    }

    pub(crate) fn may_use(&self, grant: &str) -> bool {
        let listed = |grants: &Vec<String>| grants.iter().any(|g| g == grant);
        self.grants.as_ref().is_none_or(listed)
    }
}

impl fmt::Debug for TestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestClient")
            .field("id", &self.id)
            .field("confidential", &self.is_confidential())
            .field("redirect_uris", &self.redirect_uris)
            .field("grants", &self.grants)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// A person with an account at the server.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) password: String,
    /// `Some(None)`: suspended without an end.
    pub(crate) suspended: Option<Option<String>>,
}

/// Words separated by white space, each once.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    }
    found
}
