//! Pushed authorization requests: RFC 9126. The browser's URL then carries a reference instead of
//! the parameters.
//!
//! ```text
//! AuthorizationRequest ──push──► PushedAuthorizationRequest ──send──► RequestUri
//!                                      └────────begin───────┴──► (url, PendingAuthorization)
//! ```

use std::{fmt, time::Duration};

use super::{
    authorization_response::PendingAuthorization,
    authorization_url::{Parameters, url},
    client::OAuthClient,
    error_response,
    json_object::head,
    server::ClientAuthentication,
};
use crate::{
    error::{Error, check::Check},
    leniency::Quirks,
    wire::{
        body::Request, form::Form, limits::Limits, message::Message, response_body::Response,
        url::Endpoint,
    },
};

/// A message that pushes an authorization request to the server, with client authentication.
///
/// ```
/// use auth_core::{
///     AuthorizationRequest, AuthorizationServer, Endpoint, Entropy, Message, OAuthClient,
///     RedirectUri, ResponseBody,
/// };
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://as.example.com/token")?)
///     .authorization_endpoint(Endpoint::parse("https://as.example.com/authorize")?)
///     .pushed_authorization_request_endpoint(Endpoint::parse("https://as.example.com/as/par")?);
/// let client = OAuthClient::new(server, "CLIENT1234")?;
/// let redirect_uri = RedirectUri::parse("https://client.example.org/cb")?;
///
/// let pushed = AuthorizationRequest::new(&client, redirect_uri, Entropy::new([7; 64])).push()?;
/// let request = pushed.request()?; // send it with any HTTP client
/// # assert_eq!(request.uri(), "https://as.example.com/as/par");
/// # let body = br#"{"request_uri":"urn:example:bwc4JK-ESC0w8a","expires_in":90}"#.to_vec();
/// # let response = http::Response::builder()
/// #     .status(201)
/// #     .header("content-type", "application/json")
/// #     .body(ResponseBody::new(body))
/// #     .expect("a response");
/// let request_uri = pushed.parse(response)?;
/// let (url, pending) = pushed.begin(&request_uri);
/// assert_eq!(
///     url,
///     "https://as.example.com/authorize?client_id=CLIENT1234\
///      &request_uri=urn%3Aexample%3Abwc4JK-ESC0w8a"
/// );
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "par")]
pub struct PushedAuthorizationRequest<'a> {
    client: &'a OAuthClient,
    to: &'a Endpoint,
    authorization: &'a Endpoint,
    parameters: Parameters,
    pending: PendingAuthorization,
}

/// The reference to a pushed request. It is valid once, and for a short time.
/// [`PushedAuthorizationRequest`] has an example.
pub struct RequestUri {
    uri: String,
    lifetime: Duration,
    quirks: Quirks,
}

impl<'a> PushedAuthorizationRequest<'a> {
    pub(super) fn new(
        client: &'a OAuthClient,
        to: &'a Endpoint,
        authorization: &'a Endpoint,
        parameters: Parameters,
        pending: PendingAuthorization,
    ) -> Self {
        Self {
            client,
            to,
            authorization,
            parameters,
            pending,
        }
    }

    /// Returns whether the server has an endpoint for pushed authorization requests.
    #[must_use]
    pub fn is_offered(client: &OAuthClient) -> bool {
        client.server().pushed.is_some()
    }

    /// Returns the URL for the user's browser, with the client id and the reference only (RFC 9126
    /// section 4). Also returns the state that [`PendingAuthorization::accept`] needs to check the
    /// response.
    #[must_use]
    #[inline]
    pub fn begin(self, request_uri: &RequestUri) -> (String, PendingAuthorization) {
        let parameters = vec![
            ("client_id".into(), self.client.id().into()),
            ("request_uri".into(), request_uri.uri.as_str().into()),
        ];
        (url(self.authorization, &parameters), self.pending)
    }
}

impl RequestUri {
    /// Returns the lifetime of the reference, from the time at which the request was sent.
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Returns the quirks that the response showed.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.quirks
    }
}

impl Message for PushedAuthorizationRequest<'_> {
    type Output = RequestUri;

    #[inline]
    fn request(&self) -> Result<Request, Error> {
        let server = self.client.server();
        let method = server.authentication;
        // The form has `client_id` exactly once: skip ours if the authentication adds it.
        let sends_client_id = !self.client.is_confidential()
            || !matches!(method, ClientAuthentication::Basic(_))
            || server.client_id_beside_basic;
        let mut form = Form::with_capacity(1024);
        for (name, value) in &self.parameters {
            if !(sends_client_id && &**name == "client_id") {
                form.add_foreign(name, value);
            }
        }
        Ok(self.client.post(self.to, form, method))
    }

    #[inline]
    fn parse(&self, response: Response) -> Result<RequestUri, Error> {
        let secrets = self.client.secrets_beside(None);
        let who = "the endpoint for pushed authorization requests";
        let object = error_response::endpoint_object(who, self.client, &response, WHAT, &secrets)?;
        let bad = |why| error_response::malformed(&response, WHAT, Check::Fields, why);
        let mut quirks = head(&response, http::StatusCode::CREATED);
        let uri = object
            .text("request_uri")
            .filter(|uri| uri.bytes().all(|byte| byte.is_ascii_graphic()))
            .ok_or_else(|| bad("it has no `request_uri`"))?;
        let lifetime = object
            .seconds("expires_in", &mut quirks)
            .ok()
            .flatten()
            .filter(|seconds| *seconds > 0)
            .ok_or_else(|| bad("`expires_in` is no number of seconds"))?;
        error_response::check_quirks(&response, WHAT, self.client.server().leniency, quirks)?;
        Ok(RequestUri {
            uri: uri.to_owned(),
            lifetime: Duration::from_secs(lifetime),
            quirks,
        })
    }

    fn limits(&self) -> Limits {
        Limits::token()
    }
}

const WHAT: &str = "pushed authorization response";

impl fmt::Debug for PushedAuthorizationRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The parameters contain `state`, so they are not shown.
        f.debug_struct("PushedAuthorizationRequest")
            .field("client", &self.client)
            .field("pending", &self.pending)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RequestUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestUri")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
