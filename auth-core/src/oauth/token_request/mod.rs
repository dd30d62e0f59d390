//! Token requests: RFC 6749 sections 4.1.3, 4.3.2, 4.4.2, 4.5 and 6, RFC 8628 section 3.4.

pub(super) mod parameters;

use std::{fmt, ops::Deref};

use secrecy::ExposeSecret;

use self::parameters::{
    AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, Extra, GRANTS, PASSWORD, Param,
    REFRESH_TOKEN,
};
use super::{
    authorization_response::CodeGrant,
    client::OAuthClient,
    device::DeviceAuthorizationResponse,
    error_response,
    json_object::NoObject,
    server::ClientAuthentication,
    token_error::{FailedRequest, token_error},
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

/// Requests a token from the token endpoint. A [`Message`]: send its request with any HTTP client,
/// then pass it the response.
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
/// let response = message.parse(Response::new(ResponseBody::secret(body.to_vec())))?;
/// assert!(!response.has_refresh_token());
/// # Ok::<(), auth_core::Error>(())
/// ```
pub struct TokenRequest<'a> {
    client: &'a OAuthClient,
    grant_type: &'a str,
    /// The grant's own parameters; an extension has none.
    params: &'static [Param],
    values: [&'a str; 3],
    takes_scope: bool,
    code: Option<&'a CodeGrant>,
    /// The error that `request` returns instead of a request.
    problem: Option<Error>,
    scope: Option<&'a str>,
    extra: Extra<'a>,
    now: Option<Now>,
}

impl<'a> TokenRequest<'a> {
    /// Exchanges an authorization code (RFC 6749 section 4.1.3). Sends both the client secret and
    /// the code verifier.
    #[must_use]
    pub fn code(client: &'a OAuthClient, grant: &'a CodeGrant) -> Self {
        let values = [
            grant.code.expose_secret(),
            grant.redirect_uri(),
            grant.verifier.expose_secret(),
        ];
        let problem = (*grant.client_id != *client.id()).then(|| {
            Error::new(ErrorKind::Usage, "the code was requested by another client")
                .with_check(Check::ClientBound)
        });
        Self {
            takes_scope: false,
            code: Some(grant),
            problem,
            ..Self::new(client, AUTHORIZATION_CODE, values)
        }
    }

    /// Renews with a refresh token (RFC 6749 section 6).
    ///
    /// If the response has no refresh token, the old one stays valid: keep it, with
    /// [`TokenResponse::or_refresh_token`](crate::TokenResponse::or_refresh_token).
    #[doc(alias = "renew")]
    #[must_use]
    pub fn refresh(client: &'a OAuthClient, refresh_token: &'a SecretText) -> Self {
        let token = refresh_token.expose_secret();
        Self::new(client, REFRESH_TOKEN, [token, "", ""])
    }

    /// Requests a token of the client itself (RFC 6749 section 4.4.2).
    #[doc(alias = "daemon")]
    #[doc(alias = "machine to machine")]
    #[must_use]
    pub fn client_credentials(client: &'a OAuthClient) -> Self {
        let problem = (!client.is_confidential()).then(|| {
            let what = "client credentials need a client secret and there is none";
            let help = "give the secret that came with the client id";
            missing("client_secret", what).with_help(help)
        });
        Self {
            problem,
            ..Self::new(client, CLIENT_CREDENTIALS, [""; 3])
        }
    }

    /// Logs in with the user's name and password (RFC 6749 section 4.3.2). Prefer a login by
    /// browser, which shows the password to the service alone.
    #[doc(alias = "login")]
    #[must_use]
    pub fn password(client: &'a OAuthClient, username: &'a str, password: &'a SecretText) -> Self {
        let problem = match (username.trim().is_empty(), password.is_blank()) {
            (true, _) => Some(missing("username", "the username is empty")),
            (_, true) => Some(missing("password", "the password is empty")),
            _ => None,
        };
        let help = "give the user name and password of the person's own account";
        Self {
            problem: problem.map(|problem| problem.with_help(help)),
            ..Self::new(client, PASSWORD, [username, password.expose_secret(), ""])
        }
    }

    /// Polls for the token of a login on another device (RFC 8628 section 3.4).
    /// [`DeviceAuthorizationResponse::next_poll`] says what an error means for the next poll.
    #[must_use]
    pub fn device(client: &'a OAuthClient, device: &'a DeviceAuthorizationResponse) -> Self {
        let code = device.device_code().expose_secret();
        Self {
            takes_scope: false,
            ..Self::new(client, DEVICE_CODE, [code, "", ""])
        }
    }

    /// Uses another grant (RFC 6749 section 4.5): its URI here, its parameters by
    /// [`param`](Self::param) and [`secret_param`](Self::secret_param). Examples are JWT bearer
    /// assertions (RFC 7523) and token exchange (RFC 8693).
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
        Self {
            problem: parameters::check_grant_type(grant_type).err(),
            ..Self::new(client, grant_type, [""; 3])
        }
    }

    /// Sets the requested scopes, separated by spaces. Has no effect for codes, whose scopes the
    /// authorization request has.
    #[must_use]
    pub fn scope(mut self, scope: &'a str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Adds a parameter, such as `resource` (RFC 8707).
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the request sets the parameter itself, or if it is a duplicate.
    pub fn param(mut self, name: &'a str, value: &'a str) -> Result<Self, Error> {
        self.extra.plain(name, value, self.grant_type)?;
        Ok(self)
    }

    /// Adds a secret parameter, such as an assertion. No error repeats it.
    ///
    /// # Errors
    /// As for [`param`](Self::param).
    pub fn secret_param(mut self, name: &'a str, value: &'a SecretText) -> Result<Self, Error> {
        self.extra.secret(name, value, self.grant_type)?;
        Ok(self)
    }

    /// Records the send time. The error for a rejected code then says how old the code was, if
    /// [`CodeGrant::with_accepted_at`] was called too.
    #[must_use]
    pub fn sent_at(mut self, now: Now) -> Self {
        self.now = Some(now);
        self
    }

    fn new(client: &'a OAuthClient, grant_type: &'a str, values: [&'a str; 3]) -> Self {
        let own = GRANTS.iter().find(|(own, _)| *own == grant_type);
        Self {
            client,
            grant_type,
            params: own.map_or(&[], |(_, params)| *params),
            values,
            takes_scope: true,
            code: None,
            problem: None,
            scope: None,
            extra: Extra::default(),
            now: None,
        }
    }

    fn params(&self) -> impl Iterator<Item = (Param, &'a str)> {
        self.params.iter().copied().zip(self.values)
    }

    /// Returns about how many bytes the values have, before encoding.
    fn weight(&self) -> usize {
        let secret = self.client.secret_text();
        let grant: usize = self.values.iter().map(|value| value.len()).sum();
        grant + self.client.id().len() + secret.map_or(0, |secret| secret.expose_secret().len())
    }

    fn authentication(&self) -> ClientAuthentication {
        let server = self.client.server();
        match server.refresh_authentication {
            Some(own) if self.grant_type == REFRESH_TOKEN => own,
            _ => server.authentication,
        }
    }

    /// Returns the secrets that were sent, which an error must not repeat.
    fn secrets(&self) -> Secrets<'_> {
        let own = self.client.secret_text();
        let mut few = [own.map_or("", |own| own.expose_secret()); 4];
        for (few, ((_, is_secret), value)) in few[1..].iter_mut().zip(self.params()) {
            *few = if is_secret { value } else { "" };
        }
        let mut many: Vec<&str> = self.extra.secrets().collect();
        if !many.is_empty() {
            many.extend(few);
        }
        Secrets { few, many }
    }
}

impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenRequest({})", self.grant_type)
    }
}

/// Secrets to redact. The usual few need no allocation; an empty text counts as none.
struct Secrets<'a> {
    few: [&'a str; 4],
    /// All of them, if there are more.
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
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        if let Some(code) = self.code {
            code.count_request();
        }
        // Capacity for everything encoded: the form never reallocates.
        let mut form = Form::with_capacity(256 + 3 * self.weight());
        form.add("grant_type", self.grant_type);
        for ((name, _), value) in self.params() {
            form.add(name, value);
        }
        self.extra.fill(&mut form);
        if let Some(scope) = self.scope.filter(|_| self.takes_scope) {
            form.add("scope", scope);
        }
        Ok(self
            .client
            .post(&self.client.server().token, form, self.authentication()))
    }

    fn parse(&self, response: Response) -> Result<TokenResponse, Error> {
        let status = response.status();
        match read(&response) {
            Reading::Token(token) if status.is_success() => {
                let leniency = self.client.server().leniency;
                error_response::check_quirks(&response, WHAT, leniency, token.quirks())?;
                Ok(token)
            }
            Reading::Error(oauth) => {
                let request = FailedRequest {
                    grant_type: self.grant_type,
                    client_id: self.client.id(),
                    code: self.code.map(|code| (code, self.now)),
                    names_scope: self.takes_scope && self.scope.is_some(),
                    refused_client: self.client.server().refused_client,
                    secrets: &self.secrets(),
                };
                Err(token_error(&request, &response, oauth))
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
        match self.grant_type {
            AUTHORIZATION_CODE | REFRESH_TOKEN | DEVICE_CODE => Limits::token().single_use(),
            _ => Limits::token(),
        }
    }
}

const WHAT: &str = "token response";

#[cfg(test)]
mod tests;
