//! A site that stores each uploaded photo once, by its UUID, as the Rails application does.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use auth_core::{
    Service,
    testkit::{Auth, DerivedTokens, Route, RouteRequest, Site, json},
};
use auth_testkit::{Dialect, TestClient, TestServer};
use http::{Method, Response, header};
use serde_json::json as value;

pub(crate) const PASSWORD: &str = "wonderland";

/// One part of a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    pub(crate) head: String,
    pub(crate) content: Vec<u8>,
}

/// A form, by the names of its parts.
pub(crate) type Form = BTreeMap<String, Part>;

/// The received forms, and the stored photos.
#[derive(Default)]
pub(crate) struct Received {
    /// All received forms, in order.
    pub(crate) forms: Vec<Form>,
    /// The number of photos: one for each UUID, and one for each form without.
    pub(crate) photos: BTreeMap<String, usize>,
}

pub(crate) struct Photographs {
    pub(crate) server: TestServer,
    received: Arc<Mutex<Received>>,
}

impl Photographs {
    pub(crate) fn start() -> Self {
        let received = Arc::<Mutex<Received>>::default();
        let keep = |pattern| {
            let received = Arc::clone(&received);
            Route::new(Method::POST, pattern, Auth::Derived, move |visit| {
                receive(&mut locked(&received), visit)
            })
        };
        let site = Site::new()
            .with_derived_tokens(DerivedTokens {
                path: "/users/api_token",
                field: "api_token",
                lifetime: Duration::from_secs(24 * 3600),
                scope: None,
            })
            .with_route(keep("/v1/observation_photos"))
            .with_route(keep("/v1/photos"))
            .with_route(keep("/v1/observation_sounds"))
            .with_route(Route::get(
                "/v1/users/me",
                Auth::Derived,
                |visit| match visit.caller {
                    Some(caller) => {
                        json(200, &value!({"results": [{"id": 1, "login": caller.user}]}))
                    }
                    None => json(401, &value!({"error": "Unauthorized"})),
                },
            ))
            .with_route(Route::get("/photos/{id}/{file}", Auth::None, picture));
        let server = TestServer::builder(Dialect::doorkeeper_5())
            .client(TestClient::public("an-id").scopes("write login"))
            .user("alice", PASSWORD)
            .site(site)
            .start()
            .expect("a server on loopback");
        Self { server, received }
    }

    pub(crate) fn service(&self) -> Service {
        api_inat::service("an-id")
            .user_agent("sessions/1 (test@example.org)")
            .at(self.server.url())
            .build()
            .expect("a service")
    }

    pub(crate) fn token(&self) -> String {
        self.server.issue_derived_token("alice").expect("a token")
    }

    pub(crate) fn received(&self) -> MutexGuard<'_, Received> {
        locked(&self.received)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn receive(received: &mut Received, visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    if visit.caller.is_none() {
        return json(401, &value!({"error": "Unauthorized"}));
    }
    let kind = visit.request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some((_, boundary)) = kind.split_once("boundary=") else {
        return json(422, &value!({"errors": ["it is not a form"]}));
    };
    let form = parts(boundary, visit.request.body());
    let uuid = form.iter().find(|(name, _)| name.contains("uuid"));
    let uuid = match uuid {
        Some((_, part)) => String::from_utf8_lossy(&part.content).into_owned(),
        None => format!("without, {}", received.forms.len()),
    };
    *received.photos.entry(uuid).or_default() += 1;
    received.forms.push(form);
    json(200, &value!({"id": received.photos.len(), "position": 0}))
}

/// Splits a form as a server does (RFC 2046 section 5.1.1): at the first delimiter, byte for byte.
fn parts(boundary: &str, body: &[u8]) -> Form {
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    let mut rest = body
        .strip_prefix(&delimiter[2..])
        .expect("it begins with the boundary");
    let mut form = Form::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let blank = find(part, b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(part[..blank].to_vec()).expect("text");
        let content = &part[blank + 4..];
        let end = find(content, &delimiter).expect("an end");
        let name = head
            .split("name=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let name = name.expect("a name").to_owned();
        let content_of = content[..end].to_vec();
        rest = &content[end + delimiter.len()..];
        form.insert(
            name,
            Part {
                head,
                content: content_of,
            },
        );
    }
    assert_eq!(rest, b"--\r\n", "the end of the form");
    form
}

/// Searches for the first byte first: otherwise 20 MB take a minute without optimisation.
fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].iter().position(|byte| *byte == word[0])?;
        if text[at..].starts_with(word) {
            return Some(at);
        }
        from = at + 1;
    }
}

fn picture(visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    let mut response = match visit.segment("file") {
        Some("large.jpg") => Response::new(b"\xFF\xD8\xFF\xE0 large".to_vec()),
        Some("page.jpg") => Response::new(b"<html>a portal</html>".to_vec()),
        _ => json(403, &value!("AccessDenied")),
    };
    if visit.request.headers().contains_key(header::AUTHORIZATION) {
        *response.status_mut() = http::StatusCode::IM_A_TEAPOT;
    }
    response
}
