//! What iNaturalist says when it refuses, in any of its shapes, as one error.
//!
//! The shapes are those of the Node API (`lib/util.js`, `lib/inaturalist_api.js`), of the Rails application behind it, and
//! of the servers in front, as read in their sources and in public reports; not verified against the running service.

use std::fmt;

use auth_core::{Error, ErrorKind, Response, looks_like_html, read_json};
use http::StatusCode;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};

use crate::model::tolerant;

/// Reads the JSON of a success; everything else is an error.
pub(crate) fn json<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    if !response.status().is_success() {
        return Err(refusal(response));
    }
    // Text that was checked once as a whole reads faster than bytes that are checked piece by piece.
    if let Some(read) = text(response).and_then(|text| serde_json::from_str(text).ok()) {
        return Ok(read);
    }
    read_json(response).map_err(|error| unreadable(response, error))
}

/// The body, if it is text.
pub(crate) fn text(response: &Response) -> Option<&str> {
    std::str::from_utf8(response.body().as_bytes()).ok()
}

/// What stands at the top of a response that is an object.
#[derive(Default)]
pub(crate) struct Top {
    pub(crate) results: bool,
    pub(crate) errors: bool,
}

/// Nothing of it is kept: a table of its values would weigh many times as much.
pub(crate) fn top(response: &Response) -> Option<Top> {
    serde_json::from_str(text(response)?).ok()
}

impl<'de> Deserialize<'de> for Top {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for Top {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Self, A::Error> {
        while let Some(key) = entries.next_key_seed(tolerant::Key::new())? {
            match key {
                Key::Results => self.results = true,
                Key::Errors => self.errors = true,
                Key::Other => {}
            }
            entries.next_value::<IgnoredAny>()?;
        }
        Ok(self)
    }
}

enum Key {
    Results,
    Errors,
    Other,
}

impl tolerant::Named for Key {
    fn of(name: &str) -> Self {
        match name {
            "results" => Self::Results,
            "error" | "errors" => Self::Errors,
            _ => Self::Other,
        }
    }
}

/// The error for a response that is no success.
pub(crate) fn refusal(response: &Response) -> Error {
    let status = response.status();
    let refused = |what, advice| Error::about(ErrorKind::Refused, what, response).with_help(advice);
    let says = |words| {
        refused("", "")
            .server_message()
            .is_some_and(|said| said.contains(words))
    };
    match status {
        // 403 on v1; on v2 the status is not verified.
        _ if says("Result window is too large") => refused(
            "iNaturalist gives no more than 10,000 results by page number",
            "order by id, which goes on beyond that, or narrow the search",
        ),
        StatusCode::UNAUTHORIZED => refused(
            "iNaturalist did not accept the token",
            "log in again, or paste a new API token",
        ),
        StatusCode::FORBIDDEN if looks_like_html(response) => refused(
            "iNaturalist turned this program or this address away",
            "slow down, and write to iNaturalist's support if it lasts: the address may be blocked",
        ),
        StatusCode::FORBIDDEN => refused(
            "this account may not do that",
            "check whose record it is, and which account is logged in",
        ),
        StatusCode::NOT_FOUND => refused("iNaturalist has no such record", "check the id"),
        StatusCode::GONE => refused(
            "the record is gone, or belongs to somebody else",
            "check the id and which account is logged in",
        ),
        // What v1 says of an id that is none.
        StatusCode::UNPROCESSABLE_ENTITY if refused("", "").server_message() == Some("Error") => {
            refused(
                "iNaturalist found a fault in the request, and does not say which",
                "check the id: this is how it answers to one that cannot be; then the other values",
            )
        }
        StatusCode::UNPROCESSABLE_ENTITY => refused(
            "iNaturalist found a fault in the request's values",
            "correct the values that it names",
        ),
        StatusCode::TOO_MANY_REQUESTS => refused(
            "too many requests came from this address",
            "wait a minute or two, then ask at most once a second",
        ),
        StatusCode::SERVICE_UNAVAILABLE => refused(
            "iNaturalist is closed for maintenance, or overloaded",
            "try again later",
        ),
        _ if status.is_server_error() => refused("iNaturalist has a problem", "try again later"),
        _ if status.is_redirection() => refused(
            "iNaturalist answered with a redirect, which is never followed with credentials",
            "check the settings `www` and `v1`",
        ),
        _ => refused(
            "iNaturalist refused the request",
            "check the request's values",
        ),
    }
}

/// A success that is not what was asked for. Where it holds an error, its words are better than what the reader missed.
fn unreadable(response: &Response, error: Error) -> Error {
    match top(response).is_some_and(|top| top.errors) {
        true => Error::about(
            ErrorKind::Refused,
            "iNaturalist refused the request",
            response,
        ),
        false => error,
    }
}
