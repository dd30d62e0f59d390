//! The right token for each API: v1 gets the API token, `www` the OAuth access token, and neither
//! gets the other's.

use std::sync::{Arc, Mutex};

use api_inat::{
    controlled_terms,
    observations::{Create, Get, Search},
    users::{Me, Mute},
};
use auth_core::{
    BaseUrl, CallPolicy, Error, ErrorKind, Operation, Request, Response, TokenKind,
    testkit::{Auth, Route, RouteRequest, json},
};
use http::{Method, header};
use keystore::Memory;
use serde_json::json;

use crate::scene::{World, bare_site, browser, inaturalist, server, since};

/// The account, in the Rails application's shape.
#[derive(Clone, Copy, Debug)]
struct Edit;

impl Operation for Edit {
    type Output = String;

    fn policy(&self) -> CallPolicy {
        CallPolicy::read("www")
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(Method::GET, "/users/edit.json")
    }

    fn parse(&self, response: Response) -> Result<String, Error> {
        match response.status().is_success() {
            true => Ok(String::from_utf8_lossy(response.body().as_bytes()).into_owned()),
            false => Err(Error::about(ErrorKind::Refused, "refused", &response)),
        }
    }
}

/// The received request: its path and its `Authorization`.
type Arrived = Vec<(String, Option<String>)>;

#[test]
fn each_door_gets_its_own_token() {
    let arrived: Arc<Mutex<Arrived>> = Arc::default();
    let mut site = bare_site();
    for (method, pattern) in [
        (Method::GET, "/users/edit.json"),
        (Method::GET, "/v1/users/me"),
        (Method::POST, "/v1/users/{id}/mute"),
        (Method::GET, "/v1/observations"),
        (Method::POST, "/v1/observations"),
        (Method::GET, "/v1/observations/{id}"),
        (Method::GET, "/v1/controlled_terms"),
    ] {
        let arrived = arrived.clone();
        let note = move |visit: &RouteRequest<'_>| {
            let token = visit.request.headers().get(header::AUTHORIZATION);
            let token = token.map(|token| token.to_str().expect("text").to_owned());
            let path = visit.request.uri().path().to_owned();
            arrived.lock().expect("no panic").push((path, token));
            match *visit.request.method() {
                Method::GET => json(200, &json!({"total_results": 1, "results": [{"id": 1}]})),
                _ => json(200, &json!({"id": 1})),
            }
        };
        site = site.with_route(Route::new(method, pattern, Auth::None, note));
    }
    let server = server(site);
    for which in [0, 1] {
        let (world, _) = World::logged_in(&server, which);
        let name = world.name();
        let bearer = |kind| Some(format!("Bearer {}", world.token(kind)));
        let (login, derived) = (bearer(TokenKind::Login), bearer(TokenKind::Derived));
        assert_ne!(login, derived);
        let check = |path: &str, expect: &Option<String>, sent: Result<(), Error>| {
            sent.unwrap_or_else(|error| panic!("{name}, {path}: {error}"));
            let arrived = std::mem::take(&mut *arrived.lock().expect("no panic"));
            assert_eq!(arrived, [(path.to_owned(), expect.clone())], "{name}");
        };
        check("/users/edit.json", &login, world.send(Edit).map(|_| ()));
        check("/v1/users/me", &derived, world.send(Me::new()).map(|_| ()));
        check(
            "/v1/users/7/mute",
            &derived,
            world.send(Mute::new(7)).map(|_| ()),
        );
        check(
            "/v1/observations",
            &derived,
            world.send(Search::new()).map(|_| ()),
        );
        check(
            "/v1/observations",
            &derived,
            world.send(Create::new()).map(|_| ()),
        );
        check(
            "/v1/observations/7",
            &derived,
            world.send(Get::new(7)).map(|_| ()),
        );
        let terms = world.send(controlled_terms::All::new()).map(|_| ());
        check("/v1/controlled_terms", &None, terms);
        // Without a login: only public reads.
        let public = world.send_anonymously(Search::new()).map(|_| ());
        check("/v1/observations", &None, public);
        for refused in [
            world.send_anonymously(Me::new()).map(|_| ()),
            world.send_anonymously(Create::new()).map(|_| ()),
            world.send_anonymously(Edit).map(|_| ()),
        ] {
            let error = refused.expect_err("it needs a login");
            assert!(error.needs_login(), "{name}: {error}");
        }
        assert!(
            arrived.lock().expect("no panic").is_empty(),
            "{name}: nothing left"
        );
    }
}

#[test]
fn no_login_is_an_error_and_not_an_anonymous_response() {
    let server = inaturalist();
    for world in World::both(&server, Memory::new()) {
        let mark = server.requests().mark();
        let error = world.send(Get::new(1)).expect_err("no login");
        assert!(error.needs_login(), "{}: {error}", world.name());
        assert_eq!(since(&server, mark), (0, 0), "nothing left");
    }
}

#[test]
fn a_login_that_may_only_log_in_is_explained() {
    let server = inaturalist();
    for world in World::both(&server, Memory::new()) {
        // The API token is derived right after the login, so that the error is returned there and
        // not later.
        let outcome = world.log_in_by(browser().scope("login"));
        let mark = server.requests().mark();
        let read = world.send(Get::new(1)).map(|_| ());
        let me = world.send(Me::new()).map(|_| ());
        for error in [outcome.map(|_| ()).err(), read.err(), me.err()]
            .into_iter()
            .flatten()
        {
            assert!(error.is_configuration(), "{}: {error}", world.name());
            assert_eq!(error.setting(), Some("scope"), "{error}");
            assert!(
                error.to_string().contains("`login` alone is not enough"),
                "{error}"
            );
        }
        assert_eq!(server.requests().since(mark).api(), 0, "no anonymous read");
        // Such a login works where no API token is required.
        let edit = world.send(Edit).expect("the Rails application takes it");
        assert!(edit.contains("alice"), "{edit}");
        world.log_in_by(browser()).expect("a login with `write`");
        assert!(world.send(Me::new()).is_ok());
    }
}
