//! A service as a value: its client and its APIs.

use std::{borrow::Cow, fmt, sync::Arc};

use http::HeaderValue;

use super::{account_key::AccountKey, rate_limit::RateLimit, token_derivation::TokenDerivation};
use crate::{
    error::{Error, ErrorKind},
    oauth::{client::OAuthClient, token::TokenKind},
    wire::url::BaseUrl,
};

/// A service: the client registration, its APIs with the token that each takes, and how a second
/// token is derived.
///
/// The api crates make these. Make your own for another service.
///
/// ```
/// use auth_core::{Api, AuthorizationServer, BaseUrl, Endpoint, OAuthClient, Service, TokenKind};
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?);
/// let client = OAuthClient::new(server, "my-client-id")?;
/// let service = Service::new("example", client, "nightly/1.0 (mail@example.org)")?
///     .with_api(Api::new("v1", BaseUrl::parse("https://api.example.org/v1")?, TokenKind::Login));
/// assert_eq!(service.account_key("me").to_string(), "example/my-client-id/me");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Service {
    id: Cow<'static, str>,
    client: OAuthClient,
    user_agent: HeaderValue,
    apis: Vec<Api>,
    token_derivation: Option<Arc<dyn TokenDerivation>>,
    scope: Option<Cow<'static, str>>,
    rate_limit: Option<Arc<RateLimit>>,
}

impl Service {
    /// Makes a service without APIs. `user_agent` names the program and a way to reach its author,
    /// such as a mail address or a page. Only the parentheses are checked: a contact has many
    /// forms.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the user agent is blank, has an empty pair of parentheses as
    /// `nightly/1.0 ()` has, or characters that a header cannot carry.
    pub fn new(
        id: impl Into<Cow<'static, str>>,
        client: OAuthClient,
        user_agent: &str,
    ) -> Result<Self, Error> {
        let help = "name the program, its version and a way to reach you, such as `nightly/1.0 (mail@example.org)`";
        let bad = |what| {
            Error::new(ErrorKind::Configuration, what)
                .with_setting("user_agent")
                .with_help(help)
        };
        if user_agent.trim().is_empty() {
            return Err(bad("the user agent is empty"));
        }
        // Of a setting for the contact that was not set.
        if has_empty_comment(user_agent) {
            return Err(bad(
                "the user agent has empty parentheses, without a contact",
            ));
        }
        let user_agent = HeaderValue::from_str(user_agent.trim())
            .map_err(|_| bad("the user agent has characters that cannot be in a header"))?;
        Ok(Self {
            id: id.into(),
            client,
            user_agent,
            apis: Vec::new(),
            token_derivation: None,
            scope: None,
            rate_limit: None,
        })
    }

    /// Adds an API.
    #[must_use]
    pub fn with_api(mut self, api: Api) -> Self {
        self.apis.push(api);
        self
    }

    /// Sets how the second token is derived from the first.
    #[must_use]
    pub fn with_token_derivation(
        mut self,
        token_derivation: impl TokenDerivation + 'static,
    ) -> Self {
        self.token_derivation = Some(Arc::new(token_derivation));
        self
    }

    /// Sets the scopes that a login requests by default, separated by spaces.
    #[must_use]
    pub fn with_default_scope(mut self, scope: impl Into<Cow<'static, str>>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Sets the client-side rate limit. Default: none.
    #[must_use]
    pub fn with_rate_limit(mut self, rate_limit: RateLimit) -> Self {
        self.rate_limit = (!rate_limit.is_unlimited()).then(|| Arc::new(rate_limit));
        self
    }

    /// Returns the id, such as `inaturalist`. It is part of the key of every stored token record.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the OAuth client: the program as registered at the service's authorization server.
    #[must_use]
    pub fn client(&self) -> &OAuthClient {
        &self.client
    }

    /// Returns the `User-Agent` header of every request.
    #[must_use]
    pub fn user_agent(&self) -> &HeaderValue {
        &self.user_agent
    }

    /// Returns the scopes that a login requests by default, if any.
    #[must_use]
    pub fn default_scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Returns the client-side rate limit, if there is one.
    #[must_use]
    pub fn rate_limit(&self) -> Option<&Arc<RateLimit>> {
        self.rate_limit.as_ref()
    }

    /// Returns how the second token is derived, if there is one.
    #[must_use]
    pub fn token_derivation(&self) -> Option<&dyn TokenDerivation> {
        self.token_derivation.as_deref()
    }

    /// Returns the API of this name.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if there is none: the operation belongs to another service.
    pub fn api(&self, name: &str) -> Result<&Api, Error> {
        self.apis
            .iter()
            .find(|api| api.name == name)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Usage,
                    format!("{} has no API called `{name}`", self.id),
                )
                .with_help("send the operation to the service that it belongs to")
            })
    }

    /// Returns the key of the token record of the account with this name. Different names have
    /// different keys, and none has the [`client_key`](Self::client_key).
    #[must_use]
    pub fn account_key(&self, name: &str) -> AccountKey {
        AccountKey::of_account(&self.id, self.client.id(), name)
    }

    /// Returns the key of the token record of the client itself (RFC 6749 section 4.4), for tokens
    /// of this scope. `None` means the scope that the server gives by default.
    #[must_use]
    pub fn client_key(&self, scope: Option<&str>) -> AccountKey {
        AccountKey::of_client(&self.id, self.client.id(), scope)
    }
}

fn has_empty_comment(user_agent: &str) -> bool {
    let mut comments = user_agent.split('(').skip(1);
    comments.any(|comment| comment.trim_start().starts_with(')'))
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("id", &self.id)
            .field("client", &self.client)
            .field("user_agent", &self.user_agent)
            .field("apis", &self.apis)
            .field("token_derivation", &self.token_derivation.is_some())
            .field("scope", &self.scope)
            .field("rate_limit", &self.rate_limit)
            .finish()
    }
}

/// One API of a service.
///
/// ```
/// use auth_core::{Api, BaseUrl, TokenKind};
///
/// let base = BaseUrl::parse("https://api.example.org/v1")?;
/// let api = Api::new("v1", base, TokenKind::Login);
/// assert_eq!(api.token(), TokenKind::Login);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Api {
    name: &'static str,
    base: BaseUrl,
    token: TokenKind,
}

impl Api {
    /// Makes an API from the name that its operations use, its base URL, and the token that it
    /// takes.
    #[must_use]
    pub fn new(name: &'static str, base: BaseUrl, token: TokenKind) -> Self {
        Self { name, base, token }
    }

    /// Returns the name that operations use.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the base URL.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.base
    }

    /// Returns which token the API takes.
    #[must_use]
    pub fn token(&self) -> TokenKind {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AuthorizationServer, Endpoint};

    #[test]
    fn a_user_agent_without_a_text_or_a_contact_that_was_to_be_there_is_refused() {
        let make = |user_agent: &str| {
            let endpoint = Endpoint::parse("https://example.org/token").unwrap();
            let client = OAuthClient::new(AuthorizationServer::new(endpoint), "app").unwrap();
            Service::new("example", client, user_agent)
        };
        for good in [
            "nightly/1.0 (mail@example.org)",
            "nightly/1.0 +https://example.org/nightly",
            "nightly",
            "nightly/1.0 (Linux) (mail@example.org)",
        ] {
            assert_eq!(make(good).unwrap().user_agent(), good);
        }
        for (bad, words) in [
            ("", "the user agent is empty"),
            (" \t", "the user agent is empty"),
            ("nightly/1.0 ()", "empty parentheses"),
            ("nightly/1.0 ( )", "empty parentheses"),
            ("nightly/1.0 (Linux) ()", "empty parentheses"),
            ("nightly\n/1.0", "characters"),
        ] {
            let error = make(bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{bad:?}");
            assert_eq!(error.setting(), Some("user_agent"), "{bad:?}");
            assert!(error.to_string().contains(words), "{bad:?}: {error}");
        }
    }
}
