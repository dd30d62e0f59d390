//! The routes for test servers match the operations. Tested directly, without a server.

use api_infoflora::{
    Version,
    observations::{List, Observation},
    testkit::{OBSERVATIONS, PROJECTS, site},
};
use auth_core::{
    Lifetime, Message, Now, Paged, Response, ResponseBody, TokenResponse, UnixTime,
    testkit::{Auth, RouteRequest},
};
use std::time::Duration;

/// Returns the site's response to this path and query. The test server checks authentication.
fn ask(path_and_query: &str) -> Response {
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
    assert_eq!(route.auth(), Auth::Login);
    let visit = RouteRequest {
        request: &request,
        caller: None,
        segments,
    };
    route.respond(&visit).map(ResponseBody::new)
}

/// Follows a list to its end, bound as in a program. Returns the observations, the last total, and
/// the number of pages.
fn all(mut list: List) -> (Vec<Observation>, Option<u64>, usize) {
    let service = api_infoflora::service("an-id")
        .user_agent("test/1 (me@example.org)")
        .at("http://127.0.0.1:4000")
        .build()
        .expect("a service");
    let now = Now {
        wall: UnixTime::from_secs(1_700_000_000),
        monotonic: Duration::from_secs(1),
    };
    let token = TokenResponse::new("t0ken", Lifetime::Unstated)
        .and_then(|response| response.into_token(now, 1))
        .expect("a token");
    let mut found = Vec::new();
    for pages in 1..100 {
        let bound = service
            .bind(&list, Some(&token))
            .expect("our own operation");
        let request = bound.request().expect("a request");
        assert_eq!(request.headers()["authorization"], "Bearer t0ken");
        let uri = request.uri().path_and_query().expect("a path").to_string();
        let page = bound.parse(ask(&uri)).expect("a page");
        let parts = list.split_page(page);
        found.extend(parts.items);
        match parts.next {
            Some(next) => list = next,
            None => return (found, parts.total, pages),
        }
    }
    panic!("no end");
}

#[test]
fn both_versions_are_followed_to_their_end() {
    let check = |list: List, count: u64, total: Option<u64>, pages: usize| {
        let (found, last, requested) = all(list);
        assert_eq!((found.len() as u64, last, requested), (count, total, pages));
    };
    let v5 = || List::new().version(Version::V5);
    check(List::new(), OBSERVATIONS, Some(OBSERVATIONS), 5);
    check(List::new().limit(1000), OBSERVATIONS, Some(OBSERVATIONS), 3);
    let of_one = OBSERVATIONS / PROJECTS;
    check(List::new().projects(2).limit(20), of_one, Some(of_one), 3);
    check(
        List::new().projects([2, 3]),
        2 * of_one,
        Some(2 * of_one),
        2,
    );
    check(v5().limit(100), OBSERVATIONS, None, 4);
    check(
        v5().limit(100).with_total(true),
        OBSERVATIONS,
        Some(OBSERVATIONS),
        3,
    );
}

#[test]
fn records_are_read() {
    let (found, _, _) = all(List::new().limit(100));
    let mut ids: Vec<_> = found.iter().filter_map(|o| o.obs_id).collect();
    ids.dedup();
    assert_eq!(ids.len() as u64, OBSERVATIONS);
    assert!(found.iter().all(|o| o.x.is_some_and(|x| x > 2_000_000.0)));
    assert!(found.iter().all(|o| o.extra.contains_key("taxon_id")));
    let (found, _, _) = all(List::new().limit(100).srid(4326));
    assert!(found.iter().all(|o| o.x.is_some_and(|x| x < 11.0)));
    let (found, _, _) = all(List::new().version(Version::V5));
    assert!(
        found
            .iter()
            .all(|o| o.decimal_latitude.is_some() && o.footprint_wkt.is_some())
    );
}
