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
mod pasted;
mod stored;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use self::parameters::{Parameters, foreign, invalid, short};
use super::client::OAuthClient;
use crate::{
    error::{Error, ErrorKind, check::Check},
    leniency::{Leniency, Quirk, Quirks},
    time::Now,
    wire::{
        redirect::{RedirectKind, RedirectUri},
        secret::SecretText,
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
    /// [`ErrorKind::CallbackMismatch`] if the URL is not the response to this request, or if that
    /// response is not valid; [`ends_login`](Self::ends_login) tells them apart.
    /// [`ErrorKind::ConsentDenied`] if the user refused. [`ErrorKind::Configuration`] or
    /// [`ErrorKind::Refused`] if the server refused, see [`Error::oauth`].
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

    /// Returns whether an error of [`accept`](Self::accept) is the end of this login: the response
    /// had the `state` that was sent. After any other error a listener continues to listen, because
    /// any web page can cause such a request.
    #[must_use]
    #[inline]
    pub fn ends_login(error: &Error) -> bool {
        match error.kind() {
            ErrorKind::CallbackMismatch => matches!(
                error.check(),
                Some(Check::Issuer | Check::ResponseType | Check::CodeOrError)
            ),
            _ => error
                .oauth()
                .is_none_or(|oauth| !oauth.quirks().contains(Quirk::ErrorWithoutState)),
        }
    }

    /// Returns the code, after `state` was checked.
    #[inline]
    fn take(&self, mut parameters: Parameters, mut quirks: Quirks) -> Result<CodeGrant, Error> {
        self.check_issuer(&parameters, &mut quirks)?;
        if let Some(name) = parameters.unrequested {
            let what = format!("it contains `{name}`, but a code was requested");
            return Err(invalid(Check::ResponseType, what));
        }
        if let Some(code) = parameters.error.take() {
            return Err(parameters.refusal(&code, &self.client_id, quirks));
        }
        let code = parameters
            .code
            .filter(|code| !code.is_blank())
            .ok_or_else(|| {
                let what = "the URL has neither a code nor an error in it";
                invalid(Check::CodeOrError, what)
            })?;
        let is_plain = |code: &str| code.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_plain(code.expose_secret()) {
            let what = "its code has blanks or other characters that no code has";
            return Err(invalid(Check::CodeOrError, what));
        }
        Ok(self.grant(code, quirks))
    }

    /// Returns the grant of a code that the user copied by hand. For the out-of-band redirect URI
    /// only; there the code verifier, which is always sent, replaces `state`. The complete URL of
    /// the page that shows the code is accepted too, and checked like a redirected URL. Quotes and
    /// the like around it and line breaks in it are taken away, as by
    /// [`accept_pasted`](Self::accept_pasted).
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
        self.pasted_code(text)
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
            None => {
                let what = match &parameters.error {
                    Some(code) => format!("`state` is missing, in the error `{}`", short(code)),
                    None => "`state` is missing".to_owned(),
                };
                Err(foreign(Check::State, what))
            }
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
                Err(invalid(Check::Issuer, what).with_help(
                    "begin a new login; if it happens again, suspect an attack that mixes up two servers",
                ))
            }
            (_, None) if self.issuer_in_response => Err(invalid(Check::Issuer, "`iss` is missing")),
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
