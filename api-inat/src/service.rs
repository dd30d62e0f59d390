//! iNaturalist as a service value: its authorization server, its APIs and which token each takes.

use std::time::Duration;

use auth_core::{
    Api, AuthorizationServer, BaseUrl, ClientAuthentication, Endpoint, Error, ErrorKind,
    OAuthClient, Quirk, RateLimit, SecretText, Service, TokenKind,
};

use crate::{
    media,
    v0::{self, api_token},
    v1, v2,
};

/// The client id of a service that stands for no registered application, see [`service_without_application`].
pub const NO_APPLICATION: &str = "no-application";

const WWW: &str = "https://www.inaturalist.org";
const V1: &str = "https://api.inaturalist.org/v1";
const V2: &str = "https://api.inaturalist.org/v2";
const STATIC: &str = "https://static.inaturalist.org";
const OPEN_DATA: &str = "https://inaturalist-open-data.s3.amazonaws.com";

/// iNaturalist, for an application that is registered there.
///
/// `client_id` is what iNaturalist's page calls the application id.
///
/// ```
/// let service = api_inat::service("33f27dc63bdf27f4ca6cd95dd")
///     .user_agent("nightly/1.0 (mail@example.org)")
///     .build()?;
/// assert_eq!(service.id(), "inaturalist");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[must_use = "nothing is made before `build`"]
pub fn service(client_id: impl Into<String>) -> ServiceBuilder {
    ServiceBuilder::new(Some(client_id.into()))
}

/// iNaturalist, for people who paste an API token or read what is public.
///
/// Registering an application takes a request that a person at iNaturalist approves; most people have none. An API token
/// copied from <https://www.inaturalist.org/users/api_token> needs none either: it is good for 24 hours.
///
/// A record in a store is keyed by service, client id and account, so the service gets the placeholder
/// [`NO_APPLICATION`] as its client id. It has no authorization and no revocation endpoint: a browser login is refused
/// before anything is sent.
///
/// ```
/// let service = api_inat::service_without_application()
///     .user_agent("nightly/1.0 (mail@example.org)")
///     .build()?;
/// assert_eq!(service.account_key("me").to_string(), "inaturalist/no-application/me");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[must_use = "nothing is made before `build`"]
pub fn service_without_application() -> ServiceBuilder {
    ServiceBuilder::new(None)
}

/// How fast iNaturalist asks to be asked, with a little left over; every service has it unless [`ServiceBuilder::rate_limit`] says
/// otherwise.
///
/// One request a second, five at once after a quiet time, 55 in any minute, 10,000 in a day; 5 GB of photos and sounds in an hour,
/// 24 GB in a day. The API's description asks for at most 60 a minute (it throttles at 100) and 10,000 a day. The page "API
/// Recommended Practices", as others quote it, asks for one a second and names the two limits of media, beyond which an address may
/// be blocked for good; the page itself was not read. The burst of five is pyinaturalist's. Nothing of it was tried.
///
/// Requests to the APIs count, and what is fetched from the media servers. Logins and the derivation of API tokens
/// (`GET /users/api_token`, at most about one a day for each account, whatever the number of callers) take no turn.
///
/// # Many at once
/// A request whose turn would come after more than ten minutes is refused, with an error that says when to come again: some 550
/// requests may wait in line at once. A program that starts more tasks than that at a time gives them more patience, or starts fewer:
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

/// What is left to say before there is a [`Service`].
#[derive(Clone, Debug)]
#[must_use = "nothing is made before `build`"]
pub struct ServiceBuilder {
    client_id: Option<String>,
    secret: Option<SecretText>,
    user_agent: Option<String>,
    www: String,
    v1: String,
    v2: String,
    static_media: String,
    open_data: String,
    pace: RateLimit,
    renews_pasted: bool,
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
            pace: rate_limit(),
            renews_pasted: false,
        }
    }

    /// The secret of an application that is registered as confidential. It is needed beside PKCE: Doorkeeper 5.6 answers
    /// such an application without its secret with `invalid_client`.
    pub fn secret(mut self, secret: impl Into<SecretText>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Names the program, its version and a way to reach its author, such as `nightly/1.0 (mail@example.org)`. Required.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Another base URL of the Rails application: logins, tokens and v0.
    pub fn www(mut self, url: impl Into<String>) -> Self {
        self.www = url.into();
        self
    }

    /// Another base URL of the API v1.
    pub fn v1(mut self, url: impl Into<String>) -> Self {
        self.v1 = url.into();
        self
    }

    /// Another base URL of the API v2.
    pub fn v2(mut self, url: impl Into<String>) -> Self {
        self.v2 = url.into();
        self
    }

    /// Other base URLs in place of the media servers `https://static.inaturalist.org` and
    /// `https://inaturalist-open-data.s3.amazonaws.com`.
    pub fn media(mut self, static_media: impl Into<String>, open_data: impl Into<String>) -> Self {
        self.static_media = static_media.into();
        self.open_data = open_data.into();
        self
    }

    /// Everything at one origin, such as `http://127.0.0.1:4000`: for test servers.
    pub fn at(self, origin: impl AsRef<str>) -> Self {
        let origin = origin.as_ref().trim_end_matches('/');
        self.www(origin)
            .v1(format!("{origin}/v1"))
            .v2(format!("{origin}/v2"))
            .media(origin, origin)
    }

    /// How fast iNaturalist is asked, in place of [`rate_limit()`]. Nothing is held back towards a loopback IP.
    pub fn rate_limit(mut self, pace: RateLimit) -> Self {
        self.pace = pace;
        self
    }

    /// A pasted API token that still serves is sent to `GET /users/api_token` when it is due, for the next one: so a program that
    /// runs at least once a day goes on without a new paste.
    ///
    /// Off unless asked for: that iNaturalist answers so was read in its Rails application, and not verified. Where it does not,
    /// the pasted token serves to its end as before.
    pub fn renew_plain_token(mut self) -> Self {
        self.renews_pasted = true;
        self
    }

    /// The service.
    ///
    /// # Errors
    /// [`is_configuration`](Error::is_configuration): no User-Agent, an impossible client id or secret, or a base URL that
    /// must not get tokens. The error names the setting.
    pub fn build(self) -> Result<Service, Error> {
        let user_agent = self.user_agent.as_deref().unwrap_or_default();
        if user_agent.trim().is_empty() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "iNaturalist asks every program for a User-Agent that names it and its author",
            )
            .with_setting("user_agent")
            .with_help("give one, such as `.user_agent(\"nightly/1.0 (mail@example.org)\")`"));
        }
        let www = BaseUrl::parse(&self.www).map_err(|error| error.with_setting("www"))?;
        let v1 = BaseUrl::parse(&self.v1).map_err(|error| error.with_setting("v1"))?;
        let v2 = BaseUrl::parse(&self.v2).map_err(|error| error.with_setting("v2"))?;
        let media = |url: &str| BaseUrl::parse(url).map_err(|error| error.with_setting("media"));
        let (static_media, open_data) = (media(&self.static_media)?, media(&self.open_data)?);
        let client = client(&www, self.client_id, self.secret)?;
        let api_token = match self.renews_pasted {
            true => api_token::ApiToken::default().renewing_itself(),
            false => api_token::ApiToken::default(),
        };
        Ok(Service::new("inaturalist", client, user_agent)?
            .with_rate_limit(self.pace)
            .with_api(Api::new(v0::API, www, TokenKind::Login))
            .with_api(Api::new(v1::API, v1, TokenKind::Derived))
            .with_api(Api::new(v2::API, v2, TokenKind::Derived))
            // Their operations send no token.
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
    // The form, because pyinaturalist and the official app send the credentials so; Doorkeeper 5.6 takes both ways, and
    // never decodes what a Basic header carries.
    let mut server = AuthorizationServer::new(endpoint("/oauth/token")?)
        .client_authentication(ClientAuthentication::Body);
    let Some(client_id) = client_id else {
        return match secret {
            None => OAuthClient::new(server, NO_APPLICATION),
            Some(_) => Err(Error::new(
                ErrorKind::Configuration,
                "there is a client secret, but no client id",
            )
            .with_setting("client_id")
            .with_help("use `api_inat::service(client_id)` for a registered application")),
        };
    };
    server = server
        // Doorkeeper names no issuer before version 6; the day iNaturalist moves there must not end every login.
        .allow(Quirk::UnannouncedIssuer)
        .authorization_endpoint(endpoint("/oauth/authorize")?)
        .revocation_endpoint(endpoint("/oauth/revoke")?);
    let client = OAuthClient::new(server, client_id)?;
    match secret {
        Some(secret) => client.with_secret(secret),
        None => Ok(client),
    }
}
