//! Login sessions of the web site: its login page, the cookie and its user.

use http::{Method, Request, Response, header};

use crate::http::pages;
use crate::http::params::Params;
use crate::http::reply::{found, set};
use crate::state::NoUser;
use crate::state::context::ServerContext;

const SESSION: &str = "_testkit_session";

/// The web site's own login page, to which Devise redirects requests without a login.
pub(crate) fn site_login(context: &ServerContext, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let path = request.uri().path();
    if *request.method() != Method::POST {
        return pages::login(path, &[], None);
    }
    match sign_in(context, &Params::of_form(request)) {
        Ok(user) => {
            let mut response = found(&format!("{}/", context.url));
            start_session(context, &mut response, user);
            response
        }
        Err(message) => pages::login(path, &[], Some(&message)),
    }
}

/// Returns the user of the session cookie.
pub(crate) fn session_user(context: &ServerContext, request: &Request<Vec<u8>>) -> Option<u64> {
    let headers = request.headers().get_all(header::COOKIE);
    let cookies = headers.iter().filter_map(|value| value.to_str().ok());
    let state = context.state();
    cookies
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == SESSION)
        .find_map(|(_, value)| state.sessions.get(value).copied())
}

/// Returns the user with this login and password, or the message for the login page.
pub(crate) fn sign_in(context: &ServerContext, params: &Params) -> Result<u64, String> {
    let name = params.get("login").unwrap_or_default();
    let password = params.get("password").unwrap_or_default();
    let refused = |reason| match reason {
        NoUser::Unknown => "Wrong login or password.".to_owned(),
        NoUser::Suspended(_) => "This account is suspended.".to_owned(),
    };
    context.state().sign_in(name, password).map_err(refused)
}

/// Starts a session and sets its cookie in the response.
pub(crate) fn start_session(context: &ServerContext, response: &mut Response<Vec<u8>>, user: u64) {
    let id = context.random.url_safe(24);
    let cookie = format!("{SESSION}={id}; Path=/; HttpOnly; SameSite=Lax");
    context.state().sessions.insert(id, user);
    set(response, header::SET_COOKIE, &cookie);
}
