//! Writes the URL of an authorization request into one string: RFC 6749 section 3.1.

use crate::wire::{form::encode, url::Endpoint};

/// Names and values, in order.
pub(super) type Parameters = Vec<(Box<str>, Box<str>)>;

/// Which parts of a parameter need no encoding.
#[derive(Clone, Copy)]
pub(super) enum ParameterKind {
    /// Name and value: base64url, or a word of the RFC.
    Plain,
    /// The name only.
    Text,
    /// Neither, perhaps.
    Foreign,
}

/// Returns the authorization endpoint with these parameters in its query.
#[inline]
pub(super) fn url(endpoint: &Endpoint, parameters: &Parameters) -> String {
    let mut url = Url::new(endpoint);
    for (name, value) in parameters {
        url.add(name, value, ParameterKind::Foreign);
    }
    url.finish()
}

/// A URL under construction: an authorization endpoint and the query so far.
pub(super) struct Url {
    text: String,
    /// Whether the URL has a query already.
    begun: bool,
}

impl Url {
    #[inline]
    pub(super) fn new(endpoint: &Endpoint) -> Self {
        let uri = endpoint.uri();
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let place = uri.path_and_query().map_or("", |place| place.as_str());
        let mut text = String::with_capacity(512 + authority.len() + place.len());
        for part in [
            uri.scheme_str().unwrap_or_default(),
            "://",
            authority,
            place,
        ] {
            text.push_str(part);
        }
        Self {
            begun: uri.query().is_some(),
            text,
        }
    }

    #[inline]
    pub(super) fn add(&mut self, name: &str, value: &str, kind: ParameterKind) {
        // A space is `%20`, because some servers do not decode `+` in a query.
        const SPACE: &str = "%20";
        let text = &mut self.text;
        match std::mem::replace(&mut self.begun, true) {
            true => text.push('&'),
            false => text.push('?'),
        }
        match kind {
            ParameterKind::Foreign => encode(name, SPACE, |piece| text.push_str(piece)),
            ParameterKind::Plain | ParameterKind::Text => text.push_str(name),
        }
        text.push('=');
        match kind {
            ParameterKind::Plain => text.push_str(value),
            ParameterKind::Text | ParameterKind::Foreign => {
                encode(value, SPACE, |piece| text.push_str(piece))
            }
        }
    }

    #[inline]
    pub(super) fn finish(self) -> String {
        self.text
    }
}
