//! A list of 10,000 pages takes no more memory than one of a hundred: counts what stays allocated,
//! in both worlds.
//!
//! Allocations are counted on one thread. So the async session runs on that thread, and the
//! server's allocations do not count.

use allocation_counter::{AllocationInfo, measure, opt_out};
use api_inat::observations::{OrderBy, Search};
use auth_core::{
    Body, Limits, Request, Response, ResponseBody, Transport, TransportError,
    testkit::{Auth, Route, RouteRequest, Site, json},
};
use auth_flows::{AsyncClient, Client};
use auth_testkit::{Dialect, TestClient, TestServer};
use http::{HeaderMap, HeaderValue};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use serde_json::{Value, json};

const PAGES: u64 = 10_000;
const PER_PAGE: u64 = 2;
/// Pages before the first count: by then, connections and buffers are allocated.
const FIRST: u64 = 100;

/// The most that may stay allocated after all the others, in bytes: a tenth of a byte for each
/// page.
const STAYS: u64 = 1_000;
/// The most that may be allocated at once, in bytes: a request, a response and a page of records.
const AT_ONCE: u64 = 64_000;

/// Serves generated observations, by id or by page number, with the remaining total.
fn page(visit: &RouteRequest<'_>) -> http::Response<Vec<u8>> {
    let number = |name: &str| visit.query(name).and_then(|text| text.parse::<u64>().ok());
    let before = match number("page") {
        Some(page) => (page - 1) * PER_PAGE,
        None => number("id_above").unwrap_or_default(),
    };
    let last = PAGES * PER_PAGE;
    let results: Vec<Value> = (before + 1..=last.min(before + PER_PAGE))
        .map(|id| json!({"id": id, "species_guess": "Edelweiss", "tags": ["alpine"], "user": {"id": 1, "login": "alice"}}))
        .collect();
    let total = match number("page") {
        Some(_) => last,
        None => last - before,
    };
    json(200, &json!({"total_results": total, "results": results}))
}

fn server() -> TestServer {
    TestServer::builder(Dialect::doorkeeper_5())
        .client(TestClient::public("app"))
        .site(Site::new().with_route(Route::get("/v1/observations", Auth::Derived, page)))
        .start()
        .expect("a server on loopback")
}

fn service(server: &TestServer) -> auth_core::Service {
    let service = api_inat::service_without_application().user_agent("memory/1 (test@example.org)");
    service.at(server.url()).build().expect("a service")
}

/// ureq, not counted: it resolves each address on its own thread, and what that thread receives
/// would seem to stay.
struct Apart(Ureq);

impl Transport for Apart {
    fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        let mut sent = None;
        // Passes on a copy, so that each allocation is counted and freed on the same thread.
        opt_out(|| {
            let mut copy = Request::new(Body::Empty);
            *copy.uri_mut() = request.uri().to_string().parse().expect("a URI");
            *copy.headers_mut() = copied(request.headers());
            sent = Some(self.0.send(copy, limits));
        });
        let sent = sent.expect("it was sent")?;
        let mut response = Response::new(ResponseBody::new(sent.body().as_bytes().to_vec()));
        *response.status_mut() = sent.status();
        *response.headers_mut() = copied(sent.headers());
        opt_out(|| drop(sent));
        Ok(response)
    }
}

fn copied(headers: &HeaderMap) -> HeaderMap {
    let copy = |value: &HeaderValue| HeaderValue::from_bytes(value.as_bytes()).expect("a value");
    let pairs = headers.iter();
    pairs
        .map(|(name, value)| (name.clone(), copy(value)))
        .collect()
}

fn constant(what: &str, counted: AllocationInfo, records: u64) {
    assert_eq!(records, PAGES * PER_PAGE, "{what}: every record, once");
    let AllocationInfo {
        bytes_current,
        bytes_max,
        bytes_total,
        ..
    } = counted;
    assert!(bytes_total > PAGES * 100, "{what}: counted at all");
    assert!(bytes_current.unsigned_abs() < STAYS, "{what}: {counted:?}");
    assert!(bytes_max < AT_ONCE, "{what}: {counted:?}");
}

fn by_id() -> Search {
    Search::new().per_page(PER_PAGE)
}

#[test]
fn ten_thousand_pages_blocking() {
    let server = server();
    let ureq = Apart(Ureq::default());
    let client = Client::new(service(&server), ureq, Memory::new());
    let mut pages = client.anonymous().pages(by_id());
    let mut records = 0;
    let mut follow = |most: u64| {
        for page in pages.by_ref().take(usize::try_from(most).expect("few")) {
            records += page.expect("a page").len() as u64;
        }
    };
    follow(FIRST);
    let counted = measure(|| follow(PAGES));
    let shown = pages.total();
    constant("blocking", counted, records);
    assert_eq!(shown, Some(PAGES * PER_PAGE));
    assert!(pages.cursor().is_none(), "the end");
}

#[test]
fn ten_thousand_pages_async() {
    let server = server();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let tokio = Tokio::new(runtime.handle().clone());
    let client = AsyncClient::new(service(&server), Reqwest::default(), tokio, Memory::new());
    let mut pages = client.anonymous().pages(by_id());
    let mut records = 0;
    let mut follow = |most: u64| {
        runtime.block_on(async {
            for _ in 0..most {
                let Some(page) = pages.next().await else {
                    return;
                };
                records += page.expect("a page").len() as u64;
            }
        });
    };
    follow(FIRST);
    let counted = measure(|| follow(PAGES));
    constant("async", counted, records);
    assert!(pages.cursor().is_none(), "the end");
}

/// A stored cursor grows only by the digits of its numbers.
#[test]
fn a_place_stays_a_line() {
    let server = server();
    let client = Client::new(service(&server), Ureq::default(), Memory::new());
    for search in [by_id(), by_id().order_by(OrderBy::Votes)] {
        let mut pages = client.anonymous().pages(search);
        let mut lengths = Vec::new();
        for _ in 0..500 {
            pages.next().expect("more").expect("a page");
            lengths.push(pages.cursor().expect("more").to_text().len());
        }
        let (first, last) = (lengths[0], lengths[499]);
        assert!(last < first + 20 && last < 300, "{first}, {last}");
    }
}
