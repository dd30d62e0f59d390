//! The refusals and the malformed successes of all endpoints; those of the token endpoint by OAuth
//! code are in `token_error`.

use super::{
    client::OAuthClient,
    json_object::{NoObject, Object},
    token_error::{common, configuration, refusal},
    token_response::{Reading, read},
};
use crate::{
    error::{
        Error, ErrorKind,
        check::Check,
        redact::redact_in,
        text::presentable,
        verdict::{TRY_LATER, ends_early},
    },
    leniency::{Leniency, Quirks},
    wire::{response_body::Response, retry_after::with_wait, server_message::server_message},
};

/// Converts a refusal of an endpoint that issues no tokens: by its OAuth error if it has one.
pub(super) fn endpoint_error(
    who: &str,
    client: &OAuthClient,
    response: &Response,
    secrets: &[&str],
) -> Error {
    let client_id = client.id();
    let Reading::Error(oauth) = read(response) else {
        return unexplained(who, response, secrets);
    };
    let oauth = oauth.redacted(secrets);
    let error = match oauth.code() {
        "unauthorized_client" => {
            configuration(format!("the client `{client_id}` may not use {who}"))
                .with_help("have it registered for this")
        }
        _ => common(&oauth, client_id, None)
            .unwrap_or_else(|| Error::new(ErrorKind::Refused, format!("{who} refused"))),
    };
    refusal(error, response, oauth)
}

/// The error for a success that cannot be used.
pub(super) fn malformed(response: &Response, what: &str, check: Check, why: &str) -> Error {
    Error::new(
        ErrorKind::Malformed,
        format!("the {what} cannot be used: {why}"),
    )
    .with_check(check)
    .with_response(response)
    .with_help("check that the endpoint is the right one, and that no proxy responds in its place")
}

/// The error for a success that is not a JSON object.
pub(super) fn no_object(response: &Response, what: &str, why: NoObject, secrets: &[&str]) -> Error {
    match why {
        // A success that is not JSON may still contain a token, whatever its content type. A web
        // page comes from a proxy.
        NoObject::NotJson if is_page(response) => {
            malformed(response, what, Check::Object, "it is not JSON")
                .with_server_message(&excerpt(response, secrets))
        }
        NoObject::NotJson if ends_early(response.body().as_bytes()) => malformed(
            response,
            what,
            Check::Object,
            "it is not JSON, because it ends too early",
        )
        .cut_short()
        .with_help("try again"),
        NoObject::NotJson => malformed(response, what, Check::Object, "it is not JSON"),
        NoObject::KeyTwice => malformed(response, what, Check::Object, "duplicate key"),
    }
}

fn is_page(response: &Response) -> bool {
    response.body().as_bytes().trim_ascii_start().first() == Some(&b'<')
}

/// Returns the JSON object of a success.
pub(super) fn object(response: &Response, what: &str, secrets: &[&str]) -> Result<Object, Error> {
    Object::read(response).map_err(|why| no_object(response, what, why, secrets))
}

/// Returns the JSON object of a success, or the refusal by this endpoint.
pub(super) fn endpoint_object(
    who: &str,
    client: &OAuthClient,
    response: &Response,
    what: &str,
    secrets: &[&str],
) -> Result<Object, Error> {
    if !response.status().is_success() {
        return Err(endpoint_error(who, client, response, secrets));
    }
    object(response, what, secrets)
}

/// Fails if the response shows a quirk that its server is not allowed.
pub(super) fn check_quirks(
    response: &Response,
    what: &str,
    leniency: Leniency,
    quirks: Quirks,
) -> Result<(), Error> {
    match leniency.refuses(quirks) {
        Some(quirk) => Err(
            malformed(response, what, Check::Leniency, &quirk.to_string())
                .with_help("allow this server that quirk by name, if the server is known for it"),
        ),
        None => Ok(()),
    }
}

/// The error for a failure without an OAuth error: a proxy's page, a framework's, a redirect, an
/// empty body.
pub(super) fn unexplained(who: &str, response: &Response, secrets: &[&str]) -> Error {
    let status = response.status();
    if status.is_redirection() {
        let to = response
            .headers()
            .get(http::header::LOCATION)
            .and_then(|value| value.to_str().ok());
        let to = to
            .and_then(|to| to.split(['?', '#']).next())
            .unwrap_or("nowhere");
        let mut to = to.to_owned();
        redact_in(&mut to, secrets);
        return configuration(format!(
            "{who} responded with a redirect to {}",
            presentable(&to, 120)
        ))
        .with_check(Check::NoRedirect)
        .with_response(response)
        .with_help("check the endpoint's URL; a redirect is never followed with credentials");
    }
    let error = Error::new(ErrorKind::Refused, format!("{who} refused"))
        .with_response(response)
        .with_server_message(&excerpt(response, secrets));
    let error = if error.is_retryable() {
        error.with_help(TRY_LATER)
    } else {
        error.with_help("check the endpoint's URL and how the client is registered")
    };
    with_wait(error, response)
}

/// Returns what may be quoted of an unknown body, without the secrets that were sent.
fn excerpt(response: &Response, secrets: &[&str]) -> String {
    let mut message = server_message(response, true);
    redact_in(&mut message, secrets);
    presentable(&message, 200)
}
