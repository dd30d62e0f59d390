//! iNaturalist as a service value: its authorization server, its APIs and which token each takes.

use auth_core::{
    Api, AuthorizationServer, Base, ClientAuthentication, Endpoint, Error, ErrorKind, OAuthClient,
    Oddity, SecretText, Service, TokenKind,
};

use crate::{api_token, v1};

/// The client id of a service that stands for no registered application, see [`service_without_application`].
pub const NO_APPLICATION: &str = "no-application";

const WWW: &str = "https://www.inaturalist.org";
const V1: &str = "https://api.inaturalist.org/v1";

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

/// What is left to say before there is a [`Service`].
#[derive(Clone, Debug)]
#[must_use = "nothing is made before `build`"]
pub struct ServiceBuilder {
    client_id: Option<String>,
    secret: Option<SecretText>,
    user_agent: Option<String>,
    www: String,
    v1: String,
}

impl ServiceBuilder {
    fn new(client_id: Option<String>) -> Self {
        Self {
            client_id,
            secret: None,
            user_agent: None,
            www: WWW.to_owned(),
            v1: V1.to_owned(),
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

    /// Everything at one origin, such as `http://127.0.0.1:4000`: for test servers.
    pub fn at(self, origin: impl AsRef<str>) -> Self {
        let origin = origin.as_ref().trim_end_matches('/');
        self.www(origin).v1(format!("{origin}/v1"))
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
            .setting("user_agent")
            .advice("give one, such as `.user_agent(\"nightly/1.0 (mail@example.org)\")`"));
        }
        let www = Base::parse(&self.www).map_err(|error| error.setting("www"))?;
        let v1 = Base::parse(&self.v1).map_err(|error| error.setting("v1"))?;
        let client = client(&www, self.client_id, self.secret)?;
        Ok(Service::new("inaturalist", client, user_agent)?
            .api(Api::new(api_token::WWW, www, TokenKind::Login))
            .api(Api::new(v1::API, v1, TokenKind::Derived))
            .derive(api_token::ApiToken))
    }
}

fn client(
    www: &Base,
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
            .setting("client_id")
            .advice("use `api_inat::service(client_id)` for a registered application")),
        };
    };
    server = server
        // Doorkeeper names no issuer before version 6; the day iNaturalist moves there must not end every login.
        .forgive(Oddity::UnannouncedIssuer)
        .authorization_endpoint(endpoint("/oauth/authorize")?)
        .revocation_endpoint(endpoint("/oauth/revoke")?);
    let client = OAuthClient::new(server, client_id)?;
    match secret {
        Some(secret) => client.secret(secret),
        None => Ok(client),
    }
}
