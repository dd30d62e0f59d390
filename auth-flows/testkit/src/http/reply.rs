//! Builds responses: status, content type, headers and JSON objects.

use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

/// A response with a status, a content type and a body.
pub(crate) fn typed(status: u16, content_type: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut response, header::CONTENT_TYPE, content_type);
    response
}

/// Sets a header. Ignores a value that is invalid in a header.
pub(crate) fn set(response: &mut Response<Vec<u8>>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        response.headers_mut().insert(name, value);
    }
}

/// A redirect with status 302.
pub(crate) fn found(location: &str) -> Response<Vec<u8>> {
    let mut response = typed(302, "text/html; charset=utf-8", Vec::new());
    set(&mut response, header::LOCATION, location);
    set(&mut response, header::CACHE_CONTROL, "no-store");
    response
}

/// A 404.
pub(crate) fn not_found() -> Response<Vec<u8>> {
    text(404, "Not found.\n")
}

/// A plain text response.
pub(crate) fn text(status: u16, message: &str) -> Response<Vec<u8>> {
    typed(status, "text/plain; charset=utf-8", message.into())
}

/// Encodes a JSON object with its keys in this order, which is the order of the imitated software.
pub(crate) fn object(pairs: &[(&str, Value)]) -> String {
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}:{value}", Value::from(*name)));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
}
