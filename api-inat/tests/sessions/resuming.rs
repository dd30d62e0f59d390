//! Long jobs that are interrupted, and resume from a line of text.

use api_inat::{
    model::Observation,
    observations::{Order, OrderBy, Search},
    testkit::{OBSERVATIONS, OF_EACH_USER},
};
use auth_core::{
    Error,
    testkit::{Auth, Route, json},
};
use auth_testkit::{Fault, Matching, TestServer};
use serde_json::{Value, json};

use crate::scene::{DAY, Followed, World, bare_site, inaturalist, server, since};

/// Follows `search`. After an error, calls `mend` and continues from text in the other world.
/// Returns the ids and the errors.
fn followed(
    server: &TestServer,
    search: Search,
    between: impl Fn(usize),
    mend: impl Fn(&World),
) -> (Vec<u64>, Vec<Error>) {
    let (first, store) = World::logged_in(server, 0);
    let second = World::one(server, 1, &store);
    let (mut ids, mut errors) = (Vec::new(), Vec::new());
    let mut next = search;
    for world in [&first, &second].into_iter().cycle().take(10) {
        let before = ids.len();
        let Followed {
            items,
            total,
            cursor,
            error,
        } = world.follow(next, |items| between(before + items));
        assert!(total.is_some(), "known after the first page");
        ids.extend(items.iter().map(|item: &Observation| item.id));
        let Some(error) = error else {
            assert!(cursor.is_none(), "the end");
            return (ids, errors);
        };
        let cursor = cursor.expect("it keeps its place");
        assert_eq!(cursor.progress().received, ids.len() as u64);
        errors.push(error);
        mend(world);
        next = Search::from_text(&cursor.to_text()).expect("our own text");
    }
    panic!("no end: {errors:?}");
}

fn once_each(mut ids: Vec<u64>, count: u64) {
    assert_eq!(ids.len() as u64, count);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len() as u64, count, "nothing twice");
}

#[test]
fn limited_in_the_middle_of_a_job() {
    let server = inaturalist();
    let limited = |items| {
        if items == 200 {
            let fault = Fault::TooManyRequests { retry_after: None };
            server.faults().always(Matching::Api, fault);
        }
    };
    let (ids, errors) = followed(&server, Search::new().per_page(100), limited, |_| {
        server.faults().clear();
    });
    once_each(ids, OBSERVATIONS);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(
        errors[0].status(),
        Some(http::StatusCode::TOO_MANY_REQUESTS)
    );
    assert!(errors[0].is_retryable());
    assert!(
        errors[0].to_string().contains("at most once a second"),
        "{}",
        errors[0]
    );
}

#[test]
fn a_short_limit_is_waited_out() {
    let server = inaturalist();
    let limited = |items| {
        if items == 200 {
            let fault = Fault::TooManyRequests { retry_after: None };
            server.faults().times(2, Matching::Api, fault);
        }
    };
    let (ids, errors) = followed(&server, Search::new().per_page(100), limited, |_| ());
    once_each(ids, OBSERVATIONS);
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn responses_that_are_torn_or_none() {
    let server = inaturalist();
    let broken = |items| {
        let fault = match items {
            // A read is tried four times.
            100 => {
                return server
                    .faults()
                    .times(4, Matching::Api, Fault::TruncatedJson);
            }
            200 => Fault::Respond {
                status: 200,
                content_type: "text/html".into(),
                body: b"<title>Log in to the hotel's network</title>".to_vec(),
            },
            300 => Fault::Redirect("https://example.org/".into()),
            _ => return,
        };
        server.faults().next(Matching::Api, fault);
    };
    let search = Search::new().per_page(100).order(Order::Desc);
    let (ids, errors) = followed(&server, search, broken, |_| server.faults().clear());
    once_each(ids, OBSERVATIONS);
    let words: Vec<String> = errors.iter().map(Error::to_string).collect();
    assert!(words[0].contains("too early"), "{words:?}");
    assert!(
        words[1].contains("Log in to the hotel's network"),
        "{words:?}"
    );
    assert!(words[2].contains("redirect"), "{words:?}");
}

#[test]
fn a_login_that_is_revoked_in_the_middle_of_a_job() {
    let server = inaturalist();
    let revoked = |items| {
        if items == 100 {
            // The API token stays valid until it expires, because it is not looked up; then no
            // other follows.
            server.revoke_all();
        }
        if items == 150 {
            server.advance(DAY + DAY / 24);
        }
    };
    let search = Search::new().user_login("alice").per_page(50);
    let (ids, errors) = followed(&server, search, revoked, |world| {
        world.log_in().expect("a login");
    });
    once_each(ids, OF_EACH_USER);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].needs_login(), "{}", errors[0]);
}

#[test]
fn any_order_can_be_gone_on_with() {
    let server = inaturalist();
    let broken = |items| {
        if items % 100 == 0 && items < 400 {
            server
                .faults()
                .times(4, Matching::Api, Fault::TruncatedJson);
        }
    };
    let search = Search::new().per_page(100).order_by(OrderBy::ObservedOn);
    let (ids, errors) = followed(&server, search, broken, |_| server.faults().clear());
    once_each(ids, OBSERVATIONS);
    assert_eq!(errors.len(), 3, "{errors:?}");
}

#[test]
fn a_page_that_repeats_is_an_error_and_nothing_comes_twice() {
    let page: Vec<Value> = (1..=50).map(|id| json!({"id": id})).collect();
    let page = json!({"total_results": 450, "results": page});
    let route = Route::get("/v1/observations", Auth::Derived, move |_| json(200, &page));
    let server = server(bare_site().with_route(route));
    for which in [0, 1] {
        let (world, _) = World::logged_in(&server, which);
        for search in [
            Search::new().per_page(50),
            Search::new().per_page(50).order_by(OrderBy::Votes),
        ] {
            let mark = server.requests().mark();
            let followed = world.follow(search, |_| ());
            assert_eq!(followed.items.len(), 50, "{}", world.name());
            let error = followed.error.expect("not the end");
            assert!(error.to_string().contains("the same page twice"), "{error}");
            assert_eq!(since(&server, mark).1, 2, "it is not requested again");
        }
    }
}

#[test]
fn past_what_page_numbers_reach() {
    let page = |visit: &auth_core::testkit::RouteRequest<'_>| {
        let number: u64 = visit
            .query("page")
            .map_or(1, |n| n.parse().expect("a number"));
        let first = (number - 1) * 200;
        let page: Vec<Value> = (first..first + 200)
            .map(|id| json!({"id": id + 1}))
            .collect();
        json(200, &json!({"total_results": 12_000, "results": page}))
    };
    let server =
        server(bare_site().with_route(Route::get("/v1/observations", Auth::Derived, page)));
    for which in [0, 1] {
        let (world, _) = World::logged_in(&server, which);
        let search = Search::new().per_page(200).order_by(OrderBy::Votes);
        let followed = world.follow(search, |_| ());
        once_each(followed.items.iter().map(|item| item.id).collect(), 10_000);
        let error = followed.error.expect("there is more");
        assert!(error.to_string().contains("order by id"), "{error}");
        assert_eq!(followed.total, Some(12_000));
        let cursor = followed.cursor.expect("a place");
        assert_eq!(cursor.progress().to_string(), "10000 of 12000");
    }
}
