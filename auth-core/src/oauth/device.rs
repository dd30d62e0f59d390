//! Device authorization: RFC 8628. The user logs in on another device, with a short code.
//!
//! ```text
//! DeviceAuthorizationRequest ──send──► DeviceAuthorizationResponse: shown to the user
//!                                              │            ▲
//!                                              ▼            │ next_poll: not yet, wait
//!                                      TokenRequest::device ┴──send──► token
//! ```

use std::{fmt, time::Duration};

use super::{
    client::OAuthClient,
    error_response,
    json_object::{Object, head},
    server::ClientAuthentication,
};
use crate::{
    error::{
        Error, check::Check, oauth_error::OAuthError, text::presentable, verdict::ends_device_login,
    },
    leniency::{Quirk, Quirks},
    wire::{
        body::Request, form::Form, limits::Limits, message::Message, response_body::Response,
        secret::SecretText, url::checked,
    },
};

/// The interval if the server states none, and what `slow_down` adds to it (RFC 8628 sections 3.2
/// and 3.5).
const FIVE: Duration = Duration::from_secs(5);

/// A bound: network failures double the wait up to this.
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

/// Requests a code that the user types in on another device.
///
/// ```
/// use auth_core::{
///     AuthorizationServer, DeviceAuthorizationRequest, Endpoint, Message, OAuthClient, Response,
///     ResponseBody,
/// };
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://server.example.com/token")?)
///     .device_authorization_endpoint(Endpoint::parse("https://server.example.com/device")?);
/// let client = OAuthClient::new(server, "1406020730")?;
/// let message = DeviceAuthorizationRequest::new(&client).scope("example_scope");
/// let request = message.request()?; // send it with any HTTP client
/// # assert_eq!(request.uri(), "https://server.example.com/device");
/// # let body = br#"{"device_code":"GmRhmhcxhwAzkoEqiMEg","user_code":"WDJB-MJHT",
/// #   "verification_uri":"https://example.com/device","expires_in":1800}"#.to_vec();
/// # let response = http::Response::builder()
/// #     .header("content-type", "application/json")
/// #     .body(ResponseBody::secret(body))
/// #     .expect("a response");
/// let device = message.parse(response)?;
/// assert_eq!(
///     device.to_string(),
///     "To log in, open https://example.com/device and enter the code WDJB-MJHT"
/// );
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "device flow")]
#[doc(alias = "headless")]
#[derive(Debug)]
pub struct DeviceAuthorizationRequest<'a> {
    client: &'a OAuthClient,
    scope: Option<&'a str>,
}

/// A login on another device: the code for the user, and the code with which the program polls for
/// the token.
///
/// `Display` is a sentence for the user. `Debug` shows neither code.
///
/// Poll with [`TokenRequest::device`](crate::TokenRequest::device), and wait for
/// [`next_poll`](Self::next_poll) after an error.
///
/// ```
/// # use auth_core::{
/// #     AuthorizationServer, DeviceAuthorizationRequest, Endpoint, OAuthClient, Response,
/// #     ResponseBody,
/// # };
/// use std::time::Duration;
/// use auth_core::{Message, TokenRequest};
/// # let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?)
/// #     .device_authorization_endpoint(Endpoint::parse("https://auth.example.org/device")?);
/// # let client = OAuthClient::new(server, "my-client-id")?;
/// # let response = |status: u16, body: &str| -> Response {
/// #     http::Response::builder()
/// #         .status(status)
/// #         .header("content-type", "application/json")
/// #         .body(ResponseBody::secret(body.as_bytes().to_vec()))
/// #         .expect("a response")
/// # };
/// # let body = r#"{"device_code":"GmRhmhcx","user_code":"WDJB-MJHT","expires_in":1800,
/// #   "verification_uri":"https://example.com/device"}"#;
/// # let mut device = DeviceAuthorizationRequest::new(&client).parse(response(200, body))?;
///
/// println!("{device}"); // `device`: the response to a `DeviceAuthorizationRequest`
/// # let mut responses = vec![
/// #     response(200, r#"{"access_token":"2YotnFZFEj","token_type":"Bearer"}"#),
/// #     response(400, r#"{"error":"authorization_pending"}"#),
/// # ];
/// let token = loop {
///     let message = TokenRequest::device(&client, &device);
///     let request = message.request()?; // send it with any HTTP client
///     # let response = responses.pop().expect("two polls");
///     match message.parse(response) {
///         Ok(token) => break token,
///         Err(error) => {
///             let wait = device.next_poll(&error).ok_or(error)?;
///             assert_eq!(wait, Duration::from_secs(5)); // sleep this long
///         }
///     }
/// };
/// # assert!(token.quirks().is_empty() && responses.is_empty());
/// # Ok::<(), auth_core::Error>(())
/// ```
pub struct DeviceAuthorizationResponse {
    device_code: SecretText,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    lifetime: Duration,
    interval: Duration,
    quirks: Quirks,
}

impl<'a> DeviceAuthorizationRequest<'a> {
    /// Makes a request of this client.
    #[must_use]
    pub fn new(client: &'a OAuthClient) -> Self {
        Self {
            client,
            scope: None,
        }
    }

    /// Sets the requested scopes, separated by spaces.
    #[must_use]
    pub fn scope(mut self, scope: &'a str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Returns whether the server has a device authorization endpoint.
    #[must_use]
    pub fn is_offered(client: &OAuthClient) -> bool {
        client.server().device.is_some()
    }
}

impl Message for DeviceAuthorizationRequest<'_> {
    type Output = DeviceAuthorizationResponse;

    #[inline]
    fn request(&self) -> Result<Request, Error> {
        let server = self.client.server();
        let endpoint = server.device.as_ref().ok_or_else(|| {
            server
                .lacks(
                    "device authorization endpoint",
                    "device_authorization_endpoint",
                )
                .with_help("give one, or log in in another way")
        })?;
        let mut form = Form::with_capacity(512);
        if let Some(scope) = self.scope.filter(|scope| !scope.is_empty()) {
            form.add("scope", scope);
        }
        // django-oauth-toolkit looks for the id in the form of a confidential client as well.
        let in_header = matches!(server.authentication, ClientAuthentication::Basic(_));
        if in_header && self.client.is_confidential() && !server.client_id_beside_basic {
            form.add("client_id", self.client.id());
        }
        Ok(self.client.post(endpoint, form, server.authentication))
    }

    #[inline]
    fn parse(&self, response: Response) -> Result<DeviceAuthorizationResponse, Error> {
        let secrets = self.client.secrets_beside(None);
        let who = "the device authorization endpoint";
        let object = error_response::endpoint_object(who, self.client, &response, WHAT, &secrets)?;
        let mut device = read(&object)
            .map_err(|why| error_response::malformed(&response, WHAT, Check::Fields, why))?;
        for quirk in head(&response, http::StatusCode::OK).iter() {
            device.quirks.add(quirk);
        }
        let leniency = self.client.server().leniency;
        error_response::check_quirks(&response, WHAT, leniency, device.quirks)?;
        Ok(device)
    }

    fn limits(&self) -> Limits {
        Limits::token()
    }
}

const WHAT: &str = "device authorization";

#[inline]
fn read(object: &Object) -> Result<DeviceAuthorizationResponse, &'static str> {
    let mut quirks = Quirks::default();
    let uri = match (
        object.text("verification_uri"),
        object.text("verification_url"),
    ) {
        (Some(uri), _) => uri,
        (None, Some(url)) => {
            quirks.add(Quirk::VerificationUrl);
            url
        }
        (None, None) => return Err("it has no `verification_uri`"),
    };
    let complete = object.text("verification_uri_complete");
    // The program shows and opens these URLs, so only https or a loopback IP is allowed.
    for uri in [Some(uri), complete].into_iter().flatten() {
        checked(uri).map_err(|_| "its `verification_uri` is not an https URL")?;
    }
    let user_code = object
        .text("user_code")
        .filter(|code| code.chars().count() <= 100 && !code.chars().any(char::is_control))
        .map(|code| presentable(code, 200))
        .filter(|code| !code.is_empty())
        .ok_or("it has no `user_code` that a person could type")?;
    let seconds = |key, quirks: &mut Quirks| {
        let seconds = object.seconds(key, quirks);
        seconds.map_err(|()| "a time in it is no number of seconds")
    };
    let lifetime = seconds("expires_in", &mut quirks)?.ok_or("it has no `expires_in`")?;
    let interval = seconds("interval", &mut quirks)?;
    Ok(DeviceAuthorizationResponse {
        device_code: object
            .text("device_code")
            .ok_or("it has no `device_code`")?
            .into(),
        user_code,
        verification_uri: uri.to_owned(),
        verification_uri_complete: complete.map(str::to_owned),
        lifetime: Duration::from_secs(lifetime),
        // A bound: an interval of 0 would poll as fast as the network allows.
        interval: interval.map_or(FIVE, |seconds| Duration::from_secs(seconds.max(1))),
        quirks,
    })
}

impl DeviceAuthorizationResponse {
    /// Returns the code that the user types in.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// Returns the URL at which the user types the code in. It is https, or has a loopback IP.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.verification_uri
    }

    /// Returns the same URL with the code in it, for a QR code or a browser. `None` if the server
    /// gave none. The user still compares the code (RFC 8628 section 3.3.1).
    #[must_use]
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.verification_uri_complete.as_deref()
    }

    /// Returns the lifetime of both codes, from the time at which their request was sent.
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Returns how long to wait before each poll. Default: 5 s; minimum: 1 s.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Returns how long to wait before the next poll, given the error of the last one. `None` if
    /// polling ends (RFC 8628 section 3.5).
    ///
    /// `slow_down` makes this and every later wait 5 s longer. A failure that is not the server's
    /// own doubles the wait, up to 60 s. It may be the network's, a server in trouble, the page of
    /// a firewall.
    #[doc(alias = "retry")]
    #[doc(alias = "backoff")]
    #[inline]
    pub fn next_poll(&mut self, error: &Error) -> Option<Duration> {
        match error.oauth().map(OAuthError::code) {
            Some("authorization_pending") => {}
            Some("slow_down") => self.interval = self.interval.saturating_add(FIVE),
            _ if ends_device_login(error) => return None,
            _ => {
                let doubled = self.interval.saturating_mul(2).min(LONGEST_BACKOFF);
                self.interval = self.interval.max(doubled);
            }
        }
        Some(self.interval.max(error.retry_after().unwrap_or_default()))
    }

    /// Returns the quirks that the response showed.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    pub(super) fn device_code(&self) -> &SecretText {
        &self.device_code
    }
}

impl fmt::Display for DeviceAuthorizationResponse {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "To log in, open {} and enter the code {}",
            self.verification_uri, self.user_code
        )
    }
}

impl fmt::Debug for DeviceAuthorizationResponse {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceAuthorizationResponse")
            .field("verification_uri", &self.verification_uri)
            .field("lifetime", &self.lifetime)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
