//! Token requests: RFC 6749 sections 4.1.3, 4.3.2, 4.4.2, 4.5 and 6, RFC 8628 section 3.4.

pub(super) mod parameters;

use std::ops::Deref;

use secrecy::ExposeSecret;

use self::parameters::Extra;
use super::{
    authorization_response::CodeGrant,
    client::OAuthClient,
    device::{DEVICE_CODE, DeviceAuthorizationResponse},
    error_response::{self, Asked, GrantType},
    json_object::NoObject,
    server::ClientAuthentication,
    token_response::{Reading, TokenResponse, read},
};
use crate::{
    error::{Error, ErrorKind, check::Check},
    time::Now,
    wire::{
        body::Request, form::Form, limits::Limits, message::Message, response_body::Response,
        secret::SecretText,
    },
};

/// Asks the token endpoint for a token. A [`Message`]: send its request with anything, and let it read the response.
///
/// ```
/// use auth_core::{ResponseBody, AuthorizationServer, Endpoint, Message, OAuthClient, Response, TokenRequest};
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?);
/// let client = OAuthClient::new(server, "id")?.with_secret("bbce628be722bfe2")?;
/// let message = TokenRequest::client_credentials(&client);
/// let request = message.request()?; // an `http::Request`
/// assert_eq!(request.method(), "POST");
///
/// let body = br#"{"token_type":"bearer","expires_in":3600,"access_token":"2YotnFZFEjr1zCsicMWpAA"}"#;
/// let answer = message.parse(Response::new(ResponseBody::secret(body.to_vec())))?;
/// assert!(!answer.has_refresh_token());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Debug)]
pub struct TokenRequest<'a> {
    client: &'a OAuthClient,
    grant: Grant<'a>,
    scope: Option<&'a str>,
    extra: Extra<'a>,
    now: Option<Now>,
}

#[derive(Debug)]
enum Grant<'a> {
    Code(&'a CodeGrant),
    Refresh(&'a SecretText),
    ClientCredentials,
    Password(&'a str, &'a SecretText),
    Device(&'a DeviceAuthorizationResponse),
    Extension(&'a str),
}

impl<'a> TokenRequest<'a> {
    /// Exchanges an authorization code (RFC 6749 section 4.1.3). Client secret and code verifier are both sent.
    #[must_use]
    pub fn code(client: &'a OAuthClient, grant: &'a CodeGrant) -> Self {
        Self::new(client, Grant::Code(grant))
    }

    /// Renews with a refresh token (RFC 6749 section 6).
    #[must_use]
    pub fn refresh(client: &'a OAuthClient, refresh_token: &'a SecretText) -> Self {
        Self::new(client, Grant::Refresh(refresh_token))
    }

    /// The client asks on its own behalf (RFC 6749 section 4.4.2).
    #[must_use]
    pub fn client_credentials(client: &'a OAuthClient) -> Self {
        Self::new(client, Grant::ClientCredentials)
    }

    /// A person's own user name and password (RFC 6749 section 4.3.2). Prefer a login by browser, which shows the password to
    /// the service alone.
    #[must_use]
    pub fn password(client: &'a OAuthClient, username: &'a str, password: &'a SecretText) -> Self {
        Self::new(client, Grant::Password(username, password))
    }

    /// Asks whether the person has logged in on the other device (RFC 8628 section 3.4).
    /// [`DeviceAuthorizationResponse::next_poll`] says what an error means for the next question.
    #[must_use]
    pub fn device(client: &'a OAuthClient, device: &'a DeviceAuthorizationResponse) -> Self {
        Self::new(client, Grant::Device(device))
    }

    /// A grant that is none of the above (RFC 6749 section 4.5): its URI here, its parameters by [`param`](Self::param) and
    /// [`secret_param`](Self::secret_param). So are JWT bearer assertions (RFC 7523) and token exchange (RFC 8693) made.
    ///
    /// ```
    /// use auth_core::{AuthorizationServer, Endpoint, Message, OAuthClient, SecretText, TokenRequest};
    ///
    /// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?);
    /// let client = OAuthClient::new(server, "id")?;
    /// let assertion = SecretText::from("eyJhbGciOiJFUzI1NiJ9.e30.c2ln"); // made and signed by the program
    /// let message = TokenRequest::extension(&client, "urn:ietf:params:oauth:grant-type:jwt-bearer")
    ///     .secret_param("assertion", &assertion)?;
    /// assert_eq!(message.request()?.method(), "POST");
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[must_use]
    pub fn extension(client: &'a OAuthClient, grant_type: &'a str) -> Self {
        Self::new(client, Grant::Extension(grant_type))
    }

    /// The scopes to ask for, separated by spaces. Not for codes, whose scopes were asked for in the browser.
    #[must_use]
    pub fn scope(mut self, scope: &'a str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// A further parameter, such as `resource` (RFC 8707).
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: a parameter that the request sets itself, or one that stands there already.
    pub fn param(mut self, name: &'a str, value: &'a str) -> Result<Self, Error> {
        self.extra.plain(name, value, self.grant_type())?;
        Ok(self)
    }

    /// A further parameter that is a secret, such as an assertion: no error repeats it.
    ///
    /// # Errors
    /// As for [`param`](Self::param).
    pub fn secret_param(mut self, name: &'a str, value: &'a SecretText) -> Result<Self, Error> {
        self.extra.secret(name, value, self.grant_type())?;
        Ok(self)
    }

    /// Notes when it is sent: a code that is refused is then reported with its age, if
    /// [`CodeGrant::with_accepted_at`] was told as well.
    #[must_use]
    pub fn sent_at(mut self, now: Now) -> Self {
        self.now = Some(now);
        self
    }

    fn new(client: &'a OAuthClient, grant: Grant<'a>) -> Self {
        Self {
            client,
            grant,
            scope: None,
            extra: Extra::default(),
            now: None,
        }
    }

    fn grant_type(&self) -> GrantType {
        match self.grant {
            Grant::Code(_) => GrantType::AuthorizationCode,
            Grant::Refresh(_) => GrantType::RefreshToken,
            Grant::ClientCredentials => GrantType::ClientCredentials,
            Grant::Password(..) => GrantType::Password,
            Grant::Device(_) => GrantType::DeviceCode,
            Grant::Extension(_) => GrantType::Extension,
        }
    }

    fn grant_type_text(&self) -> &'a str {
        match self.grant {
            Grant::Code(_) => "authorization_code",
            Grant::Refresh(_) => "refresh_token",
            Grant::ClientCredentials => "client_credentials",
            Grant::Password(..) => "password",
            Grant::Device(_) => DEVICE_CODE,
            Grant::Extension(grant_type) => grant_type,
        }
    }

    /// About how long what it sends is, in bytes before encoding.
    fn weight(&self) -> usize {
        let grant = match &self.grant {
            Grant::Code(grant) => grant.code.expose_secret().len() + grant.redirect_uri().len(),
            Grant::Refresh(token) => token.expose_secret().len(),
            Grant::Password(name, password) => name.len() + password.expose_secret().len(),
            Grant::Device(device) => device.device_code().expose_secret().len(),
            Grant::ClientCredentials | Grant::Extension(_) => 0,
        };
        let secret = self.client.secret_text();
        grant + self.client.id().len() + secret.map_or(0, |secret| secret.expose_secret().len())
    }

    fn authentication(&self) -> ClientAuthentication {
        let server = self.client.server();
        match self.grant {
            Grant::Refresh(_) => server
                .refresh_authentication
                .unwrap_or(server.authentication),
            _ => server.authentication,
        }
    }

    /// What we sent that must not come back in an error.
    fn secrets(&self) -> Secrets<'_> {
        let own = self.client.secret_text();
        let [first, second] = match &self.grant {
            Grant::Code(grant) => [grant.code.expose_secret(), grant.verifier.expose_secret()],
            Grant::Refresh(token) => [token.expose_secret(), ""],
            Grant::Password(_, password) => [password.expose_secret(), ""],
            Grant::Device(device) => [device.device_code().expose_secret(), ""],
            Grant::ClientCredentials | Grant::Extension(_) => ["", ""],
        };
        let few = [own.map_or("", |own| own.expose_secret()), first, second];
        let mut many: Vec<&str> = self.extra.secrets().collect();
        if !many.is_empty() {
            many.extend(few);
        }
        Secrets { few, many }
    }

    /// The parameters of the grant itself.
    fn fill(&self, form: &mut Form) -> Result<(), Error> {
        match &self.grant {
            Grant::Code(grant) => {
                if *grant.client_id != *self.client.id() {
                    return Err(Error::new(
                        ErrorKind::Usage,
                        "the code was asked for by another client",
                    )
                    .with_check(Check::ClientBound));
                }
                grant.count_request();
                form.add("code", grant.code.expose_secret())
                    .add("redirect_uri", grant.redirect_uri())
                    .add("code_verifier", grant.verifier.expose_secret());
            }
            Grant::Refresh(token) => {
                form.add("refresh_token", token.expose_secret());
            }
            Grant::ClientCredentials => {
                if !self.client.is_confidential() {
                    return Err(missing(
                        "client_secret",
                        "client credentials need a client secret and there is none",
                    )
                    .with_help("give the secret that came with the client id"));
                }
            }
            Grant::Password(username, password) => {
                let advice = "give the user name and password of the person's own account";
                if username.trim().is_empty() {
                    return Err(missing("username", "the username is empty").with_help(advice));
                }
                if password.is_blank() {
                    return Err(missing("password", "the password is empty").with_help(advice));
                }
                form.add("username", username)
                    .add("password", password.expose_secret());
            }
            Grant::Device(device) => {
                form.add("device_code", device.device_code().expose_secret());
            }
            Grant::Extension(grant_type) => parameters::check_grant_type(grant_type)?,
        }
        self.extra.fill(form);
        Ok(())
    }
}

/// Secrets to look for. The usual few of them take no memory; an empty one is none.
struct Secrets<'a> {
    few: [&'a str; 3],
    /// All of them, where there are more.
    many: Vec<&'a str>,
}

impl<'a> Deref for Secrets<'a> {
    type Target = [&'a str];

    fn deref(&self) -> &[&'a str] {
        match self.many.is_empty() {
            true => &self.few,
            false => &self.many,
        }
    }
}

fn missing(setting: &'static str, what: &'static str) -> Error {
    Error::new(ErrorKind::Configuration, what).with_setting(setting)
}

impl Message for TokenRequest<'_> {
    type Output = TokenResponse;

    fn request(&self) -> Result<Request, Error> {
        // Room for everything encoded, so that the form is written once.
        let mut form = Form::with_capacity(256 + 3 * self.weight());
        form.add("grant_type", self.grant_type_text());
        self.fill(&mut form)?;
        if let (Some(scope), false) = (
            self.scope,
            matches!(self.grant, Grant::Code(_) | Grant::Device(_)),
        ) {
            form.add("scope", scope);
        }
        Ok(self
            .client
            .post(&self.client.server().token, form, self.authentication()))
    }

    fn parse(&self, response: Response) -> Result<TokenResponse, Error> {
        let status = response.status();
        match read(&response) {
            Reading::Token(answer) if status.is_success() => {
                let leniency = self.client.server().leniency;
                error_response::unforgiven(&response, WHAT, leniency, answer.quirks())?;
                Ok(answer)
            }
            Reading::Error(oauth) => {
                let code = match &self.grant {
                    Grant::Code(grant) => Some((*grant, self.now)),
                    _ => None,
                };
                let asked = Asked {
                    grant: self.grant_type(),
                    grant_type: self.grant_type_text(),
                    client_id: self.client.id(),
                    code,
                    secrets: &self.secrets(),
                };
                let is_client = error_response::blames_client(&oauth);
                let error = error_response::token_error(&asked, &response, oauth);
                Err(match self.client.server().refused_client {
                    Some(advice) if is_client => error.with_help(advice),
                    _ => error,
                })
            }
            Reading::Neither(check, why) if status.is_success() => {
                Err(error_response::malformed(&response, WHAT, check, why))
            }
            Reading::NotJson if status.is_success() => Err(error_response::no_object(
                &response,
                WHAT,
                NoObject::NotJson,
                &self.secrets(),
            )),
            _ => Err(error_response::unexplained(
                "the token endpoint",
                &response,
                &self.secrets(),
            )),
        }
    }

    fn limits(&self) -> Limits {
        Limits::token()
    }
}

const WHAT: &str = "token response";

#[cfg(test)]
mod tests;
