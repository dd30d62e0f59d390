//! Proof that a server lacks a feature: it gets a request for it.

use auth_core::{
    AuthorizationRequest, Body, Entropy, Error, ErrorKind, Limits, Message, RedirectUri, Request,
    Response,
};
use auth_testkit::person::Outcome;
use http::{Method, StatusCode};

use crate::env::{ServerEnv, alice};
use crate::expect::{ensure, expect_error};
use crate::report::CheckResult;

/// The path does not exist.
pub(crate) fn path(env: &ServerEnv<'_>, method: Method, path: &str) -> CheckResult {
    let uri = format!("{}{path}", env.origin);
    let status = env.world.exchange(&Look { method, uri })?;
    ensure(
        status == StatusCode::NOT_FOUND,
        format!("{path} responds with {status}"),
    )
}

/// A login returns no refresh token.
pub(crate) fn refresh_tokens(env: &ServerEnv<'_>) -> CheckResult {
    let service = env.service(env.facts.public)?;
    ensure(
        !env.token(&service)?.has_refresh_token(),
        "the response has a refresh token",
    )
}

/// The token endpoint does not support the password grant.
pub(crate) fn passwords(env: &ServerEnv<'_>) -> CheckResult {
    let session = env.session(env.facts.confidential)?;
    let response = session.log_in_with_password("alice", "password");
    let words = ["unsupported_grant_type"];
    expect_error(response, ErrorKind::Configuration, &words)?;
    Ok(())
}

/// The out-of-band redirect URI cannot be registered, and a page refuses it.
pub(crate) fn out_of_band(env: &ServerEnv<'_>) -> CheckResult {
    let service = env.service(env.facts.public)?;
    let uri = RedirectUri::out_of_band();
    let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([7; 64]));
    match alice().visit(&request.begin()?.0)? {
        Outcome::Page { status, .. } if status >= 400 => Ok(()),
        other => Err(format!("expected a refusal, got {other:?}").into()),
    }
}

/// No redirect names the issuer.
pub(crate) fn issuer(env: &ServerEnv<'_>) -> CheckResult {
    let service = env.service(env.facts.public)?;
    let uri = RedirectUri::parse("http://127.0.0.1:8080")?;
    let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([7; 64]));
    let redirect = alice().visit(&request.begin()?.0)?.into_redirect()?;
    ensure(!redirect.contains("iss="), "a redirect names the issuer")
}

/// Sends any request, and returns only the status.
struct Look {
    method: Method,
    uri: String,
}

impl Message for Look {
    type Output = StatusCode;

    fn request(&self) -> Result<Request, Error> {
        http::Request::builder()
            .method(&self.method)
            .uri(&self.uri)
            .body(Body::Empty)
            .map_err(|e| Error::new(ErrorKind::Usage, "the request is invalid").with_source(e))
    }

    fn parse(&self, response: Response) -> Result<StatusCode, Error> {
        Ok(response.status())
    }

    fn limits(&self) -> Limits {
        Limits::token()
    }
}
