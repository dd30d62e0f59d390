//! Info Flora as a `Service`: its authorization server with its quirks, and its API.

use std::time::Duration;

use auth_core::{
    Api, AuthorizationServer, BaseUrl, BasicEncoding, ClientAuthentication, CredentialField,
    CredentialValues, Endpoint, Error, ErrorKind, ExposeSecret, OAuthClient, PkceStyle, RateLimit,
    SecretText, Service, TokenKind,
};

use crate::{errors, path::API, scope::Scope};

const AUTH: &str = "https://auth.infoflora.ch";
const REST: &str = "https://obs.infoflora.ch/rest";

/// Describes Info Flora, for your registered client.
///
/// Register it by e-mail to info@infoflora.ch, which sends you an id and a secret; see
/// [`guide::registering`](crate::guide::registering).
///
/// ```
/// let service = api_infoflora::service("0123456789abcdef0123456789abcdef")
///     .secret("the secret that came with it")
///     .user_agent("nightly/1.0 (mail@example.org)")
///     .build()?;
/// assert_eq!(service.id(), "infoflora");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[must_use = "nothing is built before `build`"]
pub fn service(client_id: impl Into<String>) -> ServiceBuilder {
    ServiceBuilder::new(Some(client_id.into()))
}

/// Returns the rate limit of a [`service`]: two requests a second. Info Flora names no limit; a
/// public client sleeps half a second after each page.
///
/// A request that would wait over ten minutes fails, with an error that says when to retry; see
/// [`with_max_wait`](RateLimit::with_max_wait). Requests to a loopback IP are not limited.
///
/// ```
/// // Two hosts with an address each: each has the limit, though they share a store.
/// let service = api_infoflora::service("0123456789abcdef0123456789abcdef")
///     .user_agent("atlas/2.1 (mail@example.org)")
///     .rate_limit(api_infoflora::rate_limit().with_address("basel"))
///     .build()?;
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "throttle")]
#[must_use]
pub fn rate_limit() -> RateLimit {
    RateLimit::every(Duration::from_millis(500)).with_burst(2)
}

/// The client id of a service without a registered client; see [`service_without_client`].
pub const NO_CLIENT: &str = "no-client";

/// Describes Info Flora without a client, for programs that read public data only, such as the
/// units of an atlas.
///
/// Use the `anonymous()` session of a client of `auth-flows`. The service has no authorization
/// endpoint, so a login fails before anything is sent.
///
/// ```
/// let service = api_infoflora::service_without_client()
///     .user_agent("atlas/1.0 (mail@example.org)")
///     .build()?;
/// assert_eq!(service.client().id(), api_infoflora::NO_CLIENT);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[must_use = "nothing is built before `build`"]
pub fn service_without_client() -> ServiceBuilder {
    ServiceBuilder::new(None)
}

/// Describes Info Flora for the client in `credentials`, with its secret if that is there. Without
/// a client id it is described without a client, for public data.
///
/// ```
/// use keystore::Credentials;
///
/// # let environment = |name: &str| match name {
/// #     "INFOFLORA_CLIENT_ID" => Some("an-id".into()),
/// #     "INFOFLORA_CLIENT_SECRET" => Some("s3cret".into()),
/// #     _ => None,
/// # };
/// let found = Credentials::discover(api_infoflora::CREDENTIALS);
/// # let found = found.environment(environment).without_keyring();
/// let found = found.discover()?; // fails if the id or the secret is missing, and says where it looked
/// let service =
///     api_infoflora::service_from(&found).user_agent("nightly/1.0 (mail@example.org)").build()?;
/// assert_eq!(service.client().id(), "an-id");
/// assert!(service.client().is_confidential());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[must_use = "nothing is built before `build`"]
pub fn service_from(credentials: &impl CredentialValues) -> ServiceBuilder {
    let builder = match credentials.value(CredentialField::ClientId) {
        Some(id) => service(id.expose_secret()),
        None => service_without_client(),
    };
    // A secret without an id is a mistake, which `build` names.
    match credentials.value(CredentialField::ClientSecret) {
        Some(secret) => builder.secret(secret.clone()),
        None => builder,
    }
}

/// Builds a [`Service`]. [`service`], [`service_from`] and [`service_without_client`] return it.
///
/// ```
/// use api_infoflora::Scope;
/// use auth_core::RateLimit;
/// use std::time::Duration;
///
/// let service = api_infoflora::service("0123456789abcdef0123456789abcdef")
///     .secret("the secret that came with it")
///     .user_agent("my-tool/1.0 (mail@example.org)")
///     .authorize_locale("de")
///     .scopes([Scope::OBSERVATION_READ])
///     .rate_limit(RateLimit::every(Duration::from_secs(1)))
///     .build()?;
/// // A setting that is missing is an error that names it.
/// let error = api_infoflora::service("id").build().unwrap_err();
/// assert_eq!(error.setting(), Some("user_agent"));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is built before `build`"]
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
    rate_limit: RateLimit,
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
            rate_limit: rate_limit(),
        }
    }

    /// Sets the client's secret.
    ///
    /// Info Flora's clients have one for both grants, in addition to PKCE. A client of the client
    /// credentials grant acts as one person: protect its secret like that person's password.
    pub fn secret(mut self, secret: impl Into<SecretText>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Sets the User-Agent: the program, its version and a contact, such as
    /// `nightly/1.0 (mail@example.org)`. Required.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Sets the language of the login page, a segment of its path. Default: `fr`, which is
    /// documented.
    ///
    /// `de` probably works, because a public client uses a German login page. Others are not known.
    pub fn authorize_locale(mut self, locale: impl Into<String>) -> Self {
        self.locale = locale.into();
        self
    }

    /// Sets the base URL of the authorization server. Default: `https://auth.infoflora.ch`.
    pub fn auth_url(mut self, url: impl Into<String>) -> Self {
        self.auth = url.into();
        self
    }

    /// Sets the base URL of the API, which ends in `/rest`, without a version. Default:
    /// `https://obs.infoflora.ch/rest`.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api = url.into();
        self
    }

    /// Sets one origin for both, such as `http://127.0.0.1:4000`, for test servers.
    pub fn at(self, origin: impl AsRef<str>) -> Self {
        let origin = origin.as_ref().trim_end_matches('/');
        self.auth_url(origin).api_url(format!("{origin}/rest"))
    }

    /// Sets how code verifiers are generated. Default: as in RFC 7636.
    ///
    /// Info Flora's page encodes the challenge in plain base64, the RFC in base64url.
    /// [`PkceStyle::AlphanumericChallenge`] is right whichever of the two the server compares.
    pub fn pkce_style(mut self, style: PkceStyle) -> Self {
        self.pkce = style;
        self
    }

    /// Sets how the client authenticates. Default: Basic with raw values, as documented.
    ///
    /// league's server, which Info Flora probably uses, does not form-decode a Basic header.
    pub fn client_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// Sets how the client authenticates when it refreshes a token. Default: in the form, the only
    /// method that Info Flora documents for it.
    pub fn refresh_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.refresh = authentication;
        self
    }

    /// Sets the scopes that a login by code requests. Default: none, as in the page's own example.
    ///
    /// The client credentials grant requests none: Info Flora grants all scopes of the client.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = Scope>) -> Self {
        self.scope = Some(Scope::join(scopes)).filter(|scope| !scope.is_empty());
        self
    }

    /// Sets the rate limit, in place of [`rate_limit()`].
    pub fn rate_limit(mut self, rate_limit: RateLimit) -> Self {
        self.rate_limit = rate_limit;
        self
    }

    /// Builds the service.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the User-Agent is missing, the client id, secret or locale
    /// is invalid, or a base URL must not receive tokens. The error names the setting.
    pub fn build(self) -> Result<Service, Error> {
        let user_agent = self.user_agent.as_deref().unwrap_or_default();
        if user_agent.trim().is_empty() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "the User-Agent is missing",
            )
            .with_setting("user_agent")
            .with_help("name your program and a contact, such as `.user_agent(\"nightly/1.0 (mail@example.org)\")`"));
        }
        let api = BaseUrl::parse(&self.api).map_err(|error| error.with_setting("api_url"))?;
        let mut service =
            Service::new("infoflora", self.client()?, user_agent)?.with_rate_limit(self.rate_limit);
        if let Some(scope) = self.scope {
            service = service.with_default_scope(scope);
        }
        Ok(service.with_api(Api::new(API, api, TokenKind::Login)))
    }

    fn client(&self) -> Result<OAuthClient, Error> {
        let invalid = |what| Error::new(ErrorKind::Configuration, what).with_setting("client_id");
        let server = self.server()?;
        match (&self.client_id, self.secret.clone()) {
            (Some(id), _) if id.contains('@') => Err(invalid(
                "the client id is an e-mail address, as a user name would be",
            )
            .with_help(errors::CLIENT_REFUSED)),
            (Some(id), Some(secret)) => OAuthClient::new(server, id.as_str())?.with_secret(secret),
            (Some(id), None) => OAuthClient::new(server, id.as_str()),
            (None, None) => OAuthClient::new(server, NO_CLIENT),
            (None, Some(_)) => Err(invalid("a client secret is set, but no client id")
                .with_help("use `api_infoflora::service(client_id)`")),
        }
    }

    /// Without a revocation endpoint: Info Flora documents none.
    fn server(&self) -> Result<AuthorizationServer, Error> {
        let base = BaseUrl::parse(&self.auth).map_err(|error| error.with_setting("auth_url"))?;
        let endpoint = |path: &str| Endpoint::parse(&format!("{}/oauth2{path}", base.as_str()));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if self.locale.is_empty() || !self.locale.chars().all(is_plain) {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("`{}` is not a locale", self.locale),
            )
            .with_setting("authorize_locale")
            .with_help("use a language code, such as `fr` or `de`"));
        }
        let server = AuthorizationServer::new(endpoint("/token")?)
            .client_authentication(self.authentication)
            .refresh_authentication(self.refresh)
            .client_id_beside_basic()
            .refused_client_help(errors::CLIENT_REFUSED)
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
