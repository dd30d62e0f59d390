//! Token introspection: RFC 7662. What a server says of a token that somebody holds.

use std::fmt;

use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;

use super::{
    client::OAuthClient,
    error_response,
    json_object::{Object, head},
};
use crate::{
    error::{Error, ErrorKind, check::Check},
    leniency::{Quirk, Quirks},
    time::UnixTime,
    wire::{
        body::Request, form::Form, limits::Limits, message::Message, response_body::Response,
        secret::SecretText,
    },
};

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// Asks the server whether a token is good, and what for. The client authenticates as for a token request.
#[derive(Debug)]
pub struct IntrospectionRequest<'a> {
    client: &'a OAuthClient,
    token: SecretText,
    hint: &'static str,
}

/// What the server says of a token. Of one that is not active it says nothing more.
pub struct IntrospectionResponse {
    active: bool,
    expires: Option<UnixTime>,
    issued: Option<UnixTime>,
    not_before: Option<UnixTime>,
    object: Object,
    forgiven: Quirks,
}

impl<'a> IntrospectionRequest<'a> {
    /// Looks into an access token.
    #[must_use]
    pub fn access_token(client: &'a OAuthClient, token: impl Into<SecretText>) -> Self {
        Self {
            client,
            token: token.into(),
            hint: "access_token",
        }
    }

    /// Looks into a refresh token.
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
        client.server().introspection.is_some()
    }

    #[inline]
    fn secrets(&self) -> Vec<&str> {
        let mut secrets = vec![self.token.expose_secret()];
        secrets.extend(self.client.secret_text().map(ExposeSecret::expose_secret));
        secrets
    }
}

impl Message for IntrospectionRequest<'_> {
    type Output = IntrospectionResponse;

    #[inline]
    fn request(&self) -> Result<Request, Error> {
        let server = self.client.server();
        let endpoint = server.introspection.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "the server has no introspection endpoint",
            )
            .with_setting("introspection_endpoint")
        })?;
        let mut form = Form::with_capacity(128 + 3 * (self.token.expose_secret().len() + 128));
        form.add("token", self.token.expose_secret());
        form.add("token_type_hint", self.hint);
        Ok(self.client.post(endpoint, form, server.authentication))
    }

    #[inline]
    fn parse(&self, response: Response) -> Result<IntrospectionResponse, Error> {
        let secrets = self.secrets();
        if !response.status().is_success() {
            let who = "the introspection endpoint";
            return Err(error_response::endpoint_error(
                who,
                self.client.id(),
                &response,
                &secrets,
            ));
        }
        let object = error_response::object(&response, WHAT, &secrets)?;
        let bad = |why| error_response::malformed(&response, WHAT, Check::Fields, why);
        let active = object
            .get("active")
            .and_then(serde_json::Value::as_bool)
            .ok_or_else(|| bad("it does not say whether the token is active"))?;
        let mut forgiven = head(&response, http::StatusCode::OK);
        let mut time = |key| {
            let seconds = match active {
                true => object.seconds(key, &mut forgiven),
                false => Ok(None),
            };
            seconds.map_err(|()| bad("a time in it is no number of seconds"))
        };
        let (mut expires, issued, not_before) = (time("exp")?, time("iat")?, time("nbf")?);
        if expires == Some(0) {
            forgiven.add(Quirk::NeverAsZero);
            expires = None;
        }
        error_response::unforgiven(&response, WHAT, self.client.server().leniency, forgiven)?;
        Ok(IntrospectionResponse {
            active,
            expires: expires.map(UnixTime::from_secs),
            issued: issued.map(UnixTime::from_secs),
            not_before: not_before.map(UnixTime::from_secs),
            object,
            forgiven,
        })
    }

    fn limits(&self) -> Limits {
        Limits::token()
    }
}

const WHAT: &str = "introspection answer";

impl IntrospectionResponse {
    /// Whether the token is good: issued here, not expired, not revoked, and for us to see.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// `exp`: when it ends, by the server's clock; `None` where it said nothing or "never".
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixTime> {
        self.expires
    }

    /// `iat`: when it was issued.
    #[must_use]
    pub fn issued_at(&self) -> Option<UnixTime> {
        self.issued
    }

    /// `nbf`: from when on it is good.
    #[must_use]
    pub fn not_before(&self) -> Option<UnixTime> {
        self.not_before
    }

    /// `scope`: its scopes, separated by spaces.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.text("scope")
    }

    /// `client_id`: the client that it was issued to.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.text("client_id")
    }

    /// `username`: the person, in words for people.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.text("username")
    }

    /// `sub`: the person, as the server's own id.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.text("sub")
    }

    /// `token_type`, as the server spells it.
    #[must_use]
    pub fn token_type(&self) -> Option<&str> {
        self.text("token_type")
    }

    /// `aud`: whom it is for; empty where the server names nobody.
    #[must_use]
    #[inline]
    pub fn audience(&self) -> Vec<&str> {
        match self.active {
            true => self.object.texts("aud").unwrap_or_default(),
            false => Vec::new(),
        }
    }

    /// Any other field, read into a type of the caller's; `None` where it is missing or of another shape.
    #[must_use]
    pub fn field<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.active.then(|| self.object.field(name))?
    }

    /// What was forgiven in reading it.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.forgiven
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.active.then(|| self.object.text(key))?
    }
}

impl fmt::Debug for IntrospectionResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whose token it is, is nobody's business in a log.
        f.debug_struct("Introspected")
            .field("active", &self.active)
            .field("scope", &self.scope())
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
