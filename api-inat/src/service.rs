//! iNaturalist as a service: its authorization server, its APIs and the token of each.

use std::time::Duration;

use auth_core::{
    Api, AuthorizationServer, BaseUrl, ClientAuthentication, CredentialField, CredentialValues,
    Endpoint, Error, ErrorKind, ExposeSecret, OAuthClient, Quirk, RateLimit, SecretText, Service,
    TokenKind,
};

use crate::{
    media,
    v0::{self, api_token},
    v1, v2,
};

/// The client id of a service without a registered application; see
/// [`service_without_application`].
pub const NO_APPLICATION: &str = "no-application";

const WWW: &str = "https://www.inaturalist.org";
const V1: &str = "https://api.inaturalist.org/v1";
const V2: &str = "https://api.inaturalist.org/v2";
const STATIC: &str = "https://static.inaturalist.org";
const OPEN_DATA: &str = "https://inaturalist-open-data.s3.amazonaws.com";

/// Describes iNaturalist for an application that is registered there.
///
/// `client_id` is the application id on iNaturalist's page.
///
/// ```
/// let service = api_inat::service("33f27dc63bdf27f4ca6cd95dd")
///     .user_agent("nightly/1.0 (mail@example.org)")
///     .build()?;
/// assert_eq!(service.id(), "inaturalist");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[must_use = "does nothing before `build`"]
pub fn service(client_id: impl Into<String>) -> ServiceBuilder {
    ServiceBuilder::new(Some(client_id.into()))
}

/// Describes iNaturalist for programs without an application: with an imported API token, or for
/// public reads.
///
/// iNaturalist's staff approve each request to register applications, so most users have none. An
/// API token copied from <https://www.inaturalist.org/users/api_token> requires none. It is valid
/// for 24 hours.
///
/// The key of a token record has service, client id and account, so the client id is the
/// placeholder [`NO_APPLICATION`]. The service has neither an authorization nor a revocation
/// endpoint: a browser login fails unsent.
///
/// ```
/// let service = api_inat::service_without_application()
///     .user_agent("nightly/1.0 (mail@example.org)")
///     .build()?;
/// assert_eq!(service.account_key("me").to_string(), "inaturalist/no-application/me");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[must_use = "does nothing before `build`"]
pub fn service_without_application() -> ServiceBuilder {
    ServiceBuilder::new(None)
}

/// Describes iNaturalist for the application in `credentials`, with its secret if that is there; or
/// without an application if they have no application id.
///
/// ```
/// use auth_core::CredentialField::Token;
/// use keystore::Credentials;
///
/// let found = Credentials::discover(api_inat::CREDENTIALS)
///     .environment(|name| (name == "INAT_API_TOKEN").then(|| "eyJhbGciOiJub25lIn0.e30.".into()))
///     .without_keyring()
///     .discover()?;
/// let service = api_inat::service_from(&found).user_agent("nightly/1.0 (mail@example.org)").build()?;
/// assert_eq!(service.client().id(), api_inat::NO_APPLICATION);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[must_use = "does nothing before `build`"]
pub fn service_from(credentials: &impl CredentialValues) -> ServiceBuilder {
    let Some(id) = credentials.value(CredentialField::ClientId) else {
        return service_without_application();
    };
    match credentials.value(CredentialField::ClientSecret) {
        Some(secret) => service(id.expose_secret()).secret(secret.clone()),
        None => service(id.expose_secret()),
    }
}

/// Returns the default rate limit, slightly below the limits that iNaturalist documents. Set
/// another with [`ServiceBuilder::rate_limit`].
///
/// It allows one request a second, a burst of five after a pause, 55 in any minute and 10,000 a
/// day. Of media it allows 5 GB an hour and 24 GB a day.
///
/// Sources: the API's description asks for at most 60 a minute (the server throttles at 100) and
/// 10,000 a day. The page "API Recommended Practices", as quoted elsewhere, asks for one a second.
/// It names the two limits of media, beyond which an address may be blocked permanently; the page
/// itself was not read. The burst of five is pyinaturalist's. Nothing was tried on the running
/// service.
///
/// Requests to the APIs and downloads from the media servers count. So does the derivation of an
/// API token (`GET /users/api_token`), though it does not wait behind other requests. That is about
/// one a day for each account, for any number of callers. Logins do not count.
///
/// # Many at once
/// A request that would wait over ten minutes fails, with an error that says when to retry. So
/// about 550 requests can wait at once. A program that starts more tasks at once raises the longest
/// wait, or starts fewer:
///
/// ```
/// use std::time::Duration;
///
/// let service = api_inat::service("33f27dc63bdf27f4ca6cd95dd")
///     .user_agent("nightly/1.0 (mail@example.org)")
///     .rate_limit(api_inat::rate_limit().with_max_wait(Duration::from_secs(86_400)))
///     .build()?;
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "rate limit")]
#[doc(alias = "throttle")]
#[must_use]
pub fn rate_limit() -> RateLimit {
    const MINUTE: Duration = Duration::from_secs(60);
    const HOUR: Duration = Duration::from_secs(3600);
    const DAY: Duration = Duration::from_secs(86_400);
    RateLimit::every(Duration::from_secs(1))
        .with_burst(5)
        .with_window(55, MINUTE)
        .with_window(10_000, DAY)
        .with_media_window(5_000_000_000, HOUR)
        .with_media_window(24_000_000_000, DAY)
}

/// Builds a [`Service`]; made by [`service`] and [`service_without_application`].
///
/// ```
/// # use auth_testkit::{Dialect, TestClient, TestServer};
/// # let app = TestClient::confidential("app", "secret").scopes("write login");
/// # let server = TestServer::builder(Dialect::doorkeeper_5())
/// #     .client(app)
/// #     .user("alice", "password")
/// #     .site(api_inat::testkit::site())
/// #     .start()?;
/// use api_inat::users::Me;
///
/// let service = api_inat::service("app") // the application id
///     .secret("secret") // only for a confidential application
///     .user_agent("nightly/1.0 (mail@example.org)")
///     .at(server.url()) // a test server; leave it out for iNaturalist itself
///     .build()?;
/// let (http, store) = (http_ureq::Ureq::default(), keystore::Memory::new());
/// let client = auth_flows::Client::new(service, http, store);
/// let session = client.account("me");
/// session.log_in_with_password("alice", "password")?;
/// assert_eq!(session.send(Me::new())?.login.as_deref(), Some("alice"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "does nothing before `build`"]
pub struct ServiceBuilder {
    client_id: Option<String>,
    secret: Option<SecretText>,
    user_agent: Option<String>,
    www: String,
    v1: String,
    v2: String,
    static_media: String,
    open_data: String,
    rate_limit: RateLimit,
    self_renewing: bool,
}

impl ServiceBuilder {
    fn new(client_id: Option<String>) -> Self {
        Self {
            client_id,
            secret: None,
            user_agent: None,
            www: WWW.to_owned(),
            v1: V1.to_owned(),
            v2: V2.to_owned(),
            static_media: STATIC.to_owned(),
            open_data: OPEN_DATA.to_owned(),
            rate_limit: rate_limit(),
            self_renewing: false,
        }
    }

    /// Sets the secret of an application that is registered as confidential. Such an application
    /// requires it in addition to PKCE: without it, Doorkeeper 5.6 responds with `invalid_client`.
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

    /// Sets the base URL of the Rails application, for logins, tokens and v0. Default:
    /// `https://www.inaturalist.org`.
    pub fn www(mut self, url: impl Into<String>) -> Self {
        self.www = url.into();
        self
    }

    /// Sets the base URL of the API v1. Default: `https://api.inaturalist.org/v1`.
    pub fn v1(mut self, url: impl Into<String>) -> Self {
        self.v1 = url.into();
        self
    }

    /// Sets the base URL of the API v2. Default: `https://api.inaturalist.org/v2`.
    pub fn v2(mut self, url: impl Into<String>) -> Self {
        self.v2 = url.into();
        self
    }

    /// Sets the base URLs of the media servers. Defaults: `https://static.inaturalist.org` and
    /// `https://inaturalist-open-data.s3.amazonaws.com`.
    pub fn media(mut self, static_media: impl Into<String>, open_data: impl Into<String>) -> Self {
        self.static_media = static_media.into();
        self.open_data = open_data.into();
        self
    }

    /// Sets all base URLs to one origin, such as `http://127.0.0.1:4000`: for test servers.
    ///
    /// Give a test server a store of its own, or another client id. The key of a login does not
    /// contain the origin, so the tokens of iNaturalist in the same store would be sent there.
    pub fn at(self, origin: impl AsRef<str>) -> Self {
        let origin = origin.as_ref().trim_end_matches('/');
        self.www(origin)
            .v1(format!("{origin}/v1"))
            .v2(format!("{origin}/v2"))
            .media(origin, origin)
    }

    /// Sets the rate limit, in place of [`rate_limit()`]. Requests to a loopback IP are not
    /// limited.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let slower = api_inat::rate_limit().with_window(30, Duration::from_secs(60));
    /// let service = api_inat::service("33f27dc63bdf27f4ca6cd95dd")
    ///     .user_agent("nightly/1.0 (mail@example.org)")
    ///     .rate_limit(slower)
    ///     .build()?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[doc(alias = "rate limit")]
    pub fn rate_limit(mut self, rate_limit: RateLimit) -> Self {
        self.rate_limit = rate_limit;
        self
    }

    /// Renews an imported API token with itself: when it is due, but still valid, it is sent to
    /// `GET /users/api_token` for the next one. A program that runs at least once a day then needs
    /// no further import.
    ///
    /// Default: off. That iNaturalist responds so was read in its Rails application, and not
    /// verified. If it does not, the imported token stays valid until it expires.
    pub fn renew_plain_token(mut self) -> Self {
        self.self_renewing = true;
        self
    }

    /// Builds the service.
    ///
    /// # Errors
    /// [`is_configuration`](Error::is_configuration) if the User-Agent is missing, the client id or
    /// secret is invalid, or a base URL must not receive tokens. The error names the setting.
    pub fn build(self) -> Result<Service, Error> {
        let user_agent = self.user_agent.as_deref().unwrap_or_default();
        if user_agent.trim().is_empty() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "iNaturalist requires a User-Agent",
            )
            .with_setting("user_agent")
            .with_help("name the program and a contact, such as `.user_agent(\"nightly/1.0 (mail@example.org)\")`"));
        }
        let www = BaseUrl::parse(&self.www).map_err(|error| error.with_setting("www"))?;
        let v1 = BaseUrl::parse(&self.v1).map_err(|error| error.with_setting("v1"))?;
        let v2 = BaseUrl::parse(&self.v2).map_err(|error| error.with_setting("v2"))?;
        let media = |url: &str| BaseUrl::parse(url).map_err(|error| error.with_setting("media"));
        let (static_media, open_data) = (media(&self.static_media)?, media(&self.open_data)?);
        let client = client(&www, self.client_id, self.secret)?;
        let api_token = match self.self_renewing {
            true => api_token::ApiToken::default().renewing_itself(),
            false => api_token::ApiToken::default(),
        };
        Ok(Service::new("inaturalist", client, user_agent)?
            .with_rate_limit(self.rate_limit)
            .with_api(Api::new(v0::API, www, TokenKind::Login))
            .with_api(Api::new(v1::API, v1, TokenKind::Derived))
            .with_api(Api::new(v2::API, v2, TokenKind::Derived))
            // The operations of the media servers send no token.
            .with_api(Api::new(media::STATIC, static_media, TokenKind::Derived))
            .with_api(Api::new(media::OPEN_DATA, open_data, TokenKind::Derived))
            .with_token_derivation(api_token))
    }
}

fn client(
    www: &BaseUrl,
    client_id: Option<String>,
    secret: Option<SecretText>,
) -> Result<OAuthClient, Error> {
    let endpoint = |path: &str| Endpoint::parse(&format!("{}{path}", www.as_str()));
    // In the form, as pyinaturalist and the official app do. Doorkeeper 5.6 accepts both methods,
    // but never decodes the credentials in a Basic header.
    let mut server = AuthorizationServer::new(endpoint("/oauth/token")?)
        .client_authentication(ClientAuthentication::Body);
    let Some(client_id) = client_id else {
        return match secret {
            None => OAuthClient::new(server, NO_APPLICATION),
            Some(_) => Err(Error::new(
                ErrorKind::Configuration,
                "a client secret requires a client id",
            )
            .with_setting("client_id")
            .with_help("use `api_inat::service(client_id)` for a registered application")),
        };
    };
    server = server
        // Doorkeeper before version 6 sends no issuer. An upgrade at iNaturalist must not break
        // every login.
        .allow(Quirk::UnannouncedIssuer)
        .authorization_endpoint(endpoint("/oauth/authorize")?)
        .revocation_endpoint(endpoint("/oauth/revoke")?);
    let client = OAuthClient::new(server, client_id)?;
    match secret {
        Some(secret) => client.with_secret(secret),
        None => Ok(client),
    }
}
