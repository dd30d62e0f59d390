//! What iNaturalist says when it refuses, in any of its shapes, as one error.
//!
//! The shapes are those of the Node API (`lib/util.js`, `lib/inaturalist_api.js`), of the Rails application behind it, and
//! of the servers in front, as read in their sources and in public reports; not verified against the running service.

use auth_core::{Error, ErrorKind, Response, retry_after};
use http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads the JSON of a success; everything else is an error.
pub(crate) fn json<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    if !response.status().is_success() {
        return Err(refusal(response));
    }
    serde_json::from_slice(response.body().as_bytes()).map_err(|error| unreadable(response, &error))
}

/// The error for an answer that is no success.
pub(crate) fn refusal(response: &Response) -> Error {
    let status = response.status();
    let words = words(response);
    let refused = |what, advice| Error::new(ErrorKind::Refused, what).advice(advice);
    let error = match status {
        StatusCode::UNAUTHORIZED => refused(
            "iNaturalist did not accept the token",
            "log in again, or paste a new API token",
        ),
        StatusCode::FORBIDDEN if words.contains("Result window is too large") => refused(
            "iNaturalist gives no more than 10,000 results by page number",
            "order by id, which goes on beyond that, or narrow the search",
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
    };
    let error = error.with_status(status).with_words(&words);
    match retry_after(response.headers()) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// Whether the answer is a web page, by its type or its first character.
pub(crate) fn looks_like_html(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| {
        kind.trim_start()
            .to_ascii_lowercase()
            .starts_with("text/html")
    }) || response.body().as_bytes().trim_ascii_start().first() == Some(&b'<')
}

/// The service's own words in the body of a refusal, whatever its shape; empty if it says nothing.
pub(crate) fn words(response: &Response) -> String {
    let body = response.body().as_bytes();
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        let mut found = Vec::new();
        collect(&value, &mut found, 8);
        return found.join("; ");
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(4000)]);
    match looks_like_html(response) {
        true => title(&text).unwrap_or_default(),
        false => text.into_owned(),
    }
}

/// A success that is not what was asked for.
fn unreadable(response: &Response, error: &serde_json::Error) -> Error {
    let body = response.body().as_bytes();
    let malformed = |what: String, advice| {
        Error::new(ErrorKind::Malformed, what)
            .with_status(response.status())
            .advice(advice)
    };
    if looks_like_html(response) {
        return malformed(
            "the answer is a web page in place of JSON".into(),
            "check that no proxy or captive portal answers in iNaturalist's place",
        )
        .with_words(&words(response));
    }
    if body.is_empty() || error.is_eof() {
        return malformed(
            format!("the answer ends after {} bytes, too early", body.len()),
            "try again",
        );
    }
    // An error in a success: its words are better than what the reader missed.
    if let Ok(Value::Object(map)) = serde_json::from_slice(body)
        && (map.contains_key("error") || map.contains_key("errors"))
    {
        return Error::new(ErrorKind::Refused, "iNaturalist refused the request")
            .with_status(response.status())
            .with_words(&words(response));
    }
    malformed(
        format!("the answer is not what was asked for: {error}"),
        "check the type that the answer is read into",
    )
}

/// All texts of an error body: `error` as text, list or object, Rails' JSON inside `original` or inside a text, and the
/// lists of lists of its validations.
fn collect(value: &Value, found: &mut Vec<String>, depth: u8) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => collect(&inner, found, depth),
            _ if text.trim().is_empty() || found.contains(text) => {}
            _ => found.push(text.clone()),
        },
        Value::Array(items) => items.iter().for_each(|item| collect(item, found, depth)),
        Value::Object(map) => {
            let known = ["error", "errors", "message", "original"];
            let before = found.len();
            for value in known.iter().filter_map(|name| map.get(*name)) {
                collect(value, found, depth);
            }
            if found.len() == before {
                fields(map, found, depth);
            }
        }
        _ => {}
    }
}

/// Rails' validation errors by field: `{"taxon":["can't be blank"]}`.
fn fields(map: &serde_json::Map<String, Value>, found: &mut Vec<String>, depth: u8) {
    for (name, value) in map {
        let mut inner = Vec::new();
        collect(value, &mut inner, depth);
        if !inner.is_empty() && name != "status" && name != "errorCode" {
            found.push(format!("{name}: {}", inner.join(", ")));
        }
    }
}

fn title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find('<')?;
    Some(page[start..end].trim().to_owned())
}
