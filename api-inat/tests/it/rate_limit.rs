//! iNaturalist's rate limit in a client: over a transport that only counts, with waits that are
//! recorded and end at once.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use api_inat::{ServiceBuilder, observations::Get, photos, rate_limit};
use auth_core::{
    BoxFuture, Error, ErrorKind, Operation, RateLimit, Request, Response, Runtime, Service,
    TransportError,
};
use auth_flows::{AsyncClient, Client};
use http_reqwest::Tokio;
use keystore::Memory;

use crate::response;

const DAY: Duration = Duration::from_secs(86_400);

/// Responds to every request with one observation.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicUsize>);

impl Counting {
    fn respond(&self, _: &Request) -> Result<Response, TransportError> {
        self.0.fetch_add(1, Relaxed);
        Ok(response(
            200,
            &[],
            r#"{"total_results":1,"results":[{"id":7}]}"#,
        ))
    }
}

worlds::transport!(Counting);

/// tokio, but each wait ends at once and its duration is recorded.
#[derive(Clone)]
struct Noting(Tokio, Arc<Mutex<Vec<Duration>>>);

impl Runtime for Noting {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.1.lock().expect("no panic").push(duration);
        Box::pin(async {})
    }
    fn offload(&self, job: Box<dyn FnOnce() + Send>) {
        self.0.offload(job);
    }
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.0.spawn(task);
    }
}

fn service(change: impl FnOnce(ServiceBuilder) -> ServiceBuilder) -> Service {
    let builder =
        api_inat::service_without_application().user_agent("rate-limit/1 (me@example.org)");
    change(builder).build().expect("a service")
}

/// Runs a thousand tasks at once. Returns their results, the number of requests, and the waits in
/// ascending order.
fn thousand(rate_limit: RateLimit) -> (Vec<Result<(), Error>>, usize, Vec<Duration>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let transport = Counting::default();
    let noting = Noting(Tokio::new(runtime.handle().clone()), Arc::default());
    let service = service(|builder| builder.rate_limit(rate_limit));
    let client = AsyncClient::new(service, transport.clone(), noting.clone(), Memory::new());
    let session = client.anonymous();
    let results = runtime.block_on(async {
        let tasks: Vec<_> = (0..1000)
            .map(|_| tokio::spawn(session.send(Get::new(7))))
            .collect();
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.expect("no panic").map(drop));
        }
        results
    });
    let mut waits = noting.1.lock().expect("no panic").clone();
    waits.sort();
    (results, transport.0.load(Relaxed), waits)
}

/// Like `inat-service`.
#[test]
fn a_thousand_tasks_wait_if_max_wait_allows_it() {
    let (results, sent, waits) = thousand(rate_limit().with_max_wait(DAY));
    assert_eq!(
        (results.iter().filter(|one| one.is_ok()).count(), sent),
        (1000, 1000)
    );
    // 55 a minute: the last one is sent in the nineteenth.
    let last = waits.last().expect("waits").as_secs();
    assert!((17 * 60..20 * 60).contains(&last), "{last} s");
    for minute in waits.windows(56) {
        // The tasks start within a few seconds.
        assert!(
            minute[55] - minute[0] > Duration::from_secs(50),
            "{minute:?}"
        );
    }
}

#[test]
fn by_default_a_wait_over_ten_minutes_fails_and_says_when_to_retry() {
    let (results, sent, waits) = thousand(rate_limit());
    assert!((500..650).contains(&sent), "{sent}");
    assert!(*waits.last().expect("waits") <= Duration::from_secs(600));
    for error in results.iter().filter_map(|one| one.as_ref().err()) {
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
        let wait = error.retry_after().expect("when");
        assert!(wait > Duration::from_secs(600), "{wait:?}");
    }
}

/// The default [`rate_limit()`] of every service: it would delay the sixth request at once.
#[test]
fn requests_to_loopback_are_not_limited() {
    fn check(origin: &str, operation: impl Operation + Clone) {
        let transport = Counting::default();
        let service = service(|builder| builder.at(origin));
        assert_eq!(
            service.rate_limit().map(|own| (**own).clone()),
            Some(rate_limit())
        );
        let client = Client::new(service, transport.clone(), Memory::new());
        let began = std::time::Instant::now();
        for _ in 0..100 {
            client
                .anonymous()
                .send(operation.clone())
                .expect("a response");
        }
        assert_eq!(transport.0.load(Relaxed), 100, "{origin}");
        assert!(began.elapsed() < Duration::from_secs(30), "{origin}");
    }
    let photo = "https://static.inaturalist.org/photos/1/square.jpg";
    for origin in ["http://127.0.0.1:9", "http://[::1]:9"] {
        check(origin, Get::new(7));
        check(
            origin,
            photos::Download::url(photo).expect("a photo's address"),
        );
    }
}
