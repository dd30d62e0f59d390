//! A response that a person copied: the address at which the browser arrived, or a code.

use std::borrow::Cow;

use secrecy::ExposeSecret;

use super::{CodeGrant, Parameters, PendingAuthorization, foreign};
use crate::{
    error::{Error, ErrorKind, check::Check},
    wire::{pasted::joined, redirect::RedirectKind, secret::SecretText},
};

impl PendingAuthorization {
    /// Checks a response that a person pasted, and returns its code: a redirected address, or a
    /// code for the out-of-band redirect URI.
    ///
    /// Repairs what can only be an accident: white space, quotes, angle brackets and invisible
    /// characters around it, line breaks in it, and `&amp;` for `&`. An address may also lack its
    /// scheme, or be only its path or its query. Then the checks are those of
    /// [`accept`](Self::accept) and [`accept_code`](Self::accept_code).
    ///
    /// # Errors
    /// As for these two. Unless [`ends_login`](Self::ends_login) says otherwise, ask again.
    #[inline]
    pub fn accept_pasted(&self, text: &str) -> Result<CodeGrant, Error> {
        if self.redirect_uri.kind() == RedirectKind::OutOfBand {
            return self.accept_code(text);
        }
        let text = with_ampersands(secret(joined(text)).expose_secret());
        let text = text.expose_secret();
        if text.contains(char::is_whitespace) {
            let what = "there are blanks in the address";
            return Err(foreign(Check::RedirectUri, what).with_help(format!(
                "copy the whole address that starts with {}, and nothing else",
                self.redirect_uri
            )));
        }
        match self.completed(text) {
            Some(address) => self.accept(address.expose_secret()),
            None => self.accept(text),
        }
    }

    /// Returns an address with what a person or a browser left out of it. `None` if nothing helps.
    fn completed(&self, text: &str) -> Option<SecretText> {
        let own = self.redirect_uri.as_str();
        let own = own.split('?').next().unwrap_or_default();
        if self.redirect_uri.query_of(text).is_some() {
            return None;
        }
        let (scheme, _) = own.split_once(':')?;
        let origin = own.find("://").map(|at| {
            let path = own[at + 3..].find('/');
            path.map_or(own, |path| &own[..at + 3 + path])
        });
        let guesses = [
            // Browsers hide the scheme.
            Some(format!("{scheme}://{text}")),
            origin
                .filter(|_| text.starts_with('/'))
                .map(|origin| format!("{origin}{text}")),
            text.starts_with('?').then(|| format!("{own}{text}")),
            is_query(text).then(|| format!("{own}?{text}")),
        ];
        let guesses = guesses.map(|guess| guess.map(SecretText::from));
        let is_own =
            |guess: &SecretText| self.redirect_uri.query_of(guess.expose_secret()).is_some();
        guesses.into_iter().flatten().find(is_own)
    }

    /// Returns the code that a person copied from the server's page, or the query of that page.
    pub(super) fn pasted_code(&self, text: &str) -> Result<CodeGrant, Error> {
        let text = secret(joined(text));
        let text = text.expose_secret();
        let query = match text.split_once('?') {
            Some((page, query)) if page.is_empty() || page.contains("://") => Some(query),
            _ => is_query(text).then_some(text),
        };
        if let Some(query) = query {
            let query = with_ampersands(query.split('#').next().unwrap_or_default());
            let parameters = Parameters::read(query.expose_secret())?;
            if parameters.state.is_some() {
                let what = "it has a `state`, and none was sent";
                return Err(foreign(Check::UnexpectedState, what));
            }
            return self.take(parameters, self.quirks);
        }
        let what = if text.contains("://") {
            "that is an address without a code in it"
        } else if text.contains(char::is_whitespace) {
            "that is not an authorization code: it has blanks in it"
        } else if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
            "that is not an authorization code"
        } else {
            return Ok(self.grant(SecretText::from(text), self.quirks));
        };
        Err(Error::new(ErrorKind::Malformed, what)
            .with_check(Check::CodeOrError)
            .with_help("copy the code from the page, without anything around it"))
    }
}

/// Returns whether a text is the query of a response alone.
fn is_query(text: &str) -> bool {
    let names = || text.split('&').filter_map(|pair| pair.split_once('='));
    let is_name = |name: &str| {
        name.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-.;".contains(&b))
    };
    names().all(|(name, _)| is_name(name))
        && names().any(|(name, _)| matches!(name, "code" | "error"))
}

/// Undoes what an HTML source does to an address.
fn with_ampersands(text: &str) -> SecretText {
    // The first capacity is enough, so that no part of a code stays behind.
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split("&amp;").enumerate() {
        out.push_str(if at > 0 { "&" } else { "" });
        out.push_str(part);
    }
    out.into()
}

fn secret(text: Cow<'_, str>) -> SecretText {
    SecretText::from(text.into_owned())
}
