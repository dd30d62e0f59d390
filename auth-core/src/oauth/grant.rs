//! Token requests: RFC 6749 sections 4.1.3, 4.3.2, 4.4.2 and 6.

use secrecy::ExposeSecret;

use super::{
    answer::{Reading, TokenAnswer, read},
    client::OAuthClient,
    refusal::{self, GrantType},
    response::CodeGrant,
    server::ClientAuthentication,
};
use crate::{
    error::{Error, ErrorKind},
    ports::Limits,
    service::Message,
    wire::{
        body::{Request, Response},
        form::Form,
        secret::SecretText,
    },
};

/// Asks the token endpoint for a token. A [`Message`]: send its request with anything, and let it read the answer.
///
/// ```
/// use auth_core::{Answer, AuthorizationServer, Endpoint, Message, OAuthClient, Response, TokenRequest};
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?);
/// let client = OAuthClient::new(server, "id")?.secret("bbce628be722bfe2")?;
/// let message = TokenRequest::client_credentials(&client);
/// let request = message.request()?; // an `http::Request`
/// assert_eq!(request.method(), "POST");
///
/// let body = br#"{"token_type":"bearer","expires_in":3600,"access_token":"2YotnFZFEjr1zCsicMWpAA"}"#;
/// let answer = message.parse(Response::new(Answer::secret(body.to_vec())))?;
/// assert!(!answer.has_refresh_token());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Debug)]
pub struct TokenRequest<'a> {
    client: &'a OAuthClient,
    grant: Grant<'a>,
    scope: Option<&'a str>,
}

#[derive(Debug)]
enum Grant<'a> {
    Code(&'a CodeGrant),
    Refresh(&'a SecretText),
    ClientCredentials,
    Password(&'a str, &'a SecretText),
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

    /// The scopes to ask for, separated by spaces. Not for codes, whose scopes were asked for in the browser.
    #[must_use]
    pub fn scope(mut self, scope: &'a str) -> Self {
        self.scope = Some(scope);
        self
    }

    fn new(client: &'a OAuthClient, grant: Grant<'a>) -> Self {
        Self {
            client,
            grant,
            scope: None,
        }
    }

    fn grant_type(&self) -> GrantType {
        match self.grant {
            Grant::Code(_) => GrantType::AuthorizationCode,
            Grant::Refresh(_) => GrantType::RefreshToken,
            Grant::ClientCredentials => GrantType::ClientCredentials,
            Grant::Password(..) => GrantType::Password,
        }
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
    fn secrets(&self) -> Vec<&str> {
        let mut secrets: Vec<&str> = self
            .client
            .secret_text()
            .map(ExposeSecret::expose_secret)
            .into_iter()
            .collect();
        match &self.grant {
            Grant::Code(grant) => {
                secrets.extend([grant.code.expose_secret(), grant.verifier.expose_secret()]);
            }
            Grant::Refresh(token) => secrets.push(token.expose_secret()),
            Grant::Password(_, password) => secrets.push(password.expose_secret()),
            Grant::ClientCredentials => {}
        }
        secrets
    }
}

impl Message for TokenRequest<'_> {
    type Output = TokenAnswer;

    fn request(&self) -> Result<Request, Error> {
        // Room for everything encoded, so that the form is written once.
        let secrets: usize = self.secrets().iter().map(|secret| secret.len() + 32).sum();
        let mut form = Form::with_capacity(256 + 3 * (secrets + self.client.id().len()));
        form.add("grant_type", self.grant_type().as_str());
        match &self.grant {
            Grant::Code(grant) => {
                if grant.client_id != self.client.id() {
                    return Err(Error::new(
                        ErrorKind::Usage,
                        "the code was asked for by another client",
                    ));
                }
                form.add("code", grant.code.expose_secret());
                form.add("redirect_uri", &grant.redirect_uri);
                form.add("code_verifier", grant.verifier.expose_secret());
            }
            Grant::Refresh(token) => {
                form.add("refresh_token", token.expose_secret());
            }
            Grant::ClientCredentials => {
                if !self.client.is_confidential() {
                    return Err(Error::new(
                        ErrorKind::Configuration,
                        "client credentials need a client secret and there is none",
                    )
                    .setting("client_secret")
                    .advice("give the secret that came with the client id"));
                }
            }
            Grant::Password(username, password) => {
                for (setting, blank) in [
                    ("username", username.trim().is_empty()),
                    ("password", password.is_blank()),
                ] {
                    if blank {
                        return Err(Error::new(
                            ErrorKind::Configuration,
                            format!("the {setting} is empty"),
                        )
                        .setting(setting)
                        .advice("give the user name and password of the person's own account"));
                    }
                }
                form.add("username", username)
                    .add("password", password.expose_secret());
            }
        }
        if let (Some(scope), false) = (self.scope, matches!(self.grant, Grant::Code(_))) {
            form.add("scope", scope);
        }
        Ok(self
            .client
            .post(&self.client.server().token, form, self.authentication()))
    }

    fn parse(&self, response: Response) -> Result<TokenAnswer, Error> {
        let status = response.status();
        match read(&response) {
            Reading::Token(answer) if status.is_success() => Ok(answer),
            Reading::Error(oauth) => Err(refusal::token_error(
                self.grant_type(),
                self.client.id(),
                &response,
                oauth,
                &self.secrets(),
            )),
            Reading::Neither(why) if status.is_success() => Err(refusal::malformed(&response, why)),
            Reading::NotJson if status.is_success() => {
                Err(refusal::malformed(&response, "it is not JSON")
                    .with_words(&refusal::excerpt(&response, &self.secrets())))
            }
            _ => Err(refusal::unexplained(
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

#[cfg(test)]
mod tests;
