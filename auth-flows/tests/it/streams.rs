//! Pages and items as streams: the combinators of `futures`, the cursor, and a caller that gives
//! up waiting. The service is a function.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use auth_core::{
    Api, AuthorizationServer, BaseUrl, CallPolicy, Endpoint, Error, ErrorKind, OAuthClient,
    Operation, PageParts, Paged, Request, Response, ResponseBody, Service, TokenKind,
    async_transport_fn, read_json,
};
use auth_flows::{AsyncClient, AsyncSession};
use futures_util::{FutureExt, Stream, StreamExt, TryStreamExt, stream::FusedStream};
use http_reqwest::Tokio;
use keystore::Memory;

const END: u64 = 5;

/// The numbers below [`END`], two a page. The page of `bad` fails.
#[derive(Clone, Debug, PartialEq)]
struct Numbers {
    from: u64,
    bad: u64,
}

impl Operation for Numbers {
    type Output = Vec<u64>;

    fn policy(&self) -> CallPolicy {
        CallPolicy::write("v1").without_token() // not repeated
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, &format!("/{}", self.from))
    }

    fn parse(&self, response: Response) -> Result<Vec<u64>, Error> {
        match self.from == self.bad {
            true => Err(Error::new(ErrorKind::Malformed, "a bad page")),
            false => read_json(&response),
        }
    }
}

impl Paged for Numbers {
    type Item = u64;

    fn split_page(self, items: Vec<u64>) -> PageParts<Self> {
        let (from, bad) = (self.from + items.len() as u64, self.bad);
        let next = (from < END).then_some(Self { from, bad });
        let total = Some(END);
        PageParts { items, total, next }
    }
}

/// All numbers, without a bad page.
const ALL: Numbers = Numbers { from: 0, bad: END };

/// A session with a service whose response takes a few polls, and the count of its requests.
fn session() -> (AsyncSession, Arc<AtomicU64>) {
    let (client, count) = client();
    (client.anonymous(), count)
}

fn client() -> (AsyncClient, Arc<AtomicU64>) {
    let count = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&count);
    let transport = async_transport_fn(move |request: Request, _| {
        counter.fetch_add(1, Ordering::Relaxed);
        async move {
            tokio::task::yield_now().await;
            let path = request.uri().path().rsplit('/').next();
            let from: u64 = path.and_then(|path| path.parse().ok()).expect("a number");
            let page: Vec<u64> = (from..END.min(from + 2)).collect();
            let body = serde_json::to_vec(&page).expect("JSON");
            Ok(http::Response::new(ResponseBody::new(body)))
        }
    });
    let endpoint = Endpoint::parse("https://example.org/token").expect("an endpoint");
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "app").expect("an id");
    let base = BaseUrl::parse("https://example.org/v1").expect("a URL");
    let service = Service::new("example", client, "test/1").expect("an agent");
    let service = service.with_api(Api::new("v1", base, TokenKind::Login));
    let runtime = Tokio::current().expect("a runtime");
    (
        AsyncClient::new(service, transport, runtime, Memory::new()),
        count,
    )
}

#[tokio::test]
async fn items_go_through_the_combinators() {
    let (session, count) = session();
    let all: Vec<u64> = session.items(ALL).try_collect().await.expect("all");
    assert_eq!(all, [0, 1, 2, 3, 4]);
    let requests = count.swap(0, Ordering::Relaxed);
    assert_eq!(requests, 3);
    // No page is requested that is not needed.
    let some: Vec<u64> = session.items(ALL).take(2).try_collect().await.expect("two");
    assert_eq!((some.len(), count.swap(0, Ordering::Relaxed)), (2, 1));
    let twice = session
        .items(ALL)
        .map_ok(|number| async move { Ok::<u64, Error>(2 * number) })
        .try_buffered(3);
    let twice: Vec<u64> = twice.try_collect().await.expect("all");
    assert_eq!(twice, [0, 2, 4, 6, 8]);
    let mut items = session.items(ALL);
    assert!(matches!(StreamExt::next(&mut items).await, Some(Ok(0))));
    assert_eq!(items.total(), Some(END));
}

#[tokio::test]
async fn an_error_ends_the_stream_and_the_cursor_requests_the_page_again() {
    let (session, _) = session();
    let mut pages = session.pages(Numbers { from: 0, bad: 2 });
    let results: Vec<_> = pages.by_ref().collect().await;
    assert!(
        matches!(&results[..], [Ok(page), Err(_)] if page == &[0, 1]),
        "{results:?}"
    );
    let cursor = pages.into_cursor().expect("the failed page");
    assert_eq!(cursor, Numbers { from: 2, bad: 2 });
    let rest: Vec<Vec<u64>> = session
        .pages(Numbers { bad: END, ..cursor })
        .try_collect()
        .await
        .expect("the rest");
    assert_eq!(rest, [vec![2, 3], vec![4]]);
}

#[tokio::test]
async fn a_stream_knows_its_end_and_what_it_has() {
    let (session, count) = session();
    let mut items = session.items(ALL);
    assert_eq!(
        (items.size_hint(), items.is_terminated()),
        ((0, None), false)
    );
    StreamExt::next(&mut items)
        .await
        .expect("one")
        .expect("a number");
    assert_eq!(items.size_hint(), (1, None));
    // `select_next_some` and `select!` take no other streams.
    let rest = async { items.select_next_some().await.expect("a number") };
    assert_eq!(rest.await, 1);
    while StreamExt::next(&mut items).await.is_some() {}
    assert_eq!(
        (items.size_hint(), items.is_terminated()),
        ((0, Some(0)), true)
    );

    let mut pages = session.pages(Numbers { from: 0, bad: 2 });
    assert_eq!(pages.size_hint(), (1, None));
    pages.select_next_some().await.expect("a page");
    assert!(!pages.is_terminated());
    pages.select_next_some().await.expect_err("it fails");
    assert_eq!(
        (pages.size_hint(), pages.is_terminated()),
        ((0, Some(0)), true)
    );
    let requests = count.load(Ordering::Relaxed);
    assert!(StreamExt::next(&mut pages).await.is_none());
    assert_eq!(
        count.load(Ordering::Relaxed),
        requests,
        "none after the end"
    );
}

#[tokio::test]
async fn a_caller_that_gives_up_waiting_loses_no_page_and_sends_none_twice() {
    let (session, count) = session();
    let mut pages = session.pages(ALL);
    let mut found = Vec::new();
    let mut given_up = 0;
    while pages.cursor().is_some() {
        let before = pages.cursor().cloned();
        // Polls the stream once; it keeps its request.
        match StreamExt::next(&mut pages).now_or_never() {
            Some(page) => found.extend(page.expect("a page").expect("no error")),
            None => {
                assert_eq!(pages.cursor(), before.as_ref(), "not returned yet");
                given_up += 1;
                assert!(given_up < 1000, "no page comes");
                tokio::task::yield_now().await;
            }
        }
    }
    assert_eq!(found, [0, 1, 2, 3, 4]);
    assert!(given_up >= 3, "{given_up}");
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_cursor_is_there_while_a_request_is_under_way() {
    let (session, _) = session();
    let mut pages = session.pages(ALL);
    assert!(StreamExt::next(&mut pages).now_or_never().is_none());
    assert_eq!(pages.into_cursor(), Some(ALL));
}

#[tokio::test]
async fn a_dropped_next_ends_its_request_so_that_close_need_not_wait() {
    let (client, count) = client();
    let mut pages = client.anonymous().pages(ALL);
    let mut items = client.anonymous().items(ALL);
    assert!(pages.next().now_or_never().is_none());
    assert!(items.next().now_or_never().is_none());
    assert_eq!(count.load(Ordering::Relaxed), 2);
    let page = pages.next().await.expect("a page").expect("no error");
    assert_eq!(page, [0, 1], "nothing is lost");
    assert!(items.next().now_or_never().is_none());
    let closed = tokio::time::timeout(std::time::Duration::from_secs(10), client.close());
    closed.await.expect("no request is left").expect("closed");
    drop((pages, items));
}

#[test]
fn streams_can_be_sent_and_shared() {
    fn check<T: Send + Sync + Unpin>() {}
    check::<auth_flows::AsyncItems<Numbers>>();
    check::<auth_flows::AsyncPages<Numbers>>();
}
