//! Derived tokens: the endpoint that issues them for access tokens.

use auth_core::testkit::{Caller, DerivedTokens};
use http::{Method, Request, Response, header};
use serde_json::json;

use crate::endpoint::resource::{access_token, derived_caller};
use crate::endpoint::session::session_user;
use crate::endpoint::software::{Reason, Software};
use crate::http::reply::{found, not_found, object, set, typed};
use crate::state::Derived;
use crate::state::clock::millis;
use crate::state::context::ServerContext;

/// Whether this is the endpoint's path. Rails accepts a format after it: `/users/api_token.json`.
pub(crate) fn is_at(derived: &DerivedTokens, path: &str) -> bool {
    path.strip_suffix(".json").unwrap_or(path) == derived.path
}

/// Responds to a request for the endpoint.
pub(crate) fn respond(
    context: &ServerContext,
    software: &dyn Software,
    request: &Request<Vec<u8>>,
) -> Response<Vec<u8>> {
    let Some(derived) = context.settings.site.derived_tokens() else {
        return not_found();
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return not_found();
    }
    // A valid derived token gets a new one, without the number of the application. Read in
    // iNaturalist's Rails application (its warden strategies); not verified against the running
    // service.
    if let Some(caller) = derived_caller(context, request) {
        return token_response(context, derived, caller, false);
    }
    match access_token(context, software, request) {
        Ok(token) => {
            let scoped = |wanted: &str| token.scope.split(' ').any(|scope| scope == wanted);
            if !derived.scope.is_none_or(scoped) {
                return software.refuse_scope();
            }
            if token.user.is_none() {
                return found(&format!("{}/login", context.url));
            }
            let caller = context.state().caller(&token);
            token_response(context, derived, caller, true)
        }
        Err(Reason::Missing) => match session_user(context, request) {
            Some(user) => token_response(context, derived, of_session(context, user), false),
            None => software.refuse(context, request, Reason::Missing),
        },
        Err(reason) => software.refuse(context, request, reason),
    }
}

/// Issues a token as a logged-in user would see it in the browser.
pub(crate) fn issue_for_session(context: &ServerContext, user: &str) -> Option<String> {
    let derived = context.settings.site.derived_tokens()?;
    let id = context.state().user_named(user)?.id;
    Some(new_token(context, derived, of_session(context, id), false))
}

fn of_session(context: &ServerContext, user: u64) -> Caller {
    let state = context.state();
    let name = state.user(user).map(|user| user.name.clone());
    Caller {
        user: name.unwrap_or_default(),
        user_id: user,
        client_id: String::new(),
        scope: String::new(),
    }
}

fn token_response(
    context: &ServerContext,
    derived: &DerivedTokens,
    caller: Caller,
    of_application: bool,
) -> Response<Vec<u8>> {
    let token = new_token(context, derived, caller, of_application);
    let body = object(&[(derived.field, json!(token))]);
    let mut response = typed(200, "application/json; charset=utf-8", body.into_bytes());
    // The default of Rails; not verified against iNaturalist's production.
    let caching = "max-age=0, private, must-revalidate";
    set(&mut response, header::CACHE_CONTROL, caching);
    response
}

fn new_token(
    context: &ServerContext,
    derived: &DerivedTokens,
    caller: Caller,
    of_application: bool,
) -> String {
    let lifetime = context
        .settings
        .derived_lifetime
        .unwrap_or(derived.lifetime);
    let expires_at = context.clock.now_ms().saturating_add(millis(lifetime));
    let mut state = context.state();
    let mut claims = vec![("user_id", json!(caller.user_id))];
    if of_application {
        let number = state.client_number(&caller.client_id);
        claims.push(("oauth_application_id", json!(number)));
    }
    claims.push(("exp", json!(expires_at / 1000)));
    // Two tokens of one second have the same claims; only the random signature tells them apart.
    let text = context
        .random
        .jwt(r#"{"alg":"HS512"}"#, &object(&claims), 64);
    let issued = Derived { caller, expires_at };
    state.derived.insert(text.clone(), issued);
    text
}
