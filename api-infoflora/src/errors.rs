//! What Info Flora says when it refuses, as one error.
//!
//! Its error bodies are not documented. What is understood here: JSON with `error`, `message`, `error_description` or
//! `hint`; the short plain texts of league's Symfony bundle ("The resource server rejected the request.", read in its
//! source, not seen at Info Flora); a framework's HTML pages; nothing at all.

use auth_core::{Error, ErrorKind, Response, retry_after};
use http::{StatusCode, header};
use serde_json::Value;

/// The error for an answer that is no success.
pub(crate) fn refusal(response: &Response) -> Error {
    let status = response.status();
    let refused = |what, advice| Error::new(ErrorKind::Refused, what).advice(advice);
    let error = match status {
        StatusCode::UNAUTHORIZED => refused(
            "Info Flora did not accept the access token",
            "log in again; a user name and password are no longer accepted: a client id and secret take their place",
        ),
        StatusCode::FORBIDDEN => refused(
            "this account or client may not do that",
            "check the scopes that the client was registered with, and what the person may see",
        ),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => refused(
            "Info Flora has nothing at this path",
            "check the version of the API and the id",
        ),
        StatusCode::TOO_MANY_REQUESTS => refused(
            "too many requests came from this address",
            "wait a while, then ask less often",
        ),
        _ if status.is_server_error() => refused("Info Flora has a problem", "try again later"),
        _ if status.is_redirection() => refused(
            "Info Flora answered with a redirect, which is never followed with credentials",
            "check the setting `api_url`",
        ),
        _ => refused(
            "Info Flora refused the request",
            "check the request's parameters",
        ),
    };
    finish(error, response)
}

/// V4's `"success": false` in an answer whose status says otherwise.
pub(crate) fn unsuccessful(response: &Response) -> Error {
    let error = Error::new(
        ErrorKind::Refused,
        "Info Flora answered with `success: false`",
    );
    finish(error.advice("check the request's parameters"), response)
}

/// A success without the key that everything stands under.
pub(crate) fn without_data(response: &Response) -> Error {
    let error = Error::new(
        ErrorKind::Malformed,
        "the answer has no `data`, in which V4 and V5 put everything",
    );
    finish(error.advice("check the version of the API"), response)
}

/// A success that is not what was asked for.
pub(crate) fn unreadable(response: &Response, error: &serde_json::Error) -> Error {
    let length = response.body().as_bytes().len();
    let (what, advice) = if looks_like_html(response) {
        (
            "the answer is a web page in place of JSON".to_owned(),
            "check that no proxy or captive portal answers in Info Flora's place",
        )
    } else if length == 0 || error.is_eof() {
        (
            format!("the answer ends after {length} bytes, too early"),
            "try again",
        )
    } else {
        (
            format!("the answer is not what was asked for: {error}"),
            "check the type that the answer is read into",
        )
    };
    Error::new(ErrorKind::Malformed, what)
        .with_status(response.status())
        .advice(advice)
}

fn finish(error: Error, response: &Response) -> Error {
    let error = error
        .with_status(response.status())
        .with_words(&words(response));
    match retry_after(response.headers()) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

fn looks_like_html(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| {
        kind.trim_start()
            .to_ascii_lowercase()
            .starts_with("text/html")
    }) || response.body().as_bytes().trim_ascii_start().first() == Some(&b'<')
}

/// The service's own words, whatever their shape; empty if it says nothing.
fn words(response: &Response) -> String {
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

fn collect(value: &Value, found: &mut Vec<String>, depth: u8) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match value {
        Value::String(text) if !text.trim().is_empty() && !found.contains(text) => {
            found.push(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found, depth)),
        Value::Object(map) => {
            let known = [
                "error",
                "errors",
                "message",
                "error_description",
                "hint",
                "detail",
                "data",
            ];
            for value in known.iter().filter_map(|name| map.get(*name)) {
                collect(value, found, depth);
            }
        }
        _ => {}
    }
}

fn title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find('<')?;
    Some(page[start..end].trim().to_owned())
}
