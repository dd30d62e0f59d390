//! The authorization endpoint: the login form, the consent form, the redirect to the client.
//!
//! The dialect decides what is checked and how it is refused. Unlike the imitated software, this
//! server checks the request before it shows the login form, so that a test sees a refusal at once.

use http::{Method, Request, Response};

use crate::endpoint::session::{session_user, sign_in, start_session};
use crate::endpoint::software::{AuthorizationParams, Software};
use crate::http::pages;
use crate::http::params::Params;
use crate::http::reply::not_found;
use crate::state::Code;
use crate::state::clock::millis;
use crate::state::context::ServerContext;

/// Responds to a request for the authorization endpoint.
pub(crate) fn respond(
    context: &ServerContext,
    software: &dyn Software,
    request: &Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    let path = request.uri().path();
    if software.native_path() == Some(path) {
        let params = Params::of_query(request);
        return pages::native(params.get("code").unwrap_or_default());
    }
    match *request.method() {
        Method::GET | Method::HEAD => begin(context, software, request, &Params::of_query(request)),
        Method::POST => submit(context, software, request, &Params::of_rails(request)),
        _ => not_found(),
    }
}

fn begin(
    context: &ServerContext,
    software: &dyn Software,
    request: &Request<Vec<u8>>,
    params: &Params,
) -> Response<Vec<u8>> {
    let authorization = match software.check(context, params) {
        Ok(authorization) => authorization,
        Err(response) => return *response,
    };
    match session_user(context, request) {
        Some(user) => consent_or_skip(context, software, request, params, &authorization, user),
        None => pages::login(request.uri().path(), &hidden_fields(params), None),
    }
}

fn submit(
    context: &ServerContext,
    software: &dyn Software,
    request: &Request<Vec<u8>>,
    params: &Params,
) -> Response<Vec<u8>> {
    let authorization = match software.check(context, params) {
        Ok(authorization) => authorization,
        Err(response) => return *response,
    };
    let path = request.uri().path();
    if let Some(ticket) = params.get("ticket") {
        let user = context.state().sessions.remove(ticket);
        return match (user, params.get("decision")) {
            (Some(user), Some("allow")) => allow(context, software, &authorization, user),
            (Some(_), Some("deny")) => software.deny(&authorization),
            _ => pages::login(path, &hidden_fields(params), Some("Please log in again.")),
        };
    }
    match sign_in(context, params) {
        Ok(user) => {
            let mut response =
                consent_or_skip(context, software, request, params, &authorization, user);
            start_session(context, &mut response, user);
            response
        }
        Err(message) => pages::login(path, &hidden_fields(params), Some(&message)),
    }
}

fn consent_or_skip(
    context: &ServerContext,
    software: &dyn Software,
    request: &Request<Vec<u8>>,
    params: &Params,
    authorization: &AuthorizationParams,
    user: u64,
) -> Response<Vec<u8>> {
    let mut state = context.state();
    if software.skips_consent(authorization)
        && state.has_token(&authorization.client_id, user, &authorization.scope)
    {
        drop(state);
        return allow(context, software, authorization, user);
    }
    let name = state.user(user).map(|user| user.name.clone());
    let ticket = context.random.url_safe(24);
    state.sessions.insert(ticket.clone(), user);
    drop(state);
    let mut hidden = hidden_fields(params);
    hidden.push(("ticket", &ticket));
    let path = request.uri().path();
    let name = name.unwrap_or_default();
    pages::consent(
        path,
        &hidden,
        &authorization.client_id,
        &name,
        &authorization.scope,
    )
}

/// The parameters of the authorization request, as hidden fields of the forms.
fn hidden_fields(params: &Params) -> Vec<(&str, &str)> {
    const OWN: [&str; 5] = ["login", "password", "sign_in", "ticket", "decision"];
    let fields = params.iter().filter(|(name, _)| !OWN.contains(name));
    fields.collect()
}

fn allow(
    context: &ServerContext,
    software: &dyn Software,
    authorization: &AuthorizationParams,
    user: u64,
) -> Response<Vec<u8>> {
    let text = software.code(&context.random);
    let lifetime = millis(context.settings.code_lifetime);
    let code = Code {
        client_id: authorization.client_id.clone(),
        user,
        redirect_uri: authorization
            .redirect_uri_given
            .then(|| authorization.redirect_uri.clone()),
        scope: authorization.scope.clone(),
        challenge: authorization.challenge.clone(),
        expires_at: context.clock.now_ms().saturating_add(lifetime),
        used: false,
        family: None,
    };
    context.state().codes.insert(text.clone(), code);
    software.allow(context, authorization, &text)
}
