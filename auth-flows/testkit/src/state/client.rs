//! The clients and users of a server.

use std::fmt;

/// A client that is registered at the server.
///
/// ```
/// use auth_testkit::TestClient;
///
/// let native_app = TestClient::public("app")
///     .redirect_uri("http://127.0.0.1/callback")
///     .redirect_uri("urn:ietf:wg:oauth:2.0:oob")
///     .scopes("write login");
/// let backend = TestClient::confidential("batch", "secret").grants(["client_credentials"]);
/// ```
#[derive(Clone)]
pub struct TestClient {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) grants: Option<Vec<String>>,
    pub(crate) scopes: Vec<String>,
}

impl TestClient {
    /// Returns a public client: one without a secret (RFC 6749 section 2.1).
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

    /// Returns a confidential client: one with a secret.
    #[must_use]
    pub fn confidential(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            secret: Some(secret.into()),
            ..Self::public(id)
        }
    }

    /// Registers a redirect URI, in addition to those registered before.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uris.push(uri.into());
        self
    }

    /// Sets the grants that this client may use. Default: all grants of the dialect.
    #[must_use]
    pub fn grants<'a>(mut self, grants: impl IntoIterator<Item = &'a str>) -> Self {
        self.grants = Some(grants.into_iter().map(str::to_owned).collect());
        self
    }

    /// Sets the scopes that this client may request, separated by spaces. Default: those of the
    /// server.
    #[must_use]
    pub fn scopes(mut self, scopes: &str) -> Self {
        self.scopes = split_words(scopes);
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

/// A user with an account at the server.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) password: String,
    /// `Some(None)` if suspended without end.
    pub(crate) suspended: Option<Option<String>>,
}

/// Splits a text at white space, without duplicates.
pub(crate) fn split_words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    }
    found
}
