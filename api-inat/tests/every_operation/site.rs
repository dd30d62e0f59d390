//! A site on loopback that accepts any request, records it, and sends a prepared response.

use std::sync::{Arc, Mutex, PoisonError};

use auth_core::testkit::{Auth, DerivedTokens, Route, RouteRequest, Site};
use auth_testkit::{Dialect, TestClient, TestServer};
use http::{Method, Response, StatusCode, header};
use serde_json::{Value, json};

/// Paths of up to this many segments.
const PATTERNS: [&str; 9] = [
    "/{a}",
    "/{a}/{b}",
    "/{a}/{b}/{c}",
    "/{a}/{b}/{c}/{d}",
    "/{a}/{b}/{c}/{d}/{e}",
    "/{a}/{b}/{c}/{d}/{e}/{f}",
    "/{a}/{b}/{c}/{d}/{e}/{f}/{g}",
    "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}",
    "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}",
];

/// The password of `alice`.
pub(crate) const PASSWORD: &str = "wonderland";

/// The prepared response, and the received requests.
#[derive(Default)]
struct Received {
    response: Vec<u8>,
    arrived: Vec<Value>,
}

/// The running site.
pub(crate) struct Recorder {
    pub(crate) server: TestServer,
    received: Arc<Mutex<Received>>,
}

impl Recorder {
    pub(crate) fn start() -> Self {
        let received = Arc::new(Mutex::new(Received::default()));
        let mut site = Site::new().with_derived_tokens(DerivedTokens {
            path: "/users/api_token",
            field: "api_token",
            lifetime: std::time::Duration::from_secs(24 * 3600),
            scope: None,
        });
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            for pattern in PATTERNS {
                let received = received.clone();
                let route = Route::new(method.clone(), pattern, Auth::Derived, move |visit| {
                    let mut received = received.lock().unwrap_or_else(PoisonError::into_inner);
                    received.arrived.push(record(visit));
                    let mut response = Response::new(received.response.clone());
                    *response.status_mut() = StatusCode::OK;
                    response
                });
                site = site.with_route(route);
            }
        }
        let server = TestServer::builder(Dialect::doorkeeper_5())
            .client(TestClient::public("an-id"))
            .user("alice", PASSWORD)
            .site(site)
            .start()
            .expect("a server on loopback");
        Self { server, received }
    }

    /// Returns the service for an application that is registered here.
    pub(crate) fn login(&self) -> auth_core::Service {
        api_inat::service("an-id")
            .user_agent("every-operation/1 (test@example.org)")
            .at(self.server.url())
            .build()
            .expect("a service")
    }

    /// Sets the response to all further requests.
    pub(crate) fn respond_with(&self, body: Vec<u8>) {
        self.received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .response = body;
    }

    /// Takes the requests received since the last call.
    pub(crate) fn arrived(&self) -> Vec<Value> {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut received.arrived)
    }
}

fn record(visit: &RouteRequest<'_>) -> Value {
    let request = visit.request;
    let query: Vec<(String, String)> = request
        .uri()
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    json!({
        "method": request.method().as_str(),
        "path": request.uri().path(),
        "query": query,
        "token": token(visit),
        "type": kind.split(';').next(),
        "body": body(kind, request.body()),
    })
}

/// Returns whether the request has the right token: v1 and v2 require a derived one, the Rails
/// application an access token, which the routes of this site do not check.
fn token(visit: &RouteRequest<'_>) -> bool {
    let path = visit.request.uri().path();
    match path.starts_with("/v1/") || path.starts_with("/v2/") {
        true => visit.caller.is_some(),
        false => {
            let carried = visit.request.headers().get(header::AUTHORIZATION);
            carried.is_some_and(|value| value.len() == "Bearer ".len() + 43)
                && visit.caller.is_none()
        }
    }
}

/// Returns JSON unchanged; of a multipart body, the names and texts of its parts, without the
/// contents of files.
fn body(kind: &str, bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    match kind.split_once("boundary=") {
        Some((_, boundary)) => parts(boundary.trim_matches('"'), bytes),
        None => serde_json::from_slice(bytes).expect("a JSON body"),
    }
}

fn parts(boundary: &str, bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    let mut found = serde_json::Map::new();
    for part in text.split(&format!("--{boundary}")) {
        let Some((head, content)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let (_, name) = head.split_once("name=\"").expect("every part has a name");
        let name = name.split('"').next().unwrap_or_default().to_owned();
        let value = match head.contains("filename=") {
            true => json!({"file": content.trim_end_matches("\r\n").len()}),
            false => json!(content.trim_end_matches("\r\n")),
        };
        found.insert(name, value);
    }
    Value::Object(found)
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let hex = [rest.next(), rest.next()].map(|digit| digit.unwrap_or(b'0'));
                let hex = std::str::from_utf8(&hex).unwrap_or("3f").to_owned();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap_or(b'?'));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
