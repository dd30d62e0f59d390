//! Errors from the responses of Info Flora.
//!
//! Its error bodies are not documented. This reads JSON with `error`, `message`,
//! `error_description` or `hint`, the HTML pages of a framework, and an empty body. It reads the
//! short plain texts of league's Symfony bundle ("The resource server rejected the request.") as
//! well. These were read in its source, not observed at Info Flora.

use auth_core::{Error, ErrorKind, Response, is_transient};
use http::StatusCode;

/// The help for a rejected token. It names what replaced Basic Auth with a user name and password.
pub(crate) const REPLACED: &str = "log in again, or, for a daemon, check that its client is still active; OAuth replaced Basic Auth: a \
     user name and password are no longer accepted, a client id and secret take their place, in \
     `api_infoflora::service(client_id).secret(client_secret)`";

/// The help for a rejected client id or secret. Info Flora has no page that shows them.
pub(crate) const CLIENT_REFUSED: &str = "compare both with those that Info Flora sent when the client was registered; do not use a user name \
     and password: OAuth replaced Basic Auth, write to info@infoflora.ch for a client id and secret";

/// Returns the error for a response with an error status.
pub(crate) fn refusal(response: &Response) -> Error {
    let status = response.status();
    let refused = |what, help| Error::about(ErrorKind::Refused, what, response).with_help(help);
    match status {
        StatusCode::UNAUTHORIZED => refused("Info Flora rejected the access token", REPLACED),
        StatusCode::FORBIDDEN => refused(
            "this account or client does not have the permission",
            "check the scopes that the client was registered with, and the rights of the user",
        ),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => refused(
            "Info Flora has no such path",
            "check the version of the API and the id",
        ),
        StatusCode::TOO_MANY_REQUESTS => refused(
            "Info Flora received too many requests from this address",
            "wait a while, then send requests less often",
        ),
        _ if is_transient(status) => refused("Info Flora has a server error", "try again later"),
        _ if status.is_server_error() => {
            refused("Info Flora cannot do this", "check the version of the API")
        }
        _ if status.is_redirection() => refused(
            "Info Flora sent a redirect, which is not followed with credentials",
            "check the setting `api_url`",
        ),
        _ => refused(
            "Info Flora rejected the request",
            "check the request's parameters",
        ),
    }
}

/// Returns the error for V4's `"success": false` in a response with a success status.
pub(crate) fn unsuccessful(response: &Response) -> Error {
    Error::about(
        ErrorKind::Refused,
        "Info Flora responded with `success: false`",
        response,
    )
    .with_help("check the request's parameters")
}

/// Returns the error for a success without the field `data`.
pub(crate) fn without_data(response: &Response) -> Error {
    Error::about(
        ErrorKind::Malformed,
        "response has no field `data` (expected in V4 and V5)",
        response,
    )
    .with_help("check the version of the API")
}

/// Returns the error for a success that is not a FeatureCollection.
pub(crate) fn without_features(response: &Response) -> Error {
    Error::about(
        ErrorKind::Malformed,
        "response has no field `features` (expected in a GeoJSON FeatureCollection)",
        response,
    )
    .with_help("read the response itself with `Rest::get`")
}
