//! The error response of a server: RFC 6749 sections 4.1.2.1 and 5.2, and what servers add to it.

use std::fmt;

use super::{redact::redact_in, text::presentable};
use crate::leniency::Quirks;

/// The error that an authorization server reported, in its own words: shortened, on one line,
/// without the secrets that were sent.
///
/// ```
/// use auth_core::{
///     AuthorizationServer, Endpoint, Message, OAuthClient, ResponseBody, SecretText, TokenRequest,
/// };
///
/// let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?);
/// let client = OAuthClient::new(server, "my-client-id")?;
/// let refresh_token = SecretText::from("tGzv3JOkF0XG5Qx2TlKWIA");
/// let body = br#"{"error":"invalid_grant","error_description":"The token was revoked"}"#;
/// # let response = http::Response::builder()
/// #     .status(400)
/// #     .body(ResponseBody::secret(body.to_vec()))
/// #     .expect("a response");
/// let message = TokenRequest::refresh(&client, &refresh_token);
/// let error = message.parse(response).expect_err("revoked");
/// let oauth = error.oauth().expect("an error of the server");
/// assert_eq!(oauth.code(), "invalid_grant");
/// assert_eq!(oauth.description(), Some("The token was revoked"));
/// # Ok::<(), auth_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OAuthError {
    pub(crate) code: String,
    pub(crate) description: Option<String>,
    pub(crate) uri: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) suspended_until: Option<Option<String>>,
    pub(crate) quirks: Quirks,
}

impl OAuthError {
    /// Makes an error with this code.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self {
            code: presentable(code, 100),
            ..Self::default()
        }
    }

    /// Returns `error`: the code, such as `invalid_grant`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns `error_description`: a text for developers.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Returns `error_uri`: the URL of a page about the error.
    #[must_use]
    pub fn uri(&self) -> Option<&str> {
        self.uri.as_deref()
    }

    /// Returns `hint`: league's own key, often the useful part. It may contain HTML entities.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Returns the quirks of the response that brought the error, such as a missing `state`.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// Returns `suspended_until`: iNaturalist's own key on a suspended account. `Some(None)` means
    /// without an end.
    #[must_use]
    pub fn suspended_until(&self) -> Option<Option<&str>> {
        self.suspended_until.as_ref().map(Option::as_deref)
    }
}

impl OAuthError {
    /// Redacts what we sent: a server may repeat it in its words.
    pub(crate) fn redacted(mut self, secrets: &[&str]) -> Self {
        let until = self.suspended_until.as_mut().and_then(Option::as_mut);
        let texts = [
            Some(&mut self.code),
            self.description.as_mut(),
            self.hint.as_mut(),
            self.uri.as_mut(),
            until,
        ];
        for text in texts.into_iter().flatten() {
            redact_in(text, secrets);
        }
        self
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        if let Some(description) = &self.description {
            write!(f, ", \"{description}\"")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, " (hint: {hint})")?;
        }
        if let Some(uri) = &self.uri {
            write!(f, " <{uri}>")?;
        }
        Ok(())
    }
}
