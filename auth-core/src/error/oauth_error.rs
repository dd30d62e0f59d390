//! The error a server answers with: RFC 6749 sections 4.1.2.1 and 5.2, and what servers add to it.

use std::fmt;

use super::text::{presentable, redact};
use crate::leniency::Quirks;

/// What an authorization server said was wrong, in its own words: shortened, on one line, without our secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OAuthError {
    pub(crate) code: String,
    pub(crate) description: Option<String>,
    pub(crate) uri: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) suspended_until: Option<Option<String>>,
    pub(crate) forgiven: Quirks,
}

impl OAuthError {
    /// An error with this code.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self {
            code: presentable(code, 100),
            ..Self::default()
        }
    }

    /// `error`: the code, such as `invalid_grant`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// `error_description`: words for a developer.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// `error_uri`: a page about it.
    #[must_use]
    pub fn uri(&self) -> Option<&str> {
        self.uri.as_deref()
    }

    /// `hint`: league's own key, often the useful part. It may hold HTML entities.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What the response that brought it was forgiven, such as that it came without `state`.
    #[must_use]
    pub fn quirks(&self) -> Quirks {
        self.forgiven
    }

    /// `suspended_until`: iNaturalist's own key on a suspended account: `Some(None)` means without an end.
    #[must_use]
    pub fn suspended_until(&self) -> Option<Option<&str>> {
        self.suspended_until.as_ref().map(Option::as_deref)
    }
}

impl OAuthError {
    /// Without what we sent: a server may repeat it in its words.
    pub(crate) fn redacted(mut self, secrets: &[&str]) -> Self {
        let texts = [&mut self.description, &mut self.hint, &mut self.uri];
        for text in texts.into_iter().flatten() {
            *text = redact(std::mem::take(text), secrets);
        }
        self.code = redact(self.code, secrets);
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
