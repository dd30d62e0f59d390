//! Proof that a server does not have something: it is asked for it.

use auth_core::{
    AuthorizationRequest, Body, Entropy, Error, ErrorKind, Limits, Message, RedirectUri, Request,
    Response,
};
use auth_testkit::person::Outcome;
use http::{Method, StatusCode};

use crate::conformance::env::{ServerEnv, alice};
use crate::conformance::expect::{ensure, expect_error};
use crate::conformance::report::CheckResult;

/// There is nothing at this path.
pub(in crate::conformance) fn path(
    bench: &ServerEnv<'_>,
    method: Method,
    path: &str,
) -> CheckResult {
    let uri = format!("{}{path}", bench.origin);
    let status = bench.rig.exchange(&Look { method, uri })?;
    ensure(
        status == StatusCode::NOT_FOUND,
        format!("{path} answers {status}"),
    )
}

/// A login gives no refresh token.
pub(in crate::conformance) fn refresh_tokens(bench: &ServerEnv<'_>) -> CheckResult {
    let service = bench.service(bench.facts.public)?;
    ensure(
        !bench.token(&service)?.has_refresh_token(),
        "a refresh token came",
    )
}

/// The token endpoint does not know the grant of user name and password.
pub(in crate::conformance) fn passwords(bench: &ServerEnv<'_>) -> CheckResult {
    let seat = bench.seat(bench.facts.confidential)?;
    let answer = seat.log_in_with_password("alice", "password");
    let words = ["unsupported_grant_type"];
    expect_error(answer, ErrorKind::Configuration, &words)?;
    Ok(())
}

/// The out-of-band redirect URI cannot be registered, and is refused on a page.
pub(in crate::conformance) fn out_of_band(bench: &ServerEnv<'_>) -> CheckResult {
    let service = bench.service(bench.facts.public)?;
    let uri = RedirectUri::out_of_band();
    let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([7; 64]));
    match alice().visit(&request.begin()?.0)? {
        Outcome::Page { status, .. } if status >= 400 => Ok(()),
        other => Err(format!("it is offered: {other:?}").into()),
    }
}

/// No redirect names the issuer.
pub(in crate::conformance) fn issuer(bench: &ServerEnv<'_>) -> CheckResult {
    let service = bench.service(bench.facts.public)?;
    let uri = RedirectUri::parse("http://127.0.0.1:8080")?;
    let request = AuthorizationRequest::new(service.client(), uri, Entropy::new([7; 64]));
    let redirect = alice().visit(&request.begin()?.0)?.into_redirect()?;
    ensure(!redirect.contains("iss="), "a redirect names the issuer")
}

/// Asks for anything, and says only what status came.
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
            .map_err(|e| Error::new(ErrorKind::Usage, "no request").with_source(e))
    }

    fn parse(&self, response: Response) -> Result<StatusCode, Error> {
        Ok(response.status())
    }

    fn limits(&self) -> Limits {
        Limits::token()
    }
}
