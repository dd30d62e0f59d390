//! A minimal HTTP client for these tests, and the helpers they share.

use std::fmt::Debug;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use auth_testkit::person::{Outcome, Person};
use auth_testkit::{TestServer, http1};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:41234/cb";

pub(crate) type Pairs<'a> = &'a [(&'a str, &'a str)];

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn of(response: http::Response<Vec<u8>>) -> Self {
        let (head, body) = response.into_parts();
        Self {
            status: head.status.as_u16(),
            headers: head.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.get(name)?;
        value.to_str().ok()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        let json = self.json();
        json[name].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        let json = self.json();
        let keys = json.as_object().map(|o| o.keys().cloned().collect());
        keys.unwrap_or_default()
    }
}

pub(crate) fn connect(server: &TestServer) -> TcpStream {
    let address = server.url().trim_start_matches("http://");
    let stream = TcpStream::connect(address).expect("the server listens");
    let limit = Some(Duration::from_secs(30));
    stream.set_read_timeout(limit).expect("a limit above zero");
    stream
}

/// Sends bytes unchanged and returns everything up to the end of the connection.
pub(crate) fn raw(server: &TestServer, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(server);
    let mut back = Vec::new();
    let _ = stream.write_all(bytes); // the server may close the connection meanwhile
    let _ = stream.read_to_end(&mut back);
    back
}

pub(crate) fn response_of(bytes: &[u8]) -> Option<Response> {
    http1::read_response(&mut &*bytes).ok().map(Response::of)
}

/// Sends a request on its own connection. `None` if it was closed without a response.
pub(crate) fn try_send(
    server: &TestServer,
    method: &str,
    path: &str,
    headers: Pairs<'_>,
    body: &str,
) -> Option<Response> {
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in [("host", "x"), ("connection", "close")]
        .iter()
        .chain(headers)
    {
        request = request.header(*name, *value);
    }
    let request = request.body(body).expect("a request");
    http1::exchange(connect(server), &request)
        .ok()
        .map(Response::of)
}

pub(crate) fn send(
    server: &TestServer,
    method: &str,
    path: &str,
    headers: Pairs<'_>,
    body: &str,
) -> Response {
    try_send(server, method, path, headers, body).expect("a response")
}

pub(crate) fn get(server: &TestServer, path: &str, headers: Pairs<'_>) -> Response {
    send(server, "GET", path, headers, "")
}

pub(crate) fn bearer(server: &TestServer, path: &str, token: &str) -> Response {
    get(
        server,
        path,
        &[("authorization", &format!("Bearer {token}"))],
    )
}

pub(crate) fn encoded(pairs: Pairs<'_>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

pub(crate) fn post(
    server: &TestServer,
    path: &str,
    headers: Pairs<'_>,
    form: Pairs<'_>,
) -> Response {
    let mut headers = headers.to_vec();
    headers.push(("content-type", "application/x-www-form-urlencoded"));
    send(server, "POST", path, &headers, &encoded(form))
}

pub(crate) fn path_of(endpoint: &str) -> &str {
    let rest = endpoint.trim_start_matches("http://");
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

/// Sends a token request.
pub(crate) fn token(server: &TestServer, headers: Pairs<'_>, form: Pairs<'_>) -> Response {
    post(server, path_of(&server.token_endpoint()), headers, form)
}

pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Replaces or adds pairs. An empty value removes a pair.
pub(crate) fn with<'a>(
    base: &[(&'a str, &'a str)],
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut pairs = base.to_vec();
    for &(name, value) in changes {
        pairs.retain(|(n, _)| *n != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    pairs
}

/// Sends alice to the authorization endpoint.
pub(crate) fn visit(server: &TestServer, query: Pairs<'_>) -> Outcome {
    let url = format!("{}?{}", server.authorization_endpoint(), encoded(query));
    let person = Person::new("alice", "password");
    person.visit(&url).expect("the visit ends")
}

pub(crate) fn query_of(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

/// Returns the parameters of the redirect that alice gets.
pub(crate) fn redirected(server: &TestServer, query: Pairs<'_>) -> Vec<(String, String)> {
    match visit(server, query) {
        Outcome::Redirected(url) => query_of(&url),
        other => panic!("not redirected: {other:?}"),
    }
}

pub(crate) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(n, _)| n == name);
    found.map(|(_, value)| value.as_str())
}

/// Returns a code for this authorization request.
pub(crate) fn code(server: &TestServer, query: Pairs<'_>) -> String {
    let back = redirected(server, query);
    value(&back, "code").expect("a code").to_owned()
}

/// Checks the status and the error of a response. `what` was asked.
#[track_caller]
pub(crate) fn says(response: &Response, (status, error): (u16, &str), what: impl Debug) {
    let text = response.text("error");
    assert_eq!(
        (response.status, text.as_str()),
        (status, error),
        "{what:?}"
    );
}
