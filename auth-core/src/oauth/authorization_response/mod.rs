//! The authorization response: RFC 6749 section 4.1.2, RFC 9207. All checks are here, before
//! anything in it is believed.
//!
//! ```text
//! AuthorizationRequest ──begin──► (url, PendingAuthorization)
//!                                              │ accept: state, iss
//!                                              ▼
//!                                          CodeGrant ──► TokenRequest::code
//! ```

mod parameters;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use self::parameters::{Parameters, foreign};
use super::client::OAuthClient;
use crate::{
    error::{Error, ErrorKind, check::Check},
    leniency::{Leniency, Quirk, Quirks},
    time::Now,
    wire::{
        redirect::{RedirectKind, RedirectUri},
        secret::{SecretBytes, SecretText},
    },
};

/// An authorization request that waits for its response. It holds the code verifier.
///
/// ```
/// # use auth_core::{
/// #     AuthorizationRequest, AuthorizationServer, Endpoint, Entropy, OAuthClient, RedirectUri,
/// # };
/// use auth_core::PendingAuthorization;
/// # let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?)
/// #     .authorization_endpoint(Endpoint::parse("https://auth.example.org/authorize")?);
/// # let client = OAuthClient::new(server, "my-client-id")?;
/// # let redirect_uri = RedirectUri::parse("https://app.example.com/callback")?;
/// # let request = AuthorizationRequest::new(&client, redirect_uri, Entropy::new([7; 64]));
///
/// // A web service: the callback is another request, so store the pending one in the session.
/// let (url, pending) = request.begin()?;
/// let stored = pending.to_secret_text();
/// # let state = url.split("state=").nth(1).and_then(|rest| rest.split('&').next());
/// # let state = state.expect("a state");
///
/// // The callback: anything but the response to this request is rejected.
/// let pending = PendingAuthorization::from_secret_text(stored.as_ref())?;
/// assert!(pending.accept("https://app.example.com/callback?code=x&state=forged").is_err());
/// let callback = format!("https://app.example.com/callback?code=SplxlOBeZQQYbYS6&state={state}");
/// let grant = pending.accept(&callback)?;
/// # assert!(grant.quirks().is_empty());
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "state")]
#[doc(alias = "csrf")]
#[doc(alias = "callback")]
#[derive(Debug)]
pub struct PendingAuthorization {
    client_id: Arc<str>,
    redirect_uri: RedirectUri,
    state: Option<SecretText>,
    verifier: SecretText,
    issuer: Option<Arc<str>>,
    issuer_in_response: bool,
    leniency: Leniency,
    quirks: Quirks,
}

/// An authorization code whose response passed all checks. [`PendingAuthorization::accept`] and
/// [`accept_code`](PendingAuthorization::accept_code) are the only ways to get one.
///
/// Exchange it for a token with [`TokenRequest::code`](crate::TokenRequest::code), once.
///
/// ```
/// # use auth_core::{
/// #     AuthorizationRequest, AuthorizationServer, Endpoint, Entropy, OAuthClient, RedirectUri,
/// # };
/// use auth_core::{Message, TokenRequest};
/// # let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?)
/// #     .authorization_endpoint(Endpoint::parse("https://auth.example.org/authorize")?);
/// # let client = OAuthClient::new(server, "my-client-id")?;
/// # let entropy = Entropy::new([7; 64]);
/// # let request = AuthorizationRequest::new(&client, RedirectUri::out_of_band(), entropy);
///
/// let (url, pending) = request.begin()?;
/// let grant = pending.accept_code("SplxlOBeZQQYbYS6WxSbIA")?; // the user copied it from the page
/// let request = TokenRequest::code(&client, &grant).request()?;
/// assert_eq!(request.uri(), "https://auth.example.org/token");
/// assert_eq!(grant.requests(), 1);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "authorization code")]
#[derive(Debug)]
pub struct CodeGrant {
    pub(crate) code: SecretText,
    pub(crate) verifier: SecretText,
    pub(crate) redirect_uri: RedirectUri,
    pub(crate) client_id: Arc<str>,
    quirks: Quirks,
    accepted: Option<Duration>,
    requests: AtomicU32,
}

impl CodeGrant {
    /// Records when the code arrived, unless already recorded. The error for a rejected code then
    /// says how old it was.
    #[must_use]
    pub fn with_accepted_at(mut self, now: Now) -> Self {
        self.accepted.get_or_insert(now.monotonic);
        self
    }

    /// Returns the quirks that the request and its response showed, of those that the server is
    /// allowed by name.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// Returns how many token requests were made with this code. A code is valid once.
    #[must_use]
    pub fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn age(&self, now: Now) -> Option<Duration> {
        self.accepted
            .map(|accepted| now.monotonic.saturating_sub(accepted))
    }

    /// Returns the redirect URI of the request. It is sent again with the code.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        self.redirect_uri.as_str()
    }
}

impl PendingAuthorization {
    pub(crate) fn new(
        client: &OAuthClient,
        redirect_uri: RedirectUri,
        state: Option<String>,
        verifier: SecretText,
        quirks: Quirks,
    ) -> Self {
        let server = client.server();
        Self {
            client_id: Arc::clone(client.shared_id()),
            redirect_uri,
            state: state.map(SecretText::from),
            verifier,
            issuer: server.issuer.clone(),
            issuer_in_response: server.issuer_in_response,
            leniency: server.leniency,
            quirks,
        }
    }

    /// Returns the redirect URI, where the response arrives.
    #[must_use]
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Returns the client id of the request.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Checks a redirected URL and returns its code. Pass the complete URL that the browser was
    /// sent to.
    ///
    /// The checks, in this order:
    ///
    /// - The URL is the redirect URI with a query.
    /// - No parameter is a duplicate.
    /// - `state` is the one that was sent.
    /// - `iss` is the server's issuer.
    /// - There is no token in it.
    ///
    /// Then an error of the server is returned as an error, or the code as a grant.
    ///
    /// # Errors
    /// [`ErrorKind::CallbackMismatch`] if the URL is not the response to this request; a listener
    /// continues to listen. [`ErrorKind::ConsentDenied`] if the user refused. [`ErrorKind::Configuration`]
    /// or [`ErrorKind::Refused`] if the server refused, see [`Error::oauth`].
    #[inline]
    pub fn accept(&self, redirected: &str) -> Result<CodeGrant, Error> {
        let state = self.state.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::Usage, "an out-of-band request has no redirect")
                .with_help("give the code that the server showed to `accept_code`")
        })?;
        let query = self
            .redirect_uri
            .query_of(redirected.trim())
            .ok_or_else(|| {
                let what = "the URL is not the redirect URI with a response in it";
                foreign(Check::RedirectUri, what).with_help(format!(
                    "copy the whole address that starts with {}",
                    self.redirect_uri
                ))
            })?;
        let parameters = Parameters::read(query)?;
        let mut quirks = self.quirks;
        self.check_state(state, &parameters, &mut quirks)?;
        self.take(parameters, quirks)
    }

    /// Returns the code, after `state` was checked.
    #[inline]
    fn take(&self, mut parameters: Parameters, mut quirks: Quirks) -> Result<CodeGrant, Error> {
        self.check_issuer(&parameters, &mut quirks)?;
        if let Some(name) = parameters.unrequested {
            let what = format!("it contains `{name}`, but a code was requested");
            return Err(foreign(Check::ResponseType, what));
        }
        if let Some(code) = parameters.error.take() {
            return Err(parameters.refusal(&code, quirks));
        }
        let code = parameters
            .code
            .filter(|code| !code.is_blank())
            .ok_or_else(|| {
                let what = "the URL has neither a code nor an error in it";
                foreign(Check::CodeOrError, what)
            })?;
        Ok(self.grant(code, quirks))
    }

    /// Returns the grant of a code that the user copied by hand. For the out-of-band redirect URI
    /// only; there the code verifier, which is always sent, replaces `state`. The complete URL of
    /// the page that shows the code is accepted too, and checked like a redirected URL.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the request has another redirect URI. [`ErrorKind::Malformed`] if
    /// the text is not a code. For a complete URL, as for [`accept`](Self::accept); a `state` in it
    /// is rejected, because none was sent.
    #[inline]
    pub fn accept_code(&self, text: &str) -> Result<CodeGrant, Error> {
        if self.redirect_uri.kind() != RedirectKind::OutOfBand {
            return Err(Error::new(
                ErrorKind::Usage,
                "a bare code is accepted for the out-of-band redirect URI only",
            )
            .with_help("give the whole redirected URL to `accept`"));
        }
        let text = text.trim();
        let grant = match text.split_once('?') {
            Some((_, query)) if text.contains("://") => {
                let query = query.split('#').next().unwrap_or_default();
                let parameters = Parameters::read(query)?;
                if parameters.state.is_some() {
                    let what = "it has a `state`, and none was sent";
                    return Err(foreign(Check::UnexpectedState, what));
                }
                self.take(parameters, self.quirks)?
            }
            _ => self.grant(SecretText::from(text), self.quirks),
        };
        let code = grant.code.expose_secret();
        if code.is_empty() || !code.bytes().all(|b| b.is_ascii_graphic()) {
            let error = Error::new(ErrorKind::Malformed, "that is not an authorization code");
            return Err(error
                .with_check(Check::CodeOrError)
                .with_help("copy the code from the page, without anything around it"));
        }
        Ok(grant)
    }

    /// Serializes the pending request, for a web service whose callback is another request. The
    /// text contains the code verifier. Store it where only the server can read it, bound to the
    /// user's session, and use it once.
    #[must_use]
    #[inline]
    pub fn to_secret_text(&self) -> SecretBytes {
        let text = json!({
            "version": 1,
            "client_id": &*self.client_id,
            "redirect_uri": self.redirect_uri.as_str(),
            "state": self.state.as_ref().map(ExposeSecret::expose_secret),
            "verifier": self.verifier.expose_secret(),
            "issuer": self.issuer.as_deref(),
            "issuer_in_response": self.issuer_in_response,
            "errors_without_state": self.leniency.allows(Quirk::ErrorWithoutState),
            "unannounced_issuer": self.leniency.allows(Quirk::UnannouncedIssuer),
            "unannounced_pkce": self.quirks.contains(Quirk::UnannouncedPkce),
        });
        SecretBytes::new(text.to_string().into_bytes())
    }

    /// Parses the text of [`to_secret_text`](Self::to_secret_text).
    ///
    /// # Errors
    /// [`ErrorKind::Store`] if the text is something else.
    #[inline]
    pub fn from_secret_text(text: &[u8]) -> Result<Self, Error> {
        let bad = || {
            Error::new(
                ErrorKind::Store,
                "that is not a stored authorization request",
            )
            .with_help("begin a new login")
        };
        let text = std::str::from_utf8(text).map_err(|_| bad())?;
        let value: Value = serde_json::from_str(text).map_err(|_| bad())?;
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let flag = |key: &str| value.get(key).and_then(Value::as_bool).ok_or_else(bad);
        if value.get("version").and_then(Value::as_u64) != Some(1) {
            return Err(bad());
        }
        let mut leniency = Leniency::strict();
        for (key, quirk) in [
            ("errors_without_state", Quirk::ErrorWithoutState),
            ("unannounced_issuer", Quirk::UnannouncedIssuer),
        ] {
            if flag(key)? {
                leniency = leniency.with(quirk);
            }
        }
        let mut quirks = Quirks::default();
        if flag("unannounced_pkce")? {
            quirks.add(Quirk::UnannouncedPkce);
        }
        let pending = Self {
            client_id: text("client_id").ok_or_else(bad)?.into(),
            redirect_uri: RedirectUri::parse(text("redirect_uri").ok_or_else(bad)?)?,
            state: text("state").map(SecretText::from),
            verifier: text("verifier").ok_or_else(bad)?.into(),
            issuer: text("issuer").map(Arc::from),
            issuer_in_response: flag("issuer_in_response")?,
            leniency,
            quirks,
        };
        let out_of_band = pending.redirect_uri.kind() == RedirectKind::OutOfBand;
        if pending.state.is_none() != out_of_band || pending.verifier.is_blank() {
            return Err(bad());
        }
        Ok(pending)
    }

    #[inline]
    fn check_state(
        &self,
        own: &SecretText,
        parameters: &Parameters,
        quirks: &mut Quirks,
    ) -> Result<(), Error> {
        match &parameters.state {
            Some(state) if same(own, state) => Ok(()),
            Some(_) => Err(foreign(
                Check::State,
                "`state` is not the one that was sent",
            )),
            None if parameters.error.is_some()
                && self.leniency.allows(Quirk::ErrorWithoutState) =>
            {
                quirks.add(Quirk::ErrorWithoutState);
                Ok(())
            }
            None => Err(foreign(Check::State, "`state` is missing")),
        }
    }

    #[inline]
    fn check_issuer(&self, parameters: &Parameters, quirks: &mut Quirks) -> Result<(), Error> {
        match (&self.issuer, &parameters.iss) {
            (Some(own), Some(iss)) if **own == **iss => Ok(()),
            (None, Some(_)) if self.leniency.allows(Quirk::UnannouncedIssuer) => {
                quirks.add(Quirk::UnannouncedIssuer);
                Ok(())
            }
            (_, Some(_)) => {
                let what = "`iss` names another authorization server";
                Err(foreign(Check::Issuer, what).with_help(
                    "begin a new login; if it happens again, suspect an attack that mixes up two servers",
                ))
            }
            (_, None) if self.issuer_in_response => Err(foreign(Check::Issuer, "`iss` is missing")),
            (_, None) => Ok(()),
        }
    }

    #[inline]
    fn grant(&self, code: SecretText, quirks: Quirks) -> CodeGrant {
        CodeGrant {
            code,
            verifier: self.verifier.clone(),
            redirect_uri: self.redirect_uri.clone(),
            client_id: self.client_id.clone(),
            quirks,
            accepted: None,
            requests: AtomicU32::new(0),
        }
    }
}

#[inline]
fn same(a: &SecretText, b: &SecretText) -> bool {
    a.expose_secret()
        .as_bytes()
        .ct_eq(b.expose_secret().as_bytes())
        .into()
}

#[cfg(test)]
mod tests;
