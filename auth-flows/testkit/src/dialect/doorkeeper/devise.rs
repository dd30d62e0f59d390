//! Devise around Doorkeeper: its response to a request without any authentication.

use http::{Request, Response, header};
use serde_json::json;

use crate::http::reply::{found, object, typed};
use crate::state::context::ServerContext;

/// Responds with JSON if the request accepts JSON, otherwise redirects to the login page.
pub(super) fn not_signed_in(
    context: &ServerContext,
    request: &Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    if !wants_json(request) {
        return found(&format!("{}/login", context.url));
    }
    let message = "You need to sign in or sign up before continuing.";
    let body = object(&[("error", json!(message))]);
    typed(401, "application/json; charset=utf-8", body.into_bytes())
}

/// Whether Rails would respond in JSON. To Rails, an `Accept` header with `*/*` among others is
/// that of a browser, which gets HTML (Rails 6.1 `mime_negotiation.rb`; from memory, not verified).
fn wants_json(request: &Request<Vec<u8>>) -> bool {
    if request.uri().path().ends_with(".json") {
        return true;
    }
    let accept = request.headers().get(header::ACCEPT);
    let text = accept.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut kinds = text
        .split(',')
        .map(|kind| kind.split(';').next().unwrap_or_default().trim());
    let browser_like = text.contains(',') && kinds.clone().any(|kind| kind == "*/*");
    !browser_like && kinds.any(|kind| kind == "application/json")
}
