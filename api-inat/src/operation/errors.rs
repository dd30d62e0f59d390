//! Turns iNaturalist's refusals, in all their shapes, into one error.
//!
//! The shapes are those of the Node API (`lib/util.js`, `lib/inaturalist_api.js`), of the Rails
//! application behind it, and of the servers in front, as read in their sources and in public
//! reports. They are not verified against the running service.

use std::fmt;

use auth_core::{Error, ErrorKind, Response, is_transient, looks_like_html, read_json};
use http::StatusCode;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};

use crate::model::tolerant;

/// Reads the JSON of a success. Fails for any other response.
pub(crate) fn json<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    if !response.status().is_success() {
        return Err(refusal(response));
    }
    // Parsing text that was validated once is faster than validating bytes piece by piece.
    if let Some(read) = text(response).and_then(|text| serde_json::from_str(text).ok()) {
        return Ok(read);
    }
    read_json(response).map_err(|error| unreadable(response, error))
}

/// Returns the body, if it is UTF-8.
pub(crate) fn text(response: &Response) -> Option<&str> {
    std::str::from_utf8(response.body().as_bytes()).ok()
}

/// The top-level keys of a response that is an object.
#[derive(Default)]
pub(crate) struct Top {
    pub(crate) results: bool,
    pub(crate) errors: bool,
}

/// Reads the top-level keys only: a table of the values would take many times the memory.
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

/// Builds the error for a response that is not a success.
pub(crate) fn refusal(response: &Response) -> Error {
    let status = response.status();
    let refused = |what, help| Error::about(ErrorKind::Refused, what, response).with_help(help);
    let message_contains = |text| {
        refused("", "")
            .server_message()
            .is_some_and(|message| message.contains(text))
    };
    match status {
        // v1 responds with 403; the status of v2 is not verified.
        _ if message_contains("Result window is too large") => refused(
            "iNaturalist returns at most 10,000 results by page number",
            "order by id to go beyond that, or narrow the search",
        ),
        StatusCode::UNAUTHORIZED => refused(
            "iNaturalist rejected the token",
            "log in again, or import a new API token",
        ),
        StatusCode::FORBIDDEN if looks_like_html(response) => refused(
            "iNaturalist refused this program or address with a web page",
            "slow down; if it persists, write to iNaturalist's support: the address may be blocked",
        ),
        StatusCode::FORBIDDEN => refused(
            "the account lacks the permission for this request",
            "check the owner of the record and the account that is logged in",
        ),
        StatusCode::NOT_FOUND => refused("iNaturalist has no such record", "check the id"),
        StatusCode::GONE => refused(
            "the record was deleted, or belongs to another user",
            "check the id and the account that is logged in",
        ),
        // v1's response to a malformed id.
        StatusCode::UNPROCESSABLE_ENTITY if refused("", "").server_message() == Some("Error") => {
            refused(
                "iNaturalist rejected the request without a reason",
                "check the id first: iNaturalist responds so to a malformed one; then the other values",
            )
        }
        StatusCode::UNPROCESSABLE_ENTITY => refused(
            "iNaturalist rejected a value of the request",
            "correct the values that it names",
        ),
        StatusCode::TOO_MANY_REQUESTS => refused(
            "too many requests came from this address",
            "wait a minute or two, then send requests at most once a second",
        ),
        StatusCode::SERVICE_UNAVAILABLE => refused(
            "iNaturalist is down for maintenance or overloaded",
            "try again later",
        ),
        _ if is_transient(status) => refused("iNaturalist has a problem", "try again later"),
        _ if status.is_server_error() => refused(
            "iNaturalist cannot do this",
            "check the operation and its version of the API",
        ),
        _ if status.is_redirection() => refused(
            "iNaturalist responded with a redirect, which is never followed with credentials",
            "check the settings `www` and `v1`",
        ),
        _ => refused(
            "iNaturalist refused the request",
            "check the request's values",
        ),
    }
}

/// Builds the error for a success with unexpected content. If it contains an error, its message is
/// more helpful than the parser's.
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
