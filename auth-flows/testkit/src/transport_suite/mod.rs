//! A test suite for transports: the promises of [`Transport`], as cases over real sockets.
//!
//! http-ureq and http-reqwest pass it. Run it over a transport of your own:
//!
//! ```no_run
//! # fn check(my_transport: impl auth_core::Transport) {
//! auth_testkit::transport_suite::blocking(&my_transport);
//! # }
//! ```
//!
//! For an async transport, pass a closure that blocks on its future:
//!
//! ```no_run
//! # fn block_on<T>(_: impl Future<Output = T>) -> T { unreachable!() }
//! # fn check(my_transport: impl auth_core::AsyncTransport) {
//! auth_testkit::transport_suite::run(|request, limits| {
//!     block_on(my_transport.send(request, limits))
//! });
//! # }
//! ```
//!
//! All cases use servers on 127.0.0.1. Two of them name other hosts, to check that the transport
//! sends nothing there.
//!
//! # Cases
//!
//! | responses |
//! | --- |
//! | every status is a response |
//! | redirects are not followed |
//! | headers and body arrive |
//! | a chunked body arrives |
//! | a body that ends with its connection arrives |
//! | responses without a body have none |
//! | a large body arrives |
//!
//! | requests |
//! | --- |
//! | a request arrives unchanged |
//! | an empty POST has a Content-Length of 0 |
//! | a body arrives with its length |
//! | a stream arrives complete, with its length, each time |
//! | a stream that does not open is not sent |
//! | a stream of another length never arrives complete |
//! | a stream that fails never arrives complete |
//! | many requests share few connections |
//! | a closed idle connection never duplicates a request |
//! | a header that no server takes is named, and not sent |
//!
//! | limits |
//! | --- |
//! | a response of exactly the limit is accepted, one byte more is not |
//! | a response announced above the limit is rejected at once |
//! | silence times out |
//! | a slow head times out |
//! | a slow body times out |
//! | an upload that the server does not read times out |
//! | a body that moves arrives, however long it takes |
//! | a body that stalls times out, and the error counts its bytes |
//! | a total timeout ends a body that moves |
//! | an upload that moves arrives, however long it takes |
//!
//! | content codings |
//! | --- |
//! | a response compressed as asked arrives decompressed |
//! | secrets, media and ranges ask for no compression |
//! | a small response that decompresses to a huge one is rejected |
//! | an incomplete compressed response is never a response |
//! | a coding that was not asked for is an error that names it |
//! | a request with its own Accept-Encoding gets its response as it comes |
//!
//! A transport need not ask for compression. What it asks for it must read.
//!
//! | failures |
//! | --- |
//! | a refused connection: not sent |
//! | a name that does not resolve: not sent |
//! | plain http to another host is refused |
//! | https never falls back to plain text |
//! | a connection that closes without a response: delivery unknown |
//! | a reset connection: delivery unknown |
//! | an incomplete head: delivery unknown |
//! | a response that is not HTTP: delivery unknown |
//! | an incomplete body is never a response |
//!
//! Each of the failures is sent with secrets in URL, header and body, and its error must contain
//! none of them.

mod codings;
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
/// Panics if a case fails. The message names each failed case with its reason.
pub fn blocking(transport: &impl Transport) {
    run(|request, limits| transport.send(request, limits));
}

/// Runs all cases over a closure that sends a request.
///
/// # Panics
/// Panics if a case fails. The message names each failed case with its reason.
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

/// Runs all cases over a closure that sends a request, and returns those that failed.
///
/// ```
/// use auth_core::TransportError;
/// use auth_testkit::transport_suite;
///
/// let failures = transport_suite::failures(|_, _| Err(TransportError::not_sent("no network")));
/// assert!(failures.iter().any(|failure| failure.case() == "every status is a response"));
/// ```
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

/// Returns the number of cases.
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
    /// Returns the name of the case: what should have been true.
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
        codings::CASES,
        failures::CASES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Fails a case with a reason unless the condition is true.
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

/// Encodes a response with these header lines, each with CRLF, a `Content-Length` and this body.
fn raw_response(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let len = body.len();
    let mut bytes =
        format!("HTTP/1.1 {status} .\r\n{headers}content-length: {len}\r\n\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Expects a response.
fn expect(outcome: Result<Response, TransportError>, what: &str) -> Result<Response, String> {
    outcome.map_err(|error| format!("{what}: {error:#}"))
}

/// Expects an error.
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
    fn the_documentation_lists_every_case() {
        let listed = include_str!("mod.rs").matches("\n//! | ").count();
        assert_eq!(listed - 2 * 5, count()); // each of five tables has two lines of heading
        for (case, _) in cases() {
            let row = format!("\n//! | {case} |\n");
            assert!(include_str!("mod.rs").contains(&row), "{case}");
        }
    }

    #[test]
    fn no_case_is_content_with_transports_that_do_nothing() {
        let responses = failures(|_, _| Ok(Response::new(ResponseBody::default())));
        let errors = failures(|_, _| Err(TransportError::not_sent("no")));
        let too_lenient: Vec<_> = cases()
            .map(|(name, _)| name)
            .filter(|name| !responses.iter().chain(&errors).any(|f| f.case() == *name))
            .collect();
        assert!(
            too_lenient.is_empty(),
            "content with anything: {too_lenient:?}"
        );
    }
}
