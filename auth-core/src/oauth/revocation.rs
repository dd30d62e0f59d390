//! Token revocation: RFC 7009.

use secrecy::ExposeSecret;

use super::{
    client::OAuthClient,
    refusal::{excerpt, unexplained},
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

/// Tells the server that a token is no longer wanted. A token it does not know is a success too (RFC 7009 section 2.2).
#[derive(Debug)]
pub struct Revocation<'a> {
    client: &'a OAuthClient,
    token: SecretText,
    hint: &'static str,
}

impl<'a> Revocation<'a> {
    /// Revokes an access token.
    #[must_use]
    pub fn access_token(client: &'a OAuthClient, token: impl Into<SecretText>) -> Self {
        Self {
            client,
            token: token.into(),
            hint: "access_token",
        }
    }

    /// Revokes a refresh token, and with it the access tokens of the same grant.
    #[must_use]
    pub fn refresh_token(client: &'a OAuthClient, token: impl Into<SecretText>) -> Self {
        Self {
            client,
            token: token.into(),
            hint: "refresh_token",
        }
    }

    /// Whether the server has an endpoint for it.
    #[must_use]
    pub fn is_offered(client: &OAuthClient) -> bool {
        client.server().revocation.is_some()
    }
}

impl Message for Revocation<'_> {
    type Output = ();

    fn request(&self) -> Result<Request, Error> {
        let server = self.client.server();
        let endpoint = server.revocation.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "the server has no revocation endpoint",
            )
            .setting("revocation_endpoint")
            .advice("let the token run out, or revoke it on the service's website")
        })?;
        let mut form = Form::with_capacity(128 + 3 * (self.token.expose_secret().len() + 128));
        form.add("token", self.token.expose_secret());
        form.add("token_type_hint", self.hint);
        Ok(self.client.post(endpoint, form, server.authentication))
    }

    fn parse(&self, response: Response) -> Result<(), Error> {
        if response.status().is_success() {
            return Ok(());
        }
        let mut secrets = vec![self.token.expose_secret()];
        secrets.extend(self.client.secret_text().map(ExposeSecret::expose_secret));
        let error = unexplained("the revocation endpoint", &response, &secrets);
        Err(error.with_words(&excerpt(&response, &secrets)))
    }

    fn limits(&self) -> Limits {
        Limits::token()
    }
}
