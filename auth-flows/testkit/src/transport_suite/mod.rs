//! What a transport promises, as cases that run over any transport.
//!
//! The same cases run over http-ureq and http-reqwest, and over a transport of your own:
//!
//! ```no_run
//! # fn check(my_transport: impl auth_core::Transport) {
//! auth_testkit::transport_suite::run(|request, limits| my_transport.send(request, limits));
//! # }
//! ```
//!
//! An async transport is given in a closure that blocks on its future. No case leaves 127.0.0.1, except that it makes
//! sure that plain http to another host is refused.

mod failures;
mod limits;
mod requests;
mod responses;

use std::fmt;

use auth_core::{Body, Limits, Request, Response, Transport, TransportError};

use crate::raw::RawServer;

/// Runs all cases over a blocking transport.
///
/// # Panics
/// Some cases failed; the message names each and says why.
pub fn blocking(transport: &impl Transport) {
    run(|request, limits| transport.send(request, limits));
}

/// Runs all cases over whatever sends a request.
///
/// # Panics
/// Some cases failed; the message names each and says why.
pub fn run(send: impl FnMut(Request, &Limits) -> Result<Response, TransportError>) {
    let failures = failures(send);
    let list: String = failures.iter().map(|f| format!("\n- {f}")).collect();
    let all = count();
    assert!(
        failures.is_empty(),
        "{} of {all} cases failed:{list}",
        failures.len()
    );
}

/// Runs all cases and gives back those that failed.
pub fn failures(
    mut send: impl FnMut(Request, &Limits) -> Result<Response, TransportError>,
) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (case, run) in cases() {
        if let Err(why) = run(&mut send) {
            failures.push(Failure { case, why });
        }
    }
    failures
}

/// How many cases there are.
#[must_use]
pub fn count() -> usize {
    cases().count()
}

/// A case that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    case: &'static str,
    why: String,
}

impl Failure {
    /// The name of the case: what should have been true.
    #[must_use]
    pub fn case(&self) -> &'static str {
        self.case
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.case, self.why)
    }
}

type Send<'a> = dyn FnMut(Request, &Limits) -> Result<Response, TransportError> + 'a;
type Outcome = Result<(), String>;
type Case = (&'static str, fn(&mut Send<'_>) -> Outcome);

fn cases() -> impl Iterator<Item = Case> {
    [
        responses::CASES,
        requests::CASES,
        limits::CASES,
        failures::CASES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Ends a case with a reason unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($why:tt)+) => {
        if !$condition {
            return Err(format!($($why)+));
        }
    };
}
use ensure;

fn get(server: &RawServer, path: &str) -> Request {
    request("GET", server.url(path), Body::Empty)
}

fn post(server: &RawServer, path: &str, body: Body) -> Request {
    request("POST", server.url(path), body)
}

fn request(method: &str, uri: http::Uri, body: Body) -> Request {
    let mut request = Request::new(body);
    *request.method_mut() = method.parse().expect("the method of a case is a token");
    *request.uri_mut() = uri;
    request
}

/// A response with these header lines, each ending in CRLF, a `Content-Length` and this body.
fn raw_response(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let len = body.len();
    let mut bytes =
        format!("HTTP/1.1 {status} .\r\n{headers}content-length: {len}\r\n\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A response is expected.
fn expect(outcome: Result<Response, TransportError>, what: &str) -> Result<Response, String> {
    outcome.map_err(|error| format!("{what}: {error}"))
}

/// An error is expected.
fn expect_error(
    outcome: Result<Response, TransportError>,
    what: &str,
) -> Result<TransportError, String> {
    match outcome {
        Ok(response) => {
            let (status, len) = (response.status(), response.body().as_bytes().len());
            Err(format!(
                "{what}: got the response {status} with {len} bytes"
            ))
        }
        Err(error) => Ok(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth_core::ResponseBody;

    #[test]
    fn no_case_is_content_with_transports_that_do_nothing() {
        let responses = failures(|_, _| Ok(Response::new(ResponseBody::default())));
        let errors = failures(|_, _| Err(TransportError::not_sent("no")));
        let forgiving: Vec<_> = cases()
            .map(|(name, _)| name)
            .filter(|name| !responses.iter().chain(&errors).any(|f| f.case() == *name))
            .collect();
        assert!(forgiving.is_empty(), "content with anything: {forgiving:?}");
    }
}
