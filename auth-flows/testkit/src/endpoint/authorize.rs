//! The authorization endpoint as a person meets it: log in, consent, go back to the client.
//!
//! What is checked and how it is refused is the dialect's matter. Unlike the imitated servers this one checks the request
//! before it asks for a login, so that a test sees a refusal at once.

use http::{Method, Request, Response};

use crate::dialect::Software;
use crate::endpoint::session::{session_user, sign_in, start_session};
use crate::http::pages;
use crate::http::params::Params;
use crate::http::reply::not_found;
use crate::server::Shared;
use crate::state::clock::millis;
use crate::state::{Challenge, Code};

/// An authorization request that the dialect found good.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) client_id: String,
    pub(crate) confidential: bool,
    /// Where the answer goes.
    pub(crate) redirect_uri: String,
    /// Whether the request named it; otherwise it is the only registered one.
    pub(crate) redirect_uri_given: bool,
    pub(crate) scope: String,
    pub(crate) state: Option<String>,
    pub(crate) challenge: Option<Challenge>,
}

/// Answers the authorization endpoint.
pub(crate) fn answer(shared: &Shared, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let path = request.uri().path();
    if shared.config.dialect.native_path() == Some(path) {
        let params = Params::of_query(request);
        return pages::native(params.get("code").unwrap_or_default());
    }
    match *request.method() {
        Method::GET | Method::HEAD => begin(shared, request, &Params::of_query(request)),
        Method::POST => go_on(shared, request, &Params::of_rails(request)),
        _ => not_found(),
    }
}

fn begin(shared: &Shared, request: &Request<Vec<u8>>, params: &Params) -> Response<Vec<u8>> {
    let asked = match shared.config.dialect.check(shared, params) {
        Ok(asked) => asked,
        Err(answer) => return *answer,
    };
    match session_user(shared, request) {
        Some(user) => consent_or_skip(shared, request, params, &asked, user),
        None => pages::login(request.uri().path(), &carried(params), None),
    }
}

fn go_on(shared: &Shared, request: &Request<Vec<u8>>, params: &Params) -> Response<Vec<u8>> {
    let asked = match shared.config.dialect.check(shared, params) {
        Ok(asked) => asked,
        Err(answer) => return *answer,
    };
    let path = request.uri().path();
    if let Some(ticket) = params.get("ticket") {
        let user = shared.state().sessions.remove(ticket);
        return match (user, params.get("decision")) {
            (Some(user), Some("allow")) => allow(shared, &asked, user),
            (Some(_), Some("deny")) => shared.config.dialect.deny(&asked),
            _ => pages::login(path, &carried(params), Some("Please log in again.")),
        };
    }
    match sign_in(shared, params) {
        Ok(user) => {
            let mut answer = consent_or_skip(shared, request, params, &asked, user);
            start_session(shared, &mut answer, user);
            answer
        }
        Err(words) => pages::login(path, &carried(params), Some(&words)),
    }
}

fn consent_or_skip(
    shared: &Shared,
    request: &Request<Vec<u8>>,
    params: &Params,
    asked: &Asked,
    user: u64,
) -> Response<Vec<u8>> {
    let mut state = shared.state();
    // Doorkeeper 5 (authorizations_controller.rb): no page for a confidential client that has such a token already.
    if shared.config.dialect.software == Software::Doorkeeper5
        && asked.confidential
        && state.has_token(&asked.client_id, user, &asked.scope)
    {
        drop(state);
        return allow(shared, asked, user);
    }
    let name = state.user(user).map(|user| user.name.clone());
    let ticket = shared.random.url_safe(24);
    state.sessions.insert(ticket.clone(), user);
    drop(state);
    let mut hidden = carried(params);
    hidden.push(("ticket", &ticket));
    let path = request.uri().path();
    let name = name.unwrap_or_default();
    pages::consent(path, &hidden, &asked.client_id, &name, &asked.scope)
}

/// The parameters of the authorization request, for the forms to carry along.
fn carried(params: &Params) -> Vec<(&str, &str)> {
    const OWN: [&str; 5] = ["login", "password", "sign_in", "ticket", "decision"];
    let carried = params.iter().filter(|(name, _)| !OWN.contains(name));
    carried.collect()
}

fn allow(shared: &Shared, asked: &Asked, user: u64) -> Response<Vec<u8>> {
    let dialect = &shared.config.dialect;
    let text = dialect.new_code(&shared.random);
    let lifetime = millis(shared.config.code_lifetime);
    let code = Code {
        client_id: asked.client_id.clone(),
        user,
        redirect_uri: asked.redirect_uri_given.then(|| asked.redirect_uri.clone()),
        scope: asked.scope.clone(),
        challenge: asked.challenge.clone(),
        expires_at: shared.clock.now_ms().saturating_add(lifetime),
        used: false,
        family: None,
    };
    shared.state().codes.insert(text.clone(), code);
    dialect.allow(shared, asked, &text)
}
