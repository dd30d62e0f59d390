//! Device authorization: RFC 8628. A person logs in on another device, by a short code.
//!
//! ```text
//! DeviceAuthorizationRequest ──send──► DeviceAuthorizationResponse ──► TokenRequest::device ──send──► token
//!                          │ shown to the person      ▲              │
//!                          │                          └──next_poll───┘ not yet: wait, and ask again
//! ```

use std::{fmt, time::Duration};

use secrecy::ExposeSecret;

use super::{
    client::OAuthClient,
    error_response,
    json_object::{Object, head},
};
use crate::{
    error::{Error, ErrorKind, check::Check, oauth_error::OAuthError},
    leniency::{Quirk, Quirks},
    wire::{
        body::Request, form::Form, limits::Limits, message::Message, response_body::Response,
        secret::SecretText, url::checked,
    },
};

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// Where the server gives no interval, and what `slow_down` adds to it (RFC 8628 sections 3.2 and 3.5).
const FIVE: Duration = Duration::from_secs(5);

/// However often the network fails, the wait does not double beyond this.
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

/// Asks for a code that a person can type in on another device.
///
/// ```
/// use auth_core::{ResponseBody, AuthorizationServer, DeviceAuthorizationRequest, Endpoint, Message, OAuthClient, Response};
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://server.example.com/token")?)
///     .device_authorization_endpoint(Endpoint::parse("https://server.example.com/device_authorization")?);
/// let client = OAuthClient::new(server, "1406020730")?;
/// let message = DeviceAuthorizationRequest::new(&client).scope("example_scope");
/// let request = message.request()?; // send it with anything
/// # assert_eq!(request.uri(), "https://server.example.com/device_authorization");
/// # let body = br#"{"device_code":"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS","user_code":"WDJB-MJHT",
/// #   "verification_uri":"https://example.com/device","expires_in":1800}"#.to_vec();
/// # let answer = http::Response::builder().header("content-type", "application/json").body(ResponseBody::secret(body)).expect("a response");
/// let device = message.parse(answer)?;
/// assert_eq!(device.to_string(), "To log in, open https://example.com/device and enter the code WDJB-MJHT");
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Debug)]
pub struct DeviceAuthorizationRequest<'a> {
    client: &'a OAuthClient,
    scope: Option<&'a str>,
}

/// A login on another device that has begun: what the person is shown, and the code that the program asks with.
///
/// `Display` is a sentence for the person. `Debug` shows neither code.
pub struct DeviceAuthorizationResponse {
    device_code: SecretText,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    lifetime: Duration,
    interval: Duration,
    forgiven: Quirks,
}

impl<'a> DeviceAuthorizationRequest<'a> {
    /// A request of this client.
    #[must_use]
    pub fn new(client: &'a OAuthClient) -> Self {
        Self {
            client,
            scope: None,
        }
    }

    /// The scopes to ask for, separated by spaces.
    #[must_use]
    pub fn scope(mut self, scope: &'a str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Whether the server has an endpoint for it.
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
            Error::new(
                ErrorKind::Configuration,
                "the server has no device authorization endpoint",
            )
            .with_setting("device_authorization_endpoint")
            .with_help("give one, or log in in another way")
        })?;
        let mut form = Form::with_capacity(512);
        if let Some(scope) = self.scope.filter(|scope| !scope.is_empty()) {
            form.add("scope", scope);
        }
        Ok(self.client.post(endpoint, form, server.authentication))
    }

    #[inline]
    fn parse(&self, response: Response) -> Result<DeviceAuthorizationResponse, Error> {
        let secrets: Vec<&str> = self
            .client
            .secret_text()
            .map(ExposeSecret::expose_secret)
            .into_iter()
            .collect();
        if !response.status().is_success() {
            let who = "the device authorization endpoint";
            return Err(error_response::endpoint_error(
                who,
                self.client.id(),
                &response,
                &secrets,
            ));
        }
        let object = error_response::object(&response, WHAT, &secrets)?;
        let mut device = read(&object)
            .map_err(|why| error_response::malformed(&response, WHAT, Check::Fields, why))?;
        for oddity in head(&response, http::StatusCode::OK).iter() {
            device.forgiven.add(oddity);
        }
        let leniency = self.client.server().leniency;
        error_response::unforgiven(&response, WHAT, leniency, device.forgiven)?;
        Ok(device)
    }

    fn limits(&self) -> Limits {
        Limits::token()
    }
}

const WHAT: &str = "device authorization";

#[inline]
fn read(object: &Object) -> Result<DeviceAuthorizationResponse, &'static str> {
    let mut forgiven = Quirks::default();
    let uri = match (
        object.text("verification_uri"),
        object.text("verification_url"),
    ) {
        (Some(uri), _) => uri,
        (None, Some(url)) => {
            forgiven.add(Quirk::VerificationUrl);
            url
        }
        (None, None) => return Err("it has no `verification_uri`"),
    };
    let complete = object.text("verification_uri_complete");
    // They are shown to a person and opened: nothing but https, or a loopback IP.
    for uri in [Some(uri), complete].into_iter().flatten() {
        checked(uri).map_err(|_| "its `verification_uri` is not an https URL")?;
    }
    let user_code = object
        .text("user_code")
        .filter(|code| code.chars().count() <= 100 && !code.chars().any(char::is_control))
        .ok_or("it has no `user_code` that a person could type")?;
    let seconds = |key, forgiven: &mut Quirks| {
        let seconds = object.seconds(key, forgiven);
        seconds.map_err(|()| "a time in it is no number of seconds")
    };
    let lifetime = seconds("expires_in", &mut forgiven)?.ok_or("it has no `expires_in`")?;
    let interval = seconds("interval", &mut forgiven)?;
    Ok(DeviceAuthorizationResponse {
        device_code: object
            .text("device_code")
            .ok_or("it has no `device_code`")?
            .into(),
        user_code: user_code.to_owned(),
        verification_uri: uri.to_owned(),
        verification_uri_complete: complete.map(str::to_owned),
        lifetime: Duration::from_secs(lifetime),
        // Without a pause at all, a program would ask as fast as the network lets it.
        interval: interval.map_or(FIVE, |seconds| Duration::from_secs(seconds.max(1))),
        forgiven,
    })
}

impl DeviceAuthorizationResponse {
    /// What the person types in.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// Where the person types it in. It is https, or a loopback IP.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.verification_uri
    }

    /// The same with the code in it, to be shown as a QR code or opened; not every server gives one. The person compares
    /// the code all the same (RFC 8628 section 3.3.1).
    #[must_use]
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.verification_uri_complete.as_deref()
    }

    /// How long both codes are good, from the moment their request was sent.
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// How long to wait before each question: 5 s where the server does not say, never less than 1 s.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// How long to wait until the next question after this answer to one; `None`: there is no next one (RFC 8628 section 3.5).
    ///
    /// `slow_down` makes this and every later wait 5 s longer; a network that fails doubles it, up to 60 s.
    #[inline]
    pub fn next_poll(&mut self, error: &Error) -> Option<Duration> {
        match error.oauth().map(OAuthError::code) {
            Some("authorization_pending") => {}
            Some("slow_down") => self.interval = self.interval.saturating_add(FIVE),
            _ if error.kind() == ErrorKind::TimedOut && error.oauth().is_some() => return None,
            _ if error.is_retryable() => {
                let doubled = self.interval.saturating_mul(2).min(LONGEST_BACKOFF);
                self.interval = self.interval.max(doubled);
            }
            _ => return None,
        }
        Some(self.interval.max(error.retry_after().unwrap_or_default()))
    }

    /// What was forgiven in reading it.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.forgiven
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
        f.debug_struct("DeviceAuthorization")
            .field("verification_uri", &self.verification_uri)
            .field("lifetime", &self.lifetime)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
