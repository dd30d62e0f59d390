//! The routes for test servers match the operations; called directly, without a server.

use api_inat::{
    model::Observation,
    observations::{Get, Order, OrderBy, Search},
    testkit::{OBSCURED_OF_EACH_USER, OBSERVATIONS, OF_EACH_USER, observation_id, site},
    users::Me,
};
use auth_core::{
    ErrorKind, Lifetime, Message, Now, Operation, Paged, Response, ResponseBody, Service, Token,
    TokenResponse, UnixTime,
    testkit::{Caller, RouteRequest},
};
use serde_json::Value;
use std::time::Duration;

fn service() -> Service {
    api_inat::service("an-id")
        .user_agent("test/1 (me@example.org)")
        .at("http://127.0.0.1:4000")
        .build()
        .expect("a service")
}

fn token() -> Token {
    let now = Now {
        wall: UnixTime::from_secs(1_700_000_000),
        monotonic: Duration::from_secs(1),
    };
    TokenResponse::new("a.b.c", Lifetime::For(Duration::from_secs(3600)))
        .and_then(|response| response.into_token(now, 1))
        .expect("a token")
}

fn caller(user: &str) -> Caller {
    Caller {
        user: user.to_owned(),
        user_id: if user == "alice" { 1 } else { 2 },
        client_id: "an-id".to_owned(),
        scope: "write login".to_owned(),
    }
}

/// Returns the site's response to a request of this path and query.
fn ask(path_and_query: &str, caller: Option<&Caller>) -> Response {
    let site = site();
    let request = http::Request::get(path_and_query)
        .body(Vec::new())
        .expect("a request");
    let path = request.uri().path().to_owned();
    let (route, segments) = site
        .routes()
        .iter()
        .find_map(|route| Some((route, route.matches(request.method(), &path)?)))
        .expect("a route");
    let visit = RouteRequest {
        request: &request,
        caller,
        segments,
    };
    route.respond(&visit).map(ResponseBody::new)
}

/// Sends an operation to the site, bound as in a program.
fn send<O: Operation>(
    operation: &O,
    caller: Option<&Caller>,
) -> Result<O::Output, auth_core::Error> {
    let (service, token) = (service(), token());
    let bound = service.bind(operation, Some(&token))?;
    let request = bound.request()?;
    assert_eq!(request.headers()["authorization"], "Bearer a.b.c");
    assert_eq!(request.headers()["user-agent"], "test/1 (me@example.org)");
    let uri = request.uri().path_and_query().expect("a path").to_string();
    bound.parse(ask(&uri, caller))
}

#[test]
fn who_am_i() {
    let me = send(&Me::new(), Some(&caller("bob"))).expect("a user");
    assert_eq!((me.id, me.login.as_deref()), (2, Some("bob")));
    assert_eq!(me.email.as_deref(), Some("bob@example.org"));
    let all = send(&Me::new().of::<Value>(), Some(&caller("alice"))).expect("a user");
    assert_eq!(all["login"], "alice");
    let error = send(&Me::new(), None).expect_err("an invalid token");
    assert_eq!(
        (error.kind(), error.status(), error.server_message()),
        (
            ErrorKind::Refused,
            Some(http::StatusCode::UNAUTHORIZED),
            Some("Unauthorized")
        )
    );
}

/// Follows a search to its end.
fn all(search: Search, caller: Option<&Caller>) -> (Vec<Observation>, usize) {
    let mut search = search.begin();
    let mut found = Vec::new();
    for pages in 1..100 {
        let page = send(&search, caller).expect("a page");
        let parts = search.split_page(page);
        found.extend(parts.items);
        match parts.next {
            Some(next) => search = next,
            None => return (found, pages),
        }
    }
    panic!("no end");
}

#[test]
fn a_search_is_followed_to_its_end() {
    let ids = |found: &[Observation]| found.iter().map(|o| o.id).collect::<Vec<_>>();
    let every: Vec<u64> = (0..OBSERVATIONS).map(observation_id).collect();
    let (found, pages) = all(Search::new().per_page(100), None);
    assert_eq!((ids(&found), pages), (every.clone(), 5));
    let (mut found, pages) = all(Search::new().per_page(100).order(Order::Desc), None);
    found.reverse();
    assert_eq!((ids(&found), pages), (every.clone(), 5));
    let (mut found, pages) = all(
        Search::new().per_page(100).order_by(OrderBy::ObservedOn),
        None,
    );
    found.sort_by_key(|observation| observation.id);
    assert_eq!((ids(&found), pages), (every, 5));
    let (found, pages) = all(Search::new().user_login("alice").per_page(100), None);
    assert_eq!((found.len() as u64, pages), (OF_EACH_USER, 3));
}

#[test]
fn true_places_are_for_their_owner_alone() {
    let search = || Search::new().user_login("alice").per_page(200);
    let private = |caller: Option<&Caller>| {
        let (found, _) = all(search(), caller);
        assert_eq!(found.len() as u64, OF_EACH_USER);
        found
            .iter()
            .filter(|o| o.private_location.is_some())
            .count() as u64
    };
    assert_eq!(private(Some(&caller("alice"))), OBSCURED_OF_EACH_USER);
    assert_eq!(private(Some(&caller("bob"))), 0);
    // An expired token causes no error, and returns nothing private.
    assert_eq!(private(None), 0);
}

#[test]
fn the_public_place_of_an_obscured_one_is_another() {
    let get = Get::new(observation_id(0));
    let own = send(&get, Some(&caller("alice"))).expect("a page");
    let own = &own.results[0];
    assert_eq!(own.obscured, Some(true));
    assert!(own.private_location.is_some());
    assert_eq!(own.private_location, own.private_geojson);
    assert_ne!(own.private_location, own.location);
    let public = send(&get, None).expect("a page");
    assert_eq!(public.results[0].best_location(), own.location);
}

#[test]
fn by_id() {
    let ids: Vec<u64> = (0..200).map(observation_id).collect();
    let page = send(&Get::new(ids), None).expect("a page");
    assert_eq!(page.results.len(), 200);
    let page = send(&Get::new([observation_id(3), 1]), None).expect("a page");
    assert_eq!(page.results.len(), 1);
    let check = |path: &str, status: u16, words: &str| {
        let error = Get::new(1).parse(ask(path, None)).expect_err(path);
        assert_eq!(
            error.status(),
            http::StatusCode::from_u16(status).ok(),
            "{error}"
        );
        assert_eq!(error.server_message(), Some(words), "{error}");
    };
    let many: Vec<String> = (1..=31).map(|id: u64| id.to_string()).collect();
    check(
        &format!("/v1/observations/{}", many.join(",")),
        422,
        "Too many IDs",
    );
    check("/v1/observations/seven", 422, "Error");
}

#[test]
fn the_real_rules_of_paging() {
    let check = |query: &str, results: usize, total: u64| {
        let page = Search::new()
            .of::<Value>()
            .parse(ask(&format!("/v1/observations?{query}"), None))
            .expect("a page");
        assert_eq!(
            (page.results.len(), page.total_results),
            (results, Some(total)),
            "{query}"
        );
    };
    check("", 30, OBSERVATIONS);
    check("per_page=500", 200, OBSERVATIONS);
    check("per_page=0", 0, OBSERVATIONS);
    check("per_page=200&page=3", 50, OBSERVATIONS);
    check("user_id=2&quality_grade=casual", 30, 112);
    check("taxon_id=101,102&only_id=true", 30, 180);
    check(&format!("id_above={}", observation_id(439)), 10, 10);
    let error = Search::new()
        .parse(ask("/v1/observations?per_page=200&page=51", None))
        .expect_err("past the window");
    assert_eq!(error.status(), Some(http::StatusCode::FORBIDDEN));
    assert!(error.to_string().contains("order by id"), "{error}");
}

#[test]
fn v0_says_who_it_is() {
    let response = ask("/users/edit.json", Some(&caller("alice")));
    let value: Value = serde_json::from_slice(response.body().as_bytes()).expect("JSON");
    assert_eq!(value["login"], "alice");
}
