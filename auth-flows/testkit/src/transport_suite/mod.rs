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
//! For an async transport, make a blocking one that blocks on its future:
//!
//! ```no_run
//! # fn block_on<T>(_: impl Future<Output = T>) -> T { unreachable!() }
//! # fn check(my_transport: impl auth_core::AsyncTransport) {
//! auth_testkit::transport_suite::blocking(&auth_core::transport_fn(move |request, limits| {
//!     block_on(my_transport.send(request, &limits))
//! }));
//! # }
//! ```
//!
//! All cases use servers on 127.0.0.1, and one on `::1` where the machine has it. Two of them name
//! other hosts, to check that the transport sends nothing there. A server ends after a minute, so
//! that the case of a transport that waits without a limit fails, and is named.
//!
//! # Cases
//!
//! Each case checks a promise of [`Transport`], by the number that it has there.
//!
//! | responses | promise |
//! | --- | --- |
//! | every status is a response | 1 |
//! | an interim response is not the response | 1 |
//! | redirects are not followed | 2 |
//! | headers and body arrive | 3 |
//! | a chunked body arrives | 3 |
//! | chunks win over a Content-Length beside them | 3 |
//! | a body that ends with its connection arrives | 3 |
//! | responses without a body have none | 4 |
//! | a large body arrives | 3 |
//!
//! | requests | promise |
//! | --- | --- |
//! | a request arrives unchanged | 5 |
//! | an empty POST has a Content-Length of 0 | 6 |
//! | a body arrives with its length | 6 |
//! | a stream arrives complete, with its length, each time | 7 |
//! | a stream that does not open is not sent | 8 |
//! | a stream of another length never arrives complete | 9 |
//! | a stream that fails never arrives complete | 9 |
//! | a closed idle connection never duplicates a request | 10 |
//! | a request without a response is not sent again | 10 |
//! | a header that no server takes is named, and not sent | 11 |
//!
//! | limits | promise |
//! | --- | --- |
//! | a response of exactly the limit is accepted, one byte more is not | 12 |
//! | a response announced above the limit is rejected at once | 13 |
//! | a head of megabytes is rejected | 13 |
//! | silence times out | 14 |
//! | a slow head times out | 14 |
//! | a slow body times out | 14 |
//! | an upload that the server does not read times out | 14 |
//! | a body that moves arrives, however long it takes | 15 |
//! | a body that stalls times out, and the error counts its bytes | 16 |
//! | a total timeout ends a body that moves | 17 |
//! | an upload that moves arrives, however long it takes | 15 |
//!
//! | content codings | promise |
//! | --- | --- |
//! | a response compressed as asked arrives decompressed | 18 |
//! | secrets, media and ranges ask for no compression | 19 |
//! | a small response that decompresses to a huge one is rejected | 12 |
//! | an incomplete compressed response is never a response | 20 |
//! | a coding that was not asked for is an error that names it | 21 |
//! | a request with its own Accept-Encoding gets its response as it comes | 22 |
//!
//! A transport need not ask for compression. What it asks for it must read.
//!
//! | failures | promise |
//! | --- | --- |
//! | a refused connection: not sent | 23 |
//! | a name that does not resolve: not sent | 23 |
//! | plain http goes to IPv6 loopback as well | 24 |
//! | plain http to another host is refused | 24 |
//! | https never falls back to plain text | 25 |
//! | a connection that closes without a response: delivery unknown | 26 |
//! | a reset connection: delivery unknown | 26 |
//! | an incomplete head: delivery unknown | 26 |
//! | a response that is not HTTP: delivery unknown | 26 |
//! | an incomplete body is never a response | 27 |
//!
//! Each of the failures is sent with secrets in URL, header and body, and its error must contain
//! none of them: promise 28. What promise 29 says is among the advice, since not each HTTP client
//! can tell.
//!
//! # Advice
//!
//! What helps, and what [`Transport`] does not promise. [`run`] and [`blocking`] return the advice
//! that a transport does not follow.
//!
//! | advice | what it buys |
//! | --- | --- |
//! | the response after an interim one arrives | servers may send early hints (103) |
//! | many requests share few connections | a handshake less for each request |
//! | a single use is sent on no connection that has been idle for long | a refresh token is not lost with a connection that the server is closing |
//! | a response of an unknown version of HTTP is an error | a device in between is not taken for the server |
//! | the bytes of an incomplete chunk are counted | media windows count them |

mod codings;
mod failures;
mod limits;
mod requests;
mod responses;

use std::{
    fmt,
    panic::resume_unwind,
    thread,
    time::{Duration, Instant},
};

use auth_core::{Body, Limits, Request, Response, Transport, TransportError};

use crate::raw::{RawServer, ScriptStep};

/// Runs all cases over a blocking transport, those that wait at the same time, and returns the
/// [advice](self#advice) that it does not follow.
///
/// # Panics
/// Panics if a promise is broken. The message names each failed case with its reason.
pub fn blocking(transport: &impl Transport) -> Vec<Failure> {
    let check = |list: &[Case], advice: bool| {
        failed(list, advice, &mut |request, limits| {
            transport.send(request, limits)
        })
    };
    let (waiting, others): (Vec<_>, Vec<_>) = LISTS.iter().partition(|list| list.waits);
    judge(thread::scope(|scope| {
        let each = |list: &'static List| list.cases.chunks(1).map(|case| (case, list.advice));
        let waiting: Vec<_> = (waiting.into_iter().flat_map(each))
            .map(|(case, advice)| scope.spawn(move || check(case, advice)))
            .collect();
        let others = others.into_iter();
        let mut failures: Vec<_> = others
            .flat_map(|list| check(list.cases, list.advice))
            .collect();
        for case in waiting {
            failures.extend(case.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        failures
    }))
}

/// Runs all cases over a closure that sends a request, one after the other, and returns the
/// [advice](self#advice) that it does not follow.
///
/// # Panics
/// Panics if a promise is broken. The message names each failed case with its reason.
pub fn run(send: impl FnMut(Request, &Limits) -> Result<Response, TransportError>) -> Vec<Failure> {
    judge(failures(send))
}

/// Returns the advice, unless a promise is broken.
fn judge(failures: Vec<Failure>) -> Vec<Failure> {
    let (advice, broken): (Vec<_>, Vec<_>) = failures.into_iter().partition(Failure::is_advice);
    let list: String = broken.iter().map(|f| format!("\n- {f}")).collect();
    let all = count();
    assert!(
        broken.is_empty(),
        "{} of {all} cases failed:{list}",
        broken.len()
    );
    advice
}

/// Runs all cases over a closure that sends a request, and returns those that failed, those of
/// advice too.
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
    let each = LISTS.iter();
    each.flat_map(|list| failed(list.cases, list.advice, &mut send))
        .collect()
}

fn failed(cases: &[Case], advice: bool, send: &mut Send<'_>) -> Vec<Failure> {
    let run = |&(case, run): &Case| {
        let start = Instant::now();
        let mut why = run(send).err()?;
        if start.elapsed() >= LONGEST {
            let seconds = LONGEST.as_secs();
            why +=
                &format!(" (the server ended after {seconds} s: something waits without a limit)");
        }
        Some(Failure { case, why, advice })
    };
    cases.iter().filter_map(run).collect()
}

/// How long a server of a case exists at most. A transport that waits without a limit then gets an
/// error, and the case fails in place of the whole suite going on for ever.
const LONGEST: Duration = Duration::from_secs(60);

/// Starts a server for a case.
fn serve(script: impl Fn(usize) -> Vec<ScriptStep> + std::marker::Send + 'static) -> RawServer {
    RawServer::start(script).ending_after(LONGEST)
}

/// Returns the number of cases.
#[must_use]
pub fn count() -> usize {
    LISTS.iter().map(|list| list.cases.len()).sum()
}

/// A case that failed.
///
/// ```
/// use auth_core::TransportError;
/// use auth_testkit::transport_suite;
///
/// let failures = transport_suite::failures(|_, _| Err(TransportError::not_sent("no network")));
/// let promises = failures.iter().filter(|failure| !failure.is_advice()).count();
/// assert!(promises > 0 && failures[0].to_string().starts_with(failures[0].case()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    case: &'static str,
    why: String,
    advice: bool,
}

impl Failure {
    /// Returns the name of the case: what should have been true.
    #[must_use]
    pub fn case(&self) -> &'static str {
        self.case
    }

    /// Returns whether the case is [advice](self#advice), and not a promise of [`Transport`].
    #[must_use]
    pub fn is_advice(&self) -> bool {
        self.advice
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

struct List {
    cases: &'static [Case],
    advice: bool,
    /// Whether its cases wait for a second or more. They compute little, so they can wait together.
    waits: bool,
}

impl List {
    const fn of(cases: &'static [Case]) -> Self {
        let (advice, waits) = (false, false);
        Self {
            cases,
            advice,
            waits,
        }
    }

    const fn advice(mut self) -> Self {
        self.advice = true;
        self
    }

    const fn waits(mut self) -> Self {
        self.waits = true;
        self
    }
}

const LISTS: &[List] = &[
    List::of(responses::CASES),
    List::of(requests::CASES),
    List::of(limits::CASES).waits(),
    List::of(codings::CASES),
    List::of(failures::CASES),
    List::of(responses::ADVICE).advice(),
    List::of(requests::ADVICE).advice(),
    List::of(limits::ADVICE).advice().waits(),
    List::of(failures::ADVICE).advice(),
];

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
    use auth_core::{ResponseBody, transport_fn};

    fn cases() -> impl Iterator<Item = Case> {
        LISTS.iter().flat_map(|list| list.cases).copied()
    }

    #[test]
    fn the_documentation_lists_every_case() {
        let listed = include_str!("mod.rs").matches("\n//! | ").count();
        assert_eq!(listed - 2 * 6, count()); // each of six tables has two lines of heading
        for (case, _) in cases() {
            let row = format!("\n//! | {case} | ");
            assert!(include_str!("mod.rs").contains(&row), "{case}");
        }
    }

    #[test]
    fn a_broken_promise_is_a_panic_that_names_all() {
        let transport = transport_fn(|_, _| Err(TransportError::not_sent("no")));
        let said = std::panic::catch_unwind(|| blocking(&transport)).expect_err("it fails");
        let said = said.downcast_ref::<String>().expect("text");
        let broken = failures(|_, _| Err(TransportError::not_sent("no")));
        for failure in &broken {
            let named = said.contains(&format!("\n- {}: ", failure.case()));
            assert_eq!(named, !failure.is_advice(), "{failure} in {said}");
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
