//! The authorization response: RFC 6749 section 4.1.2, RFC 9207. Checked once, here, before anything is believed.
//!
//! ```text
//! AuthorizationRequest ──begin──► (url, Pending) ──accept──► CodeGrant ──TokenRequest::code──► token request
//!                                                  state, iss
//! ```

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::{client::OAuthClient, error::OAuthError};
use crate::{
    error::{Error, ErrorKind, presentable},
    wire::{
        redirect::{RedirectKind, RedirectUri},
        secret::{SecretBytes, SecretText},
    },
};

/// An authorization request that waits for its answer. It holds the code verifier.
#[derive(Debug)]
pub struct Pending {
    client_id: String,
    redirect_uri: RedirectUri,
    state: Option<SecretText>,
    verifier: SecretText,
    issuer: Option<String>,
    issuer_in_response: bool,
    errors_without_state: bool,
}

/// An authorization code that has been checked: it answers the request it was asked for with. There is no other way to one.
#[derive(Debug)]
pub struct CodeGrant {
    pub(crate) code: SecretText,
    pub(crate) verifier: SecretText,
    pub(crate) redirect_uri: String,
    pub(crate) client_id: String,
}

impl CodeGrant {
    /// The redirect URI that was sent, and will be sent again with the code.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }
}

/// The parameters of a response. Each may stand there once.
#[derive(Default)]
struct Parameters {
    code: Option<SecretText>,
    state: Option<SecretText>,
    iss: Option<String>,
    error: Option<String>,
    description: Option<String>,
    uri: Option<String>,
    hint: Option<String>,
}

impl Pending {
    pub(crate) fn new(
        client: &OAuthClient,
        redirect_uri: RedirectUri,
        state: Option<String>,
        verifier: SecretText,
    ) -> Self {
        let server = client.server();
        Self {
            client_id: client.id().to_owned(),
            redirect_uri,
            state: state.map(SecretText::from),
            verifier,
            issuer: server.issuer.clone(),
            issuer_in_response: server.issuer_in_response,
            errors_without_state: server.errors_without_state,
        }
    }

    /// Where the answer arrives.
    #[must_use]
    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Checks a redirected URL, in full as the browser was sent to it, and takes the code out of it.
    ///
    /// In this order: it is the redirect URI with a query; no parameter stands there twice; `state` is ours; `iss` is the
    /// server's; then an error of the server's is reported, or the code taken.
    ///
    /// # Errors
    /// [`ErrorKind::ForeignResponse`]: it is not the answer to this request, so that a listener goes on listening.
    /// [`ErrorKind::Denied`]: the person refused. [`ErrorKind::Configuration`] or [`ErrorKind::Refused`]: the server
    /// refused, see [`Error::oauth`].
    pub fn accept(&self, redirected: &str) -> Result<CodeGrant, Error> {
        let state = self.state.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::Usage,
                "an out-of-band request is not answered by a redirect",
            )
            .advice("give the code that the server showed to `accept_code`")
        })?;
        let query = self
            .redirect_uri
            .query_of(redirected.trim())
            .ok_or_else(|| {
                foreign("the URL is not the redirect URI with an answer in it").advice(format!(
                    "copy the whole address that starts with {}",
                    self.redirect_uri
                ))
            })?;
        let mut parameters = Parameters::read(query)?;
        self.check_state(state, &parameters)?;
        self.check_issuer(&parameters)?;
        if let Some(code) = parameters.error.take() {
            return Err(refusal(&code, parameters));
        }
        let code = parameters
            .code
            .filter(|code| !code.is_blank())
            .ok_or_else(|| foreign("the URL has neither a code nor an error in it"))?;
        Ok(self.grant(code))
    }

    /// Takes a code that a person carried over by hand. Only for the out-of-band redirect URI; the code verifier, which is
    /// always sent, stands in for `state`. The whole address of the page that shows the code will do as well.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: the request has another redirect URI. [`ErrorKind::Malformed`]: that is no code.
    pub fn accept_code(&self, text: &str) -> Result<CodeGrant, Error> {
        if self.redirect_uri.kind() != RedirectKind::OutOfBand {
            return Err(Error::new(
                ErrorKind::Usage,
                "a bare code is accepted for the out-of-band redirect URI only",
            )
            .advice("give the whole redirected URL to `accept`"));
        }
        let text = text.trim();
        let code = match text.split_once('?') {
            Some((_, query)) if text.contains("://") => Parameters::read(query)?.code,
            _ => Some(SecretText::from(text)),
        };
        let fits = |code: &SecretText| {
            !code.is_blank() && code.expose_secret().bytes().all(|b| b.is_ascii_graphic())
        };
        let code = code.filter(fits).ok_or_else(|| {
            Error::new(ErrorKind::Malformed, "that is not an authorization code")
                .advice("copy the code from the page, without anything around it")
        })?;
        Ok(self.grant(code))
    }

    /// The text to keep it by until the answer arrives, for a web service whose callback is another request. It holds the
    /// code verifier: keep it where only the server can read it, bound to the visitor, and use it once.
    #[must_use]
    pub fn to_secret_text(&self) -> SecretBytes {
        let text = json!({
            "version": 1,
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri.as_str(),
            "state": self.state.as_ref().map(ExposeSecret::expose_secret),
            "verifier": self.verifier.expose_secret(),
            "issuer": self.issuer,
            "issuer_in_response": self.issuer_in_response,
            "errors_without_state": self.errors_without_state,
        });
        SecretBytes::new(text.to_string().into_bytes())
    }

    /// Reads the text of [`to_secret_text`](Self::to_secret_text).
    ///
    /// # Errors
    /// [`ErrorKind::Store`]: it is something else.
    pub fn from_secret_text(text: &[u8]) -> Result<Self, Error> {
        let bad = || {
            Error::new(
                ErrorKind::Store,
                "that is not a stored authorization request",
            )
            .advice("begin a new login")
        };
        let value: Value = serde_json::from_slice(text).map_err(|_| bad())?;
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let flag = |key: &str| value.get(key).and_then(Value::as_bool).ok_or_else(bad);
        if value.get("version").and_then(Value::as_u64) != Some(1) {
            return Err(bad());
        }
        let pending = Self {
            client_id: text("client_id").ok_or_else(bad)?.to_owned(),
            redirect_uri: RedirectUri::parse(text("redirect_uri").ok_or_else(bad)?)?,
            state: text("state").map(SecretText::from),
            verifier: text("verifier").ok_or_else(bad)?.into(),
            issuer: text("issuer").map(str::to_owned),
            issuer_in_response: flag("issuer_in_response")?,
            errors_without_state: flag("errors_without_state")?,
        };
        let out_of_band = pending.redirect_uri.kind() == RedirectKind::OutOfBand;
        if pending.state.is_none() != out_of_band || pending.verifier.is_blank() {
            return Err(bad());
        }
        Ok(pending)
    }

    fn check_state(&self, own: &SecretText, parameters: &Parameters) -> Result<(), Error> {
        match &parameters.state {
            Some(state) if same(own, state) => Ok(()),
            Some(_) => Err(foreign("`state` is not the one that was sent")),
            None if parameters.error.is_some() && self.errors_without_state => Ok(()),
            None => Err(foreign("`state` is missing")),
        }
    }

    fn check_issuer(&self, parameters: &Parameters) -> Result<(), Error> {
        match (&self.issuer, &parameters.iss) {
            (Some(own), Some(iss)) if own == iss => Ok(()),
            (_, Some(_)) => Err(foreign("`iss` names another authorization server").advice(
                "begin a new login; if it happens again, somebody may be mixing up the servers",
            )),
            (_, None) if self.issuer_in_response => Err(foreign("`iss` is missing")),
            (_, None) => Ok(()),
        }
    }

    fn grant(&self, code: SecretText) -> CodeGrant {
        CodeGrant {
            code,
            verifier: self.verifier.clone(),
            redirect_uri: self.redirect_uri.as_str().to_owned(),
            client_id: self.client_id.clone(),
        }
    }
}

impl Parameters {
    fn read(query: &str) -> Result<Self, Error> {
        let mut read = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let twice = match &*name {
                "code" => read.code.replace(value.into_owned().into()).is_some(),
                "state" => read.state.replace(value.into_owned().into()).is_some(),
                "iss" => read.iss.replace(value.into_owned()).is_some(),
                "error" => read.error.replace(value.into_owned()).is_some(),
                "error_description" => read.description.replace(value.into_owned()).is_some(),
                "error_uri" => read.uri.replace(value.into_owned()).is_some(),
                "hint" => read.hint.replace(value.into_owned()).is_some(),
                _ => false,
            };
            if twice {
                return Err(foreign(format!(
                    "the parameter `{}` stands there twice",
                    presentable(&name, 40)
                )));
            }
        }
        Ok(read)
    }
}

fn same(a: &SecretText, b: &SecretText) -> bool {
    a.expose_secret()
        .as_bytes()
        .ct_eq(b.expose_secret().as_bytes())
        .into()
}

fn foreign(what: impl Into<String>) -> Error {
    let what = format!(
        "this is not the answer to our authorization request: {}",
        what.into()
    );
    Error::new(ErrorKind::ForeignResponse, what).advice("go on waiting, or begin a new login")
}

/// An error response, by what the program has to do about it (RFC 6749 section 4.1.2.1).
fn refusal(code: &str, parameters: Parameters) -> Error {
    let short = |text: Option<String>| text.map(|text| presentable(&text, 400));
    let oauth = OAuthError {
        description: short(parameters.description),
        uri: short(parameters.uri),
        hint: short(parameters.hint),
        ..OAuthError::new(code)
    };
    let error = match code {
        "access_denied" => Error::new(ErrorKind::Denied, "the person refused")
            .advice("ask again when they are willing"),
        "server_error" | "temporarily_unavailable" => {
            Error::new(ErrorKind::Refused, "the authorization server has a problem")
                .advice("begin a new login later")
        }
        "invalid_scope" => Error::new(
            ErrorKind::Configuration,
            "the server does not know or does not grant the scopes",
        )
        .setting("scope")
        .advice("ask for scopes that this client is registered for, separated by spaces"),
        _ => Error::new(
            ErrorKind::Configuration,
            "the server refused the authorization request",
        )
        .advice("check how the client is registered"),
    };
    error.with_oauth(oauth)
}

#[cfg(test)]
mod tests;
