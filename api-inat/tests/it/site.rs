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

/// v2 returns what was requested, and refuses what v1 ignores.
#[test]
fn v2_returns_the_requested_fields() {
    use api_inat::v2;
    use auth_core::BaseUrl;
    let sent = |operation: &dyn Fn(&BaseUrl) -> auth_core::Request| {
        let base = BaseUrl::parse("http://127.0.0.1:4000/v2").expect("a base");
        operation(&base)
            .uri()
            .path_and_query()
            .expect("a path")
            .to_string()
    };
    let search = v2::observations::Search::new()
        .user_login("alice")
        .per_page(200)
        .fields("location,taxon.name,user.login");
    let path = sent(&|base| search.request(base).expect("a request"));
    let page = search.parse(ask(&path, None)).expect("a page");
    assert_eq!(page.total_results, Some(OF_EACH_USER));
    let first = &page.results[0];
    assert!(first.uuid.is_some() && first.location.is_some());
    let taxon = first.taxon.as_ref().expect("a taxon");
    assert!(taxon.name.is_some() && taxon.rank.is_none());
    assert_eq!(
        (first.observed_on, first.quality_grade.clone()),
        (None, None)
    );

    let uuid = first.uuid.clone().expect("a UUID");
    let get = v2::observations::Get::new(uuid.clone());
    let path = sent(&|base| get.request(base).expect("a request"));
    let whole = get.parse(ask(&path, None)).expect("a page");
    assert!(whole.results[0].observed_on.is_some(), "all fields");
    let absent = get.parse(ask("/v2/observations/none?fields=all", None));
    assert_eq!(
        absent.expect_err("404").status(),
        Some(http::StatusCode::NOT_FOUND)
    );

    let bare: Value =
        serde_json::from_slice(ask("/v2/observations?per_page=1", None).body().as_bytes())
            .expect("JSON");
    assert_eq!(
        bare["results"][0].as_object().map(serde_json::Map::len),
        Some(1),
        "{bare}"
    );
    let unknown = search.parse(ask("/v2/observations?colour=blue", None));
    let unknown = unknown.expect_err("422");
    assert_eq!(
        unknown.server_message(),
        Some("colour: Unknown query parameter")
    );
    let broken = search.parse(ask("/v2/observations?fields=(a:!t", None));
    assert_eq!(
        broken.expect_err("422").server_message(),
        Some("fields: must be RISON")
    );
    let me = v2::users::Me::new();
    assert!(me.parse(ask("/v2/users/me?fields=all", None)).is_err());
    let alice = me.parse(ask("/v2/users/me?fields=all", Some(&caller("alice"))));
    assert_eq!(alice.expect("alice").login.as_deref(), Some("alice"));
}

/// A URL that would be too long sends its fields in a body, declared a GET.
#[test]
fn v2_reads_fields_in_a_body() {
    let names: Vec<_> = (0..300).map(|n| format!("field_{n}")).collect();
    let fields = names
        .iter()
        .chain([&"taxon.name".to_owned()])
        .collect::<api_inat::Fields>();
    let search = api_inat::v2::observations::Search::new()
        .per_page(3)
        .fields(fields);
    let server = auth_testkit::TestServer::builder(auth_testkit::Dialect::doorkeeper_5())
        .site(site())
        .start()
        .expect("a server on loopback");
    let service = api_inat::service_without_application()
        .user_agent("test/1 (me@example.org)")
        .at(server.url())
        .build()
        .expect("a service");
    let http = http_ureq::Ureq::default();
    let client = auth_flows::Client::new(service, http, keystore::Memory::new());
    let page = client.anonymous().send(search).expect("a page");
    assert_eq!(page.results.len(), 3);
    assert!(
        page.results[0]
            .taxon
            .as_ref()
            .is_some_and(|taxon| taxon.name.is_some())
    );
    assert_eq!(page.results[0].observed_on, None);
}

#[test]
fn v0_says_who_it_is() {
    let response = ask("/users/edit.json", Some(&caller("alice")));
    let value: Value = serde_json::from_slice(response.body().as_bytes()).expect("JSON");
    assert_eq!(value["login"], "alice");
}
