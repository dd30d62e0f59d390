//! Token introspection, RFC 7662: what a server says about a token.

use std::fmt;

use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;

use super::{
    client::OAuthClient,
    error_response,
    json_object::{Object, head},
};
use crate::{
    error::{Error, check::Check},
    leniency::{Quirk, Quirks},
    time::UnixTime,
    wire::{
        body::Request, form::Form, limits::Limits, message::Message, response_body::Response,
        secret::SecretText,
    },
};

/// Requests whether a token is active, and what it allows. The client authenticates as for a token
/// request.
///
/// ```
/// # use auth_core::{AuthorizationServer, Endpoint, OAuthClient, ResponseBody};
/// use auth_core::{IntrospectionRequest, Message};
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?)
///     .introspection_endpoint(Endpoint::parse("https://auth.example.org/introspect")?);
/// let client = OAuthClient::new(server, "my-client-id")?.with_secret("bbce628be722bfe2")?;
/// let message = IntrospectionRequest::access_token(&client, "2YotnFZFEjr1zCsicMWpAA");
/// let request = message.request()?; // send it with any HTTP client
/// # assert_eq!(request.uri(), "https://auth.example.org/introspect");
/// # let body = br#"{"active":true,"scope":"read write","username":"jdoe"}"#.to_vec();
/// # let response = http::Response::builder()
/// #     .header("content-type", "application/json")
/// #     .body(ResponseBody::secret(body))
/// #     .expect("a response");
/// let token = message.parse(response)?;
/// assert!(token.is_active());
/// assert_eq!((token.scope(), token.username()), (Some("read write"), Some("jdoe")));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "validate token")]
#[derive(Debug)]
pub struct IntrospectionRequest<'a> {
    client: &'a OAuthClient,
    token: SecretText,
    hint: &'static str,
}

/// What the server says about a token. If the token is not active, every other value is `None` or
/// empty. [`IntrospectionRequest`] has an example.
#[derive(Clone, PartialEq, Eq)]
pub struct IntrospectionResponse {
    active: bool,
    expires: Option<UnixTime>,
    issued: Option<UnixTime>,
    not_before: Option<UnixTime>,
    object: Object,
    quirks: Quirks,
}

impl<'a> IntrospectionRequest<'a> {
    /// Requests the state of an access token.
    #[must_use]
    pub fn access_token(client: &'a OAuthClient, token: impl Into<SecretText>) -> Self {
        Self {
            client,
            token: token.into(),
            hint: "access_token",
        }
    }

    /// Requests the state of a refresh token.
    #[must_use]
    pub fn refresh_token(client: &'a OAuthClient, token: impl Into<SecretText>) -> Self {
        Self {
            client,
            token: token.into(),
            hint: "refresh_token",
        }
    }

    /// Returns whether the server has an introspection endpoint.
    #[must_use]
    pub fn is_offered(client: &OAuthClient) -> bool {
        client.server().introspection.is_some()
    }
}

impl Message for IntrospectionRequest<'_> {
    type Output = IntrospectionResponse;

    #[inline]
    fn request(&self) -> Result<Request, Error> {
        let server = self.client.server();
        let endpoint = server
            .introspection
            .as_ref()
            .ok_or_else(|| server.lacks("introspection endpoint", "introspection_endpoint"))?;
        let mut form = Form::with_capacity(128 + 3 * (self.token.expose_secret().len() + 128));
        form.add("token", self.token.expose_secret());
        form.add("token_type_hint", self.hint);
        Ok(self.client.post(endpoint, form, server.authentication))
    }

    #[inline]
    fn parse(&self, response: Response) -> Result<IntrospectionResponse, Error> {
        let secrets = self.client.secrets_beside(Some(&self.token));
        let who = "the introspection endpoint";
        let object = error_response::endpoint_object(who, self.client, &response, WHAT, &secrets)?;
        let bad = |why| error_response::malformed(&response, WHAT, Check::Fields, why);
        let active = object
            .get("active")
            .and_then(serde_json::Value::as_bool)
            .ok_or_else(|| bad("it does not say whether the token is active"))?;
        let mut quirks = head(&response, http::StatusCode::OK);
        let mut time = |key| {
            let seconds = match active {
                true => object.seconds(key, &mut quirks),
                false => Ok(None),
            };
            seconds.map_err(|()| bad("a time in it is no number of seconds"))
        };
        let (mut expires, issued, not_before) = (time("exp")?, time("iat")?, time("nbf")?);
        if expires == Some(0) {
            quirks.add(Quirk::NeverAsZero);
            expires = None;
        }
        error_response::check_quirks(&response, WHAT, self.client.server().leniency, quirks)?;
        Ok(IntrospectionResponse {
            active,
            expires: expires.map(UnixTime::from_secs),
            issued: issued.map(UnixTime::from_secs),
            not_before: not_before.map(UnixTime::from_secs),
            object,
            quirks,
        })
    }

    fn limits(&self) -> Limits {
        Limits::token()
    }
}

const WHAT: &str = "introspection response";

impl IntrospectionResponse {
    /// Returns whether the token is active: issued by this server, not expired, not revoked, and
    /// visible to this client.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Returns `exp`: when it expires, by the server's clock. `None` if the server does not say, or
    /// says "never".
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixTime> {
        self.expires
    }

    /// Returns `iat`: when it was issued.
    #[must_use]
    pub fn issued_at(&self) -> Option<UnixTime> {
        self.issued
    }

    /// Returns `nbf`: from when on it is valid.
    #[must_use]
    pub fn not_before(&self) -> Option<UnixTime> {
        self.not_before
    }

    /// Returns `scope`: its scopes, separated by spaces.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.text("scope")
    }

    /// Returns `client_id`: the client that it was issued to.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.text("client_id")
    }

    /// Returns `username`: the user's name, for display.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.text("username")
    }

    /// Returns `sub`: the server's id of the user.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.text("sub")
    }

    /// Returns `token_type`, as the server spells it.
    #[must_use]
    pub fn token_type(&self) -> Option<&str> {
        self.text("token_type")
    }

    /// Returns `aud`: the intended audience; empty if the server names none.
    #[must_use]
    #[inline]
    pub fn audience(&self) -> Vec<&str> {
        match self.active {
            true => self.object.texts("aud").unwrap_or_default(),
            false => Vec::new(),
        }
    }

    /// Returns any other field, deserialized; `None` if it is missing or of another shape.
    #[must_use]
    pub fn field<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.active.then(|| self.object.field(name))?
    }

    /// Returns the quirks that the response showed.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.active.then(|| self.object.text(key))?
    }
}

impl fmt::Debug for IntrospectionResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The name of the token's user must not appear in a log.
        f.debug_struct("IntrospectionResponse")
            .field("active", &self.active)
            .field("scope", &self.scope())
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
