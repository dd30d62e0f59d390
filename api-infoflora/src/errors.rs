//! What Info Flora says when it refuses, as one error.
//!
//! Its error bodies are not documented. What is understood here: JSON with `error`, `message`, `error_description` or
//! `hint`; the short plain texts of league's Symfony bundle ("The resource server rejected the request.", read in its
//! source, not seen at Info Flora); a framework's HTML pages; nothing at all.

use auth_core::{Error, ErrorKind, Response};
use http::StatusCode;

/// Basic Auth with a person's own name and password is over; this is what took its place, and where it goes.
pub(crate) const REPLACED: &str = "log in again, or, for a daemon, see whether its client is still active; OAuth replaced Basic Auth: a user name and password are no longer accepted, a client id and secret \
     take their place, in `api_infoflora::service(client_id).secret(client_secret)`";

/// What a person does whose client id or secret is refused. Info Flora has no page to look them up on.
pub(crate) const CLIENT_REFUSED: &str = "compare both with what Info Flora sent when the client was registered; a user name and password do not \
     belong here: OAuth replaced Basic Auth, write to info@infoflora.ch for a client id and secret";

/// The error for a response that is no success.
pub(crate) fn refusal(response: &Response) -> Error {
    let status = response.status();
    let refused = |what, advice| Error::about(ErrorKind::Refused, what, response).with_help(advice);
    match status {
        StatusCode::UNAUTHORIZED => refused("Info Flora did not accept the access token", REPLACED),
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
    }
}

/// V4's `"success": false` in a response whose status says otherwise.
pub(crate) fn unsuccessful(response: &Response) -> Error {
    Error::about(
        ErrorKind::Refused,
        "Info Flora answered with `success: false`",
        response,
    )
    .with_help("check the request's parameters")
}

/// A success without the key that everything stands under.
pub(crate) fn without_data(response: &Response) -> Error {
    Error::about(
        ErrorKind::Malformed,
        "the response has no `data`, in which V4 and V5 put everything",
        response,
    )
    .with_help("check the version of the API")
}

/// A success that should be a FeatureCollection and is none.
pub(crate) fn without_features(response: &Response) -> Error {
    Error::about(
        ErrorKind::Malformed,
        "the response has no `features`, which a GeoJSON FeatureCollection has",
        response,
    )
    .with_help("look at the response itself with `Rest::get`")
}
