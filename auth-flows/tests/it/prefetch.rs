//! Pages that are requested while the program works on the one before: when, how many, in which
//! order, and what is left when the program stops.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use auth_core::{
    BaseUrl, CallPolicy, Error, ErrorKind, Operation, PageParts, Paged, Request, Response,
    testkit::{Auth, Route, Site, json},
};
use auth_flows::{AsyncClient, AsyncPages, Pages};
use auth_testkit::{Dialect, Fault, Hold, Matching, Rotation, TestClient, TestServer};
use futures_util::{FutureExt, TryStreamExt};
use http_reqwest::{Reqwest, Tokio};
use keystore::Memory;
use tokio::runtime::{Builder, Runtime};
use worlds::AnySession;

use crate::common::{AtServer, MAX_WAIT, PASSWORD, SECRET, World, browser, service};

/// The last page.
const LAST: u64 = 5;

/// The pages from this one to [`LAST`], with two items each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Numbers {
    page: u64,
    token: bool,
    panics_at: u64,
}

pub(crate) const FIRST: Numbers = Numbers {
    page: 1,
    token: false,
    panics_at: 0,
};

impl Numbers {
    /// The same list, from here on.
    fn at(page: u64) -> Self {
        Self { page, ..FIRST }
    }
}

impl Operation for Numbers {
    type Output = [u64; 2];

    fn policy(&self) -> CallPolicy {
        let policy = CallPolicy::read(if self.token { "www" } else { "v1" });
        match self.token {
            true => policy,
            false => policy.without_token(),
        }
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, &format!("/numbers/{}", self.page))
    }

    fn parse(&self, response: Response) -> Result<[u64; 2], Error> {
        assert_ne!(self.page, self.panics_at, "as the test wants it");
        match response.status().is_success() {
            true => Ok(items(self.page)),
            false => {
                let error = Error::new(ErrorKind::Refused, "no such page");
                Err(error.with_status(response.status()))
            }
        }
    }
}

impl Paged for Numbers {
    type Item = u64;

    fn split_page(self, items: [u64; 2]) -> PageParts<Self> {
        let page = self.page + 1;
        let next = (page <= LAST).then_some(Self { page, ..self });
        PageParts {
            items: items.into(),
            total: Some(2 * LAST),
            next,
        }
    }
}

fn items(page: u64) -> [u64; 2] {
    [2 * page - 1, 2 * page]
}

/// The pages of either world.
pub(crate) enum AnyPages {
    Blocking(Pages<Numbers>),
    Async(AsyncPages<Numbers>, Arc<Runtime>),
}

impl AnyPages {
    pub(crate) fn ahead(session: &AnySession, first: Numbers) -> Self {
        match session {
            AnySession::Blocking(session) => Self::Blocking(session.pages(first).prefetch()),
            AnySession::Async(session, runtime) => {
                Self::Async(session.pages(first).prefetch(), Arc::clone(runtime))
            }
        }
    }

    pub(crate) fn next(&mut self) -> Option<Result<Vec<u64>, Error>> {
        match self {
            Self::Blocking(pages) => pages.next(),
            Self::Async(pages, runtime) => runtime.block_on(pages.next()),
        }
    }

    /// Takes this page, which is the next one.
    pub(crate) fn take(&mut self, page: u64) {
        let found = self.next().expect("a page").expect("no error");
        assert_eq!(found, items(page));
    }

    pub(crate) fn cursor(&self) -> Option<u64> {
        let cursor = match self {
            Self::Blocking(pages) => pages.cursor(),
            Self::Async(pages, _) => pages.cursor(),
        };
        cursor.map(|cursor| cursor.page)
    }

    pub(crate) fn into_cursor(self) -> Option<Numbers> {
        match self {
            Self::Blocking(pages) => pages.into_cursor(),
            Self::Async(pages, _) => pages.into_cursor(),
        }
    }
}

fn numbers(auth: Auth, pattern: &'static str) -> Route {
    Route::get(pattern, auth, |_| json(200, &serde_json::json!({})))
}

/// A server with the list, open below `/v1` and with a login elsewhere.
fn start() -> TestServer {
    let site = Site::new()
        .with_route(numbers(Auth::None, "/v1/numbers/{page}"))
        .with_route(numbers(Auth::Login, "/numbers/{page}"));
    TestServer::builder(Dialect::league_9())
        .site(site)
        .refresh_tokens(Rotation::KillFamily)
        .client(
            TestClient::confidential("app", SECRET)
                .redirect_uri("http://127.0.0.1:8080")
                .scopes("read"),
        )
        .user("alice", PASSWORD)
        .start()
        .expect("a server on loopback")
}

/// A server, and a program in each world; one more in a runtime that does nothing between two
/// calls.
fn each(check: impl Fn(&TestServer, &World)) {
    let idle = Builder::new_current_thread().enable_all().build();
    let idle = Arc::new(idle.expect("a runtime"));
    let tokio = Tokio::new(idle.handle().clone());
    let server = start();
    let client = AsyncClient::new(service(&server), Reqwest::default(), tokio, Memory::new());
    check(&server, &World::Async(client, idle));
    for index in 0..2 {
        let server = start();
        check(&server, &World::both(&server, Memory::new())[index]);
    }
}

fn path(page: u64) -> String {
    format!("/v1/numbers/{page}")
}

fn hold(server: &TestServer, page: u64) -> Hold {
    server.hold(Matching::Path(path(page)))
}

/// The pages that the server was asked for, in order.
fn requested(server: &TestServer) -> Vec<u64> {
    let requests = server.requests();
    let last = requests.requests().iter().filter_map(|request| {
        let (_, page) = request.path.rsplit_once('/')?;
        page.parse().ok()
    });
    last.collect()
}

/// Waits until the server has responded to this page.
fn wait_for(server: &TestServer, page: u64) {
    let end = Instant::now() + MAX_WAIT;
    let path = path(page);
    let is_done = |log: auth_testkit::RequestLog| {
        let mut all = log.requests().iter();
        all.any(|request| request.path == path && request.status.is_some())
    };
    while !is_done(server.requests()) {
        assert!(Instant::now() < end, "page {page} is not requested");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn the_next_page_is_requested_while_the_program_works_on_this_one() {
    each(|server, world| {
        let (third, fourth) = (hold(server, 3), hold(server, 4));
        let mut pages = AnyPages::ahead(&world.anonymous(), FIRST);
        pages.take(1);
        pages.take(2);
        assert!(third.wait_for(1, MAX_WAIT), "while the program works");
        assert_eq!(pages.cursor(), Some(3), "the page that was not returned");
        third.release();
        wait_for(server, 3);
        assert_eq!(fourth.waiting(), 0, "one page ahead at most");
        fourth.release();
        (3..=LAST).for_each(|page| pages.take(page));
        assert!(pages.next().is_none());
        assert!(pages.next().is_none());
        assert_eq!(pages.cursor(), None);
        assert_eq!(requested(server), [1, 2, 3, 4, 5]);
    });
}

#[test]
fn a_program_that_stops_at_the_first_page_sends_one_request() {
    each(|server, world| {
        let session = world.anonymous();
        let mut pages = AnyPages::ahead(&session, FIRST);
        pages.take(1);
        let mut found = Vec::new();
        match session {
            AnySession::Blocking(session) => {
                let some = session.items(FIRST).prefetch().take(2);
                found.extend(some.map(|item| item.expect("no error")));
            }
            AnySession::Async(session, runtime) => runtime.block_on(async {
                let mut items = session.items(FIRST).prefetch();
                for _ in 0..2 {
                    let item = items.next().await.expect("an item");
                    found.push(item.expect("no error"));
                }
            }),
        }
        assert_eq!(found, [1, 2]);
        world.close().expect("closed");
        assert_eq!(requested(server), [1, 1]);
        drop(pages);
    });
}

#[test]
fn items_come_in_order_from_the_pages_ahead() {
    each(|server, world| {
        let found: Result<Vec<u64>, Error> = match world.anonymous() {
            AnySession::Blocking(session) => session.items(FIRST).prefetch().collect(),
            AnySession::Async(session, runtime) => {
                runtime.block_on(session.items(FIRST).prefetch().try_collect())
            }
        };
        let expect: Vec<u64> = (1..=2 * LAST).collect();
        assert_eq!(found.expect("all"), expect);
        assert_eq!(requested(server), [1, 2, 3, 4, 5]);
    });
}

#[test]
fn a_cursor_is_there_at_once_and_goes_on_without_a_gap() {
    each(|server, world| {
        let third = hold(server, 3);
        let mut pages = AnyPages::ahead(&world.anonymous(), FIRST);
        pages.take(1);
        pages.take(2);
        assert!(third.wait_for(1, MAX_WAIT), "under way");
        let cursor = pages.into_cursor().expect("the page ahead");
        assert_eq!(cursor, Numbers::at(3));
        // A task ends at once, a thread with its request.
        let third = match world {
            World::Blocking(_) => {
                third.release();
                None
            }
            World::Async(..) => Some(third),
        };
        let session = world.anonymous();
        let world = world.clone();
        in_time("closed", move || world.close().expect("closed"));
        assert_eq!(requested(server), [1, 2, 3], "nothing after the drop");
        assert_eq!(
            session.send(FIRST).expect_err("closed").kind(),
            ErrorKind::Usage
        );
        drop(third);
        let again = World::both(server, Memory::new());
        let rest = again[0].anonymous().follow(cursor, |_| {});
        assert_eq!(rest.items, [5, 6, 7, 8, 9, 10]);
    });
}

/// Runs it on a thread of its own, and fails if it does not end.
fn in_time(what: &str, run: impl FnOnce() + Send + 'static) {
    let (done, wait) = mpsc::channel();
    thread::spawn(move || {
        run();
        done.send(())
    });
    wait.recv_timeout(MAX_WAIT)
        .unwrap_or_else(|error| panic!("{what}: {error}"));
}

#[test]
fn a_page_ahead_is_not_requested_again_for_a_program_that_stopped() {
    each(|server, world| {
        let retry_after = Some("15".to_owned());
        let fault = Fault::Unavailable { retry_after };
        let third = Matching::Path(path(3));
        server.faults().always(third, fault);
        let mut pages = AnyPages::ahead(&world.anonymous(), FIRST);
        pages.take(1);
        pages.take(2);
        wait_for(server, 3);
        drop(pages);
        world.close().expect("closed");
        assert_eq!(requested(server), [1, 2, 3]);
    });
}

#[test]
fn the_error_of_a_page_is_returned_in_its_place() {
    each(|server, world| {
        let gone = Fault::Respond {
            status: 410,
            content_type: "text/plain".to_owned(),
            body: Vec::new(),
        };
        server.faults().next(Matching::Path(path(3)), gone);
        let session = world.anonymous();
        let mut pages = AnyPages::ahead(&session, FIRST);
        pages.take(1);
        pages.take(2);
        wait_for(server, 3);
        assert_eq!(pages.cursor(), Some(3));
        let error = pages.next().expect("a page").expect_err("gone");
        assert_eq!(error.status(), Some(http::StatusCode::GONE), "{error}");
        assert!(pages.next().is_none(), "it ends there");
        assert_eq!(requested(server), [1, 2, 3]);
        let cursor = pages.into_cursor().expect("the failed page");
        let rest = session.follow(cursor, |_| {});
        assert_eq!(rest.items, [5, 6, 7, 8, 9, 10]);
    });
}

#[test]
fn a_token_that_is_refused_ahead_is_renewed_once() {
    each(|server, world| {
        world.log_in("me", browser()).expect("a login");
        let first = Numbers {
            token: true,
            ..FIRST
        };
        let third = server.hold(Matching::Path("/numbers/3".to_owned()));
        let mut pages = AnyPages::ahead(&world.account("me"), first);
        pages.take(1);
        pages.take(2);
        assert!(third.wait_for(1, MAX_WAIT), "under way");
        server.revoke_access_tokens();
        third.release();
        (3..=LAST).for_each(|page| pages.take(page));
        assert!(pages.next().is_none());
        assert_eq!(requested(server), [1, 2, 3, 3, 4, 5]);
        assert_eq!(server.requests().grant("refresh_token"), 1);
    });
}

#[test]
fn a_close_waits_for_the_page_ahead_as_for_any_call() {
    each(|server, world| {
        let third = hold(server, 3);
        let mut pages = AnyPages::ahead(&world.anonymous(), FIRST);
        pages.take(1);
        pages.take(2);
        assert!(third.wait_for(1, MAX_WAIT), "under way");
        let (done, wait) = mpsc::channel();
        let closing = world.clone();
        thread::spawn(move || done.send(closing.close()));
        assert!(wait.recv_timeout(Duration::from_millis(100)).is_err());
        third.release();
        let closed = wait.recv_timeout(MAX_WAIT).expect("it ends");
        closed.expect("closed");
        pages.take(3);
        let error = pages.next().expect("a page").expect_err("closed");
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert_eq!(requested(server), [1, 2, 3]);
    });
}

#[test]
fn a_panic_ahead_is_met_by_the_program() {
    each(|server, world| {
        let first = Numbers {
            panics_at: 3,
            ..FIRST
        };
        let mut pages = AnyPages::ahead(&world.anonymous(), first);
        pages.take(1);
        pages.take(2);
        wait_for(server, 3);
        assert!(catch_unwind(AssertUnwindSafe(|| pages.next())).is_err());
    });
}

#[tokio::test]
async fn a_dropped_next_leaves_the_page_ahead_under_way() {
    let server = start();
    let tokio = Tokio::current().expect("a runtime");
    let client = AsyncClient::new(service(&server), Reqwest::default(), tokio, Memory::new());
    let mut pages = client.anonymous().pages(FIRST).prefetch();
    let third = hold(&server, 3);
    for page in 1..=2 {
        let found = pages.next().await.expect("a page").expect("no error");
        assert_eq!(found, items(page));
    }
    assert!(third.wait_for(1, MAX_WAIT), "under way");
    assert!(pages.next().now_or_never().is_none());
    third.release();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        found.extend(page.expect("no error"));
    }
    assert_eq!(found, [5, 6, 7, 8, 9, 10]);
    assert_eq!(requested(&server), [1, 2, 3, 4, 5]);
}
