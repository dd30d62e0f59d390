//! The authorization response: RFC 6749 section 4.1.2, RFC 9207. Checked once, here, before anything is believed.
//!
//! ```text
//! AuthorizationRequest ──begin──► (url, PendingAuthorization) ──accept──► CodeGrant ──TokenRequest::code──► token request
//!                                                  state, iss
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

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// An authorization request that waits for its response. It holds the code verifier.
#[derive(Debug)]
pub struct PendingAuthorization {
    client_id: Arc<str>,
    redirect_uri: RedirectUri,
    state: Option<SecretText>,
    verifier: SecretText,
    issuer: Option<Arc<str>>,
    issuer_in_response: bool,
    leniency: Leniency,
    forgiven: Quirks,
}

/// An authorization code that has been checked: it answers the request it was asked for with. There is no other way to one.
#[derive(Debug)]
pub struct CodeGrant {
    pub(crate) code: SecretText,
    pub(crate) verifier: SecretText,
    pub(crate) redirect_uri: RedirectUri,
    pub(crate) client_id: Arc<str>,
    forgiven: Quirks,
    accepted: Option<Duration>,
    requests: AtomicU32,
}

impl CodeGrant {
    /// Notes when the code arrived, unless that is noted already: one that is refused is then reported with its age.
    #[must_use]
    pub fn with_accepted_at(mut self, now: Now) -> Self {
        self.accepted.get_or_insert(now.monotonic);
        self
    }

    /// What was forgiven on the way to it: oddities that its server is forgiven by name.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.forgiven
    }

    /// How many token requests were made with it. A code serves once.
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

    /// The redirect URI that was sent, and will be sent again with the code.
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
        forgiven: Quirks,
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
            forgiven,
        }
    }

    /// Where the response arrives.
    #[must_use]
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Who asked: the client id, as the server was told it.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Checks a redirected URL, in full as the browser was sent to it, and takes the code out of it.
    ///
    /// In this order: it is the redirect URI with a query; no parameter stands there twice; `state` is ours; `iss` is the
    /// server's; no token stands there; then an error of the server's is reported, or the code taken.
    ///
    /// # Errors
    /// [`ErrorKind::CallbackMismatch`]: it is not the answer to this request, so that a listener goes on listening.
    /// [`ErrorKind::ConsentDenied`]: the person refused. [`ErrorKind::Configuration`] or [`ErrorKind::Refused`]: the server
    /// refused, see [`Error::oauth`].
    #[inline]
    pub fn accept(&self, redirected: &str) -> Result<CodeGrant, Error> {
        let state = self.state.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::Usage,
                "an out-of-band request is not answered by a redirect",
            )
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
        let mut forgiven = self.forgiven;
        self.check_state(state, &parameters, &mut forgiven)?;
        self.take(parameters, forgiven)
    }

    /// The code, once `state` is checked.
    #[inline]
    fn take(&self, mut parameters: Parameters, mut forgiven: Quirks) -> Result<CodeGrant, Error> {
        self.check_issuer(&parameters, &mut forgiven)?;
        if let Some(name) = parameters.unasked {
            let what = format!("it has `{name}` in it, and a code was asked for");
            return Err(foreign(Check::ResponseType, what));
        }
        if let Some(code) = parameters.error.take() {
            return Err(parameters.refusal(&code, forgiven));
        }
        let code = parameters
            .code
            .filter(|code| !code.is_blank())
            .ok_or_else(|| {
                let what = "the URL has neither a code nor an error in it";
                foreign(Check::CodeOrError, what)
            })?;
        Ok(self.grant(code, forgiven))
    }

    /// Takes a code that a person carried over by hand. Only for the out-of-band redirect URI; the code verifier, which is
    /// always sent, stands in for `state`. The whole address of the page that shows the code will do as well; it is checked as
    /// a redirected URL is.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: the request has another redirect URI. [`ErrorKind::Malformed`]: that is no code. Of a whole
    /// address, what [`accept`](Self::accept) says; a `state` in it is refused, because none was sent.
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
                self.take(parameters, self.forgiven)?
            }
            _ => self.grant(SecretText::from(text), self.forgiven),
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

    /// The text to keep it by until the response arrives, for a web service whose callback is another request. It holds the
    /// code verifier: keep it where only the server can read it, bound to the visitor, and use it once.
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
            "unannounced_pkce": self.forgiven.contains(Quirk::UnannouncedPkce),
        });
        SecretBytes::new(text.to_string().into_bytes())
    }

    /// Reads the text of [`to_secret_text`](Self::to_secret_text).
    ///
    /// # Errors
    /// [`ErrorKind::Store`]: it is something else.
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
        for (key, oddity) in [
            ("errors_without_state", Quirk::ErrorWithoutState),
            ("unannounced_issuer", Quirk::UnannouncedIssuer),
        ] {
            if flag(key)? {
                leniency = leniency.with(oddity);
            }
        }
        let mut forgiven = Quirks::default();
        if flag("unannounced_pkce")? {
            forgiven.add(Quirk::UnannouncedPkce);
        }
        let pending = Self {
            client_id: text("client_id").ok_or_else(bad)?.into(),
            redirect_uri: RedirectUri::parse(text("redirect_uri").ok_or_else(bad)?)?,
            state: text("state").map(SecretText::from),
            verifier: text("verifier").ok_or_else(bad)?.into(),
            issuer: text("issuer").map(Arc::from),
            issuer_in_response: flag("issuer_in_response")?,
            leniency,
            forgiven,
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
        forgiven: &mut Quirks,
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
                forgiven.add(Quirk::ErrorWithoutState);
                Ok(())
            }
            None => Err(foreign(Check::State, "`state` is missing")),
        }
    }

    #[inline]
    fn check_issuer(&self, parameters: &Parameters, forgiven: &mut Quirks) -> Result<(), Error> {
        match (&self.issuer, &parameters.iss) {
            (Some(own), Some(iss)) if **own == **iss => Ok(()),
            (None, Some(_)) if self.leniency.allows(Quirk::UnannouncedIssuer) => {
                forgiven.add(Quirk::UnannouncedIssuer);
                Ok(())
            }
            (_, Some(_)) => {
                let what = "`iss` names another authorization server";
                Err(foreign(Check::Issuer, what).with_help(
                    "begin a new login; if it happens again, somebody may be mixing up the servers",
                ))
            }
            (_, None) if self.issuer_in_response => Err(foreign(Check::Issuer, "`iss` is missing")),
            (_, None) => Ok(()),
        }
    }

    #[inline]
    fn grant(&self, code: SecretText, forgiven: Quirks) -> CodeGrant {
        CodeGrant {
            code,
            verifier: self.verifier.clone(),
            redirect_uri: self.redirect_uri.clone(),
            client_id: self.client_id.clone(),
            forgiven,
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
