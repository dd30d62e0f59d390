//! The rate limit of a service with both clients, over a transport that counts and sends nothing.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use auth_core::{
    Api, AuthorizationServer, BaseUrl, CallPolicy, Endpoint, Error, ErrorKind, Limits, OAuthClient,
    Operation, RateLimit, Request, Response, ResponseBody, Service, TokenKind, TransportError,
};
use auth_flows::Client;
use keystore::Memory;
use worlds::AnyClient as World;

/// Responds to every request, and logs its time.
#[derive(Clone)]
pub(crate) struct Counting {
    made: Instant,
    sent: Arc<Mutex<Vec<Instant>>>,
    /// The first statuses; then 200.
    first: Arc<Mutex<Vec<u16>>>,
    /// Every response breaks off after 1,000 bytes.
    broken: bool,
}

impl Default for Counting {
    fn default() -> Self {
        Self {
            made: Instant::now(),
            sent: Arc::default(),
            first: Arc::default(),
            broken: false,
        }
    }
}

impl Counting {
    fn respond(&self, _: &Request) -> Result<Response, TransportError> {
        self.sent.lock().expect("no panic").push(Instant::now());
        let status = self.first.lock().expect("no panic").pop().unwrap_or(200);
        let mut response = Response::new(ResponseBody::new(vec![b'x'; 1000]));
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        match self.broken {
            true => Err(TransportError::delivery_unknown("reset").with_received(1000)),
            false => Ok(response),
        }
    }

    /// Responds with these statuses, the last one first, and then with 200.
    pub(crate) fn first(statuses: &[u16]) -> Self {
        let counting = Self::default();
        *counting.first.lock().expect("no panic") = statuses.to_vec();
        counting
    }

    pub(crate) fn count(&self) -> usize {
        self.sent.lock().expect("no panic").len()
    }
}

worlds::transport!(Counting);

#[derive(Clone, Copy)]
pub(crate) struct Ask {
    pub(crate) media: bool,
}

impl Operation for Ask {
    type Output = u16;
    fn policy(&self) -> CallPolicy {
        let limits = Limits::api();
        let limits = if self.media { limits.media() } else { limits };
        CallPolicy::read("v1")
            .with_optional_token()
            .with_limits(limits)
    }
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/things")
    }
    fn parse(&self, response: Response) -> Result<u16, Error> {
        match response.status().is_success() {
            true => Ok(response.status().as_u16()),
            false => Err(Error::new(ErrorKind::Refused, "refused").with_status(response.status())),
        }
    }
}

pub(crate) fn service(base: &str, rate: RateLimit) -> Service {
    let endpoint = Endpoint::parse("https://auth.example/token").expect("an endpoint");
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "app").expect("a client");
    Service::new("example", client, "rate-test/1.0")
        .expect("a user agent")
        .with_api(Api::new(
            "v1",
            BaseUrl::parse(base).expect("a base"),
            TokenKind::Login,
        ))
        .with_rate_limit(rate)
}

pub(crate) const AFAR: &str = "https://api.example/v1";

/// Makes calls one after the other, with each client.
fn both(
    base: &str,
    rate: &RateLimit,
    ask: Ask,
    calls: usize,
    check: impl Fn(Vec<Result<u16, Error>>, &Counting),
) {
    both_over(Counting::default, base, rate, ask, calls, check);
}

fn both_over(
    made: impl Fn() -> Counting,
    base: &str,
    rate: &RateLimit,
    ask: Ask,
    calls: usize,
    check: impl Fn(Vec<Result<u16, Error>>, &Counting),
) {
    let service = || service(base, rate.clone());
    let transport = made();
    let client = Client::new(service(), transport.clone(), Memory::new());
    let ask_all = |client: World| (0..calls).map(|_| client.anonymous().send(ask)).collect();
    check(ask_all(World::Blocking(client)), &transport);
    let transport = made();
    let client = World::in_tasks(service(), transport.clone(), Memory::new());
    check(ask_all(client), &transport);
}

#[test]
fn a_reached_limit_is_an_error_with_the_time_to_retry() {
    let rate = RateLimit::unlimited().with_window(3, Duration::from_secs(86_400));
    both(
        AFAR,
        &rate,
        Ask { media: false },
        5,
        |results, transport| {
            assert_eq!(transport.count(), 3);
            for result in &results[..3] {
                assert_eq!(*result.as_ref().expect("a permit"), 200);
            }
            for result in &results[3..] {
                let error = result.as_ref().expect_err("limit reached");
                let expect = "rate limit of example reached; retry after ";
                assert!(error.to_string().starts_with(expect), "{error}");
                assert!(error.is_retryable(), "{error}");
                let wait = error.retry_after().expect("when");
                assert!(wait > Duration::from_secs(86_000), "{wait:?}");
            }
        },
    );
}

#[test]
fn requests_to_loopback_are_not_limited() {
    let rate = RateLimit::unlimited().with_window(1, Duration::from_secs(86_400));
    both(
        "http://127.0.0.1:9/v1",
        &rate,
        Ask { media: true },
        5,
        |results, transport| {
            assert!(results.iter().all(Result::is_ok), "{results:?}");
            assert_eq!(transport.count(), 5);
        },
    );
}

#[test]
fn requests_go_one_after_the_other() {
    let spacing = Duration::from_millis(40);
    both(
        AFAR,
        &RateLimit::every(spacing),
        Ask { media: false },
        5,
        |results, transport| {
            assert!(results.iter().all(Result::is_ok), "{results:?}");
            let sent = transport.sent.lock().expect("no panic");
            // Permits have a precision of a millisecond. On a busy machine the first request may be
            // late; that does not make the fifth permit earlier.
            let whole = sent[4] - transport.made;
            assert!(whole >= Duration::from_millis(4 * 40 - 4), "{whole:?}");
        },
    );
}

#[test]
fn media_are_counted_in_bytes() {
    let rate = RateLimit::unlimited().with_media_window(2_500, Duration::from_secs(3600));
    both(AFAR, &rate, Ask { media: true }, 4, |results, transport| {
        // 1,000 bytes each: the third reaches the limit.
        assert_eq!(transport.count(), 3);
        assert!(results[3].is_err());
    });
    both(AFAR, &rate, Ask { media: false }, 4, |results, _| {
        assert!(results.iter().all(Result::is_ok));
    });
}

#[test]
fn incomplete_media_are_counted() {
    let rate = RateLimit::unlimited().with_media_window(2_500, Duration::from_secs(3600));
    let broken = || Counting {
        broken: true,
        ..Counting::default()
    };
    both_over(
        broken,
        AFAR,
        &rate,
        Ask { media: true },
        1,
        |results, transport| {
            // The call retries the read until the limit is reached.
            let error = results[0].as_ref().expect_err("never complete");
            assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
            assert!(error.retry_after().is_some(), "{error}");
            assert_eq!(transport.count(), 3);
        },
    );
}

#[test]
fn all_requests_wait_after_429() {
    let rate = RateLimit::unlimited()
        .with_window(1000, Duration::from_secs(3600))
        .with_pause_after_429(Duration::from_millis(300));
    let transport = Counting::default();
    transport.first.lock().expect("no panic").push(429);
    let client = Client::new(service(AFAR, rate), transport.clone(), Memory::new());
    client
        .anonymous()
        .send(Ask { media: false })
        .expect("retried");
    client
        .anonymous()
        .send(Ask { media: false })
        .expect("not paused any more");
    let sent = transport.sent.lock().expect("no panic");
    assert_eq!(sent.len(), 3);
    assert!(
        sent[1] - sent[0] >= Duration::from_millis(299),
        "{:?}",
        sent[1] - sent[0]
    );
}

#[test]
fn processes_that_share_a_file_store_share_the_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    let rate = RateLimit::unlimited().with_window(3, Duration::from_secs(86_400));
    let transport = Counting::default();
    // Each client opens the store itself, as another process does.
    let client = || {
        let store = keystore::File::open(folder.path().join("tokens")).expect("a store");
        Client::new(service(AFAR, rate.clone()), transport.clone(), store)
    };
    for _ in 0..3 {
        let one = client().anonymous();
        one.send(Ask { media: false }).expect("a permit");
    }
    let error = client().anonymous().send(Ask { media: false });
    assert!(error.expect_err("limit reached").retry_after().is_some());
    assert_eq!(transport.count(), 3);
    // A note that cannot be used does not stop requests.
    let note = folder.path().join("tokens").join("note+pace-example.txt");
    assert!(note.is_file());
    std::fs::remove_file(&note).expect("there");
    std::fs::create_dir(&note).expect("made");
    client()
        .anonymous()
        .send(Ask { media: false })
        .expect("a permit of its own ledger");
}
