//! Info Flora as a service value: its authorization server with its oddities by name, and its API.

use std::time::Duration;

use auth_core::{
    Api, AuthorizationServer, BaseUrl, BasicEncoding, ClientAuthentication, Endpoint, Error,
    ErrorKind, OAuthClient, PkceStyle, RateLimit, SecretText, Service, TokenKind,
};

use crate::{errors, path::API, scope::Scope};

const AUTH: &str = "https://auth.infoflora.ch";
const REST: &str = "https://obs.infoflora.ch/rest";

/// Info Flora, for a client that is registered there: by e-mail to info@infoflora.ch, which answers with an id and a secret.
///
/// ```
/// let service = api_infoflora::service("0123456789abcdef0123456789abcdef")
///     .secret("the secret that came with it")
///     .user_agent("nightly/1.0 (mail@example.org)")
///     .build()?;
/// assert_eq!(service.id(), "infoflora");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[must_use = "nothing is made before `build`"]
pub fn service(client_id: impl Into<String>) -> ServiceBuilder {
    ServiceBuilder::new(Some(client_id.into()))
}

/// The client id of a service that stands for no registered client, see [`service_without_client`].
pub const NO_CLIENT: &str = "no-client";

/// Info Flora, for who reads only what is public: the units of an atlas, for example.
///
/// A client of `auth-flows` made with it is asked for its `anonymous()` session. It has no authorization endpoint, so that a
/// login is refused before anything is sent.
///
/// ```
/// let service = api_infoflora::service_without_client()
///     .user_agent("atlas/1.0 (mail@example.org)")
///     .build()?;
/// assert_eq!(service.client().id(), api_infoflora::NO_CLIENT);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[must_use = "nothing is made before `build`"]
pub fn service_without_client() -> ServiceBuilder {
    ServiceBuilder::new(None)
}

/// What is left to say before there is a [`Service`].
#[derive(Clone, Debug)]
#[must_use = "nothing is made before `build`"]
pub struct ServiceBuilder {
    client_id: Option<String>,
    secret: Option<SecretText>,
    user_agent: Option<String>,
    locale: String,
    auth: String,
    api: String,
    pkce: PkceStyle,
    authentication: ClientAuthentication,
    refresh: ClientAuthentication,
    scope: Option<String>,
    pace: RateLimit,
}

impl ServiceBuilder {
    fn new(client_id: Option<String>) -> Self {
        Self {
            client_id,
            secret: None,
            user_agent: None,
            locale: "fr".to_owned(),
            auth: AUTH.to_owned(),
            api: REST.to_owned(),
            pkce: PkceStyle::Rfc7636,
            authentication: ClientAuthentication::Basic(BasicEncoding::Raw),
            refresh: ClientAuthentication::Body,
            scope: None,
            // Info Flora names no limit; a public client sleeps half a second after each page.
            pace: RateLimit::every(Duration::from_millis(500)).with_burst(2),
        }
    }

    /// The client's secret. Info Flora's clients have one for both grants, beside PKCE and not in its place; a client of the
    /// client credentials grant acts as one person, so its secret is worth that person's password.
    pub fn secret(mut self, secret: impl Into<SecretText>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Names the program, its version and a way to reach its author, such as `nightly/1.0 (mail@example.org)`. Required.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// The language of the login page, a segment of its path. `fr` is documented and the default; `de` is likely, because
    /// a public client names a German login page; others are not known.
    pub fn authorize_locale(mut self, locale: impl Into<String>) -> Self {
        self.locale = locale.into();
        self
    }

    /// Another base URL of the authorization server.
    pub fn auth_url(mut self, url: impl Into<String>) -> Self {
        self.auth = url.into();
        self
    }

    /// Another base URL of the API, up to and with `/rest`. No version belongs into it.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api = url.into();
        self
    }

    /// Everything at one origin, such as `http://127.0.0.1:4000`: for test servers.
    pub fn at(self, origin: impl AsRef<str>) -> Self {
        let origin = origin.as_ref().trim_end_matches('/');
        self.auth_url(origin).api_url(format!("{origin}/rest"))
    }

    /// How code verifiers are chosen; RFC 7636 by default. Info Flora's page builds the challenge in plain base64 where the RFC
    /// has base64url: [`PkceStyle::AlphanumericChallenge`] is right whichever of the two the server compares.
    pub fn pkce_style(mut self, style: PkceStyle) -> Self {
        self.pkce = style;
        self
    }

    /// How the client proves who it is; raw Basic by default, as documented. league's server, which is probably behind it,
    /// never decodes what a Basic header carries.
    pub fn client_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// How it does so on a refresh; in the form by default, the only way that Info Flora documents for it.
    pub fn refresh_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.refresh = authentication;
        self
    }

    /// What a login by code asks for; nothing unless set, as in the page's own example. Client credentials ask for nothing: all
    /// scopes of the client are granted, Info Flora says.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.scope = Some(Scope::join(scopes)).filter(|scope| !scope.is_empty());
        self
    }

    /// How fast it is asked: two requests a second unless set. Info Flora names no limit; one public client keeps to this one.
    pub fn rate_limit(mut self, pace: RateLimit) -> Self {
        self.pace = pace;
        self
    }

    /// The service.
    ///
    /// # Errors
    /// [`is_configuration`](Error::is_configuration): no User-Agent, an impossible client id, secret or locale, or a base URL
    /// that must not get tokens. The error names the setting.
    pub fn build(self) -> Result<Service, Error> {
        let user_agent = self.user_agent.as_deref().unwrap_or_default();
        if user_agent.trim().is_empty() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "a User-Agent is needed, so that Info Flora can tell whose program asks",
            )
            .with_setting("user_agent")
            .with_help("give one, such as `.user_agent(\"nightly/1.0 (mail@example.org)\")`"));
        }
        let api = BaseUrl::parse(&self.api).map_err(|error| error.with_setting("api_url"))?;
        let mut service =
            Service::new("infoflora", self.client()?, user_agent)?.with_rate_limit(self.pace);
        if let Some(scope) = self.scope {
            service = service.with_default_scope(scope);
        }
        Ok(service.with_api(Api::new(API, api, TokenKind::Login)))
    }

    fn client(&self) -> Result<OAuthClient, Error> {
        let refused = |what| Error::new(ErrorKind::Configuration, what).with_setting("client_id");
        let server = self.server()?;
        match (&self.client_id, self.secret.clone()) {
            (Some(id), _) if id.contains('@') => Err(refused(
                "the client id is an e-mail address: is it a user name, and the secret a password?",
            )
            .with_help(errors::CLIENT_REFUSED)),
            (Some(id), Some(secret)) => OAuthClient::new(server, id.as_str())?.with_secret(secret),
            (Some(id), None) => OAuthClient::new(server, id.as_str()),
            (None, None) => OAuthClient::new(server, NO_CLIENT),
            (None, Some(_)) => Err(refused("there is a client secret, but no client id")
                .with_help("use `api_infoflora::service(client_id)`")),
        }
    }

    /// No revocation endpoint: Info Flora documents none.
    fn server(&self) -> Result<AuthorizationServer, Error> {
        let base = BaseUrl::parse(&self.auth).map_err(|error| error.with_setting("auth_url"))?;
        let endpoint = |path: &str| Endpoint::parse(&format!("{}/oauth2{path}", base.as_str()));
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if self.locale.is_empty() || !self.locale.chars().all(plain) {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("`{}` is no locale", self.locale),
            )
            .with_setting("authorize_locale")
            .with_help("give a language code, such as `fr` or `de`"));
        }
        let server = AuthorizationServer::new(endpoint("/token")?)
            .client_authentication(self.authentication)
            .refresh_authentication(self.refresh)
            .client_id_beside_basic()
            .refused_client_advice(errors::CLIENT_REFUSED)
            .errors_without_state()
            .pkce_style(self.pkce);
        Ok(match self.client_id {
            Some(_) => {
                let locale = format!("/authorize/{}", self.locale);
                server.authorization_endpoint(endpoint(&locale)?)
            }
            None => server,
        })
    }
}
