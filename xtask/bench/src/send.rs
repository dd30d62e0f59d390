//! `session.send` of a small read with a valid token, and the same by hand with the bare client:
//! from one caller or from many, over http or https.

use std::{future::Future, hint::black_box, sync::Arc, thread};

use auth_core::{
    AsyncTransport, BaseUrl, CallPolicy, Error, Operation, Request, Response, Transport,
};
use auth_flows::{AsyncClient, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;

use crate::{exchange::block_on, sessions};

/// How many callers there are, and how many requests each of them sends.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The threads or tasks.
    pub callers: u32,
    /// The requests of each.
    pub each: u32,
}

/// A side: its name, and a function that sends this load to an origin.
pub type Side = (&'static str, fn(&str, Load));

/// All sides over http.
pub const SIDES: &[Side] = &[
    ("ours-ureq", |origin, load| {
        ours(origin, Ureq::default(), load)
    }),
    ("bare-ureq", |origin, load| bare(origin, config(), load)),
    ("ours-reqwest", |origin, load| {
        ours_async(origin, Reqwest::default(), load);
    }),
    ("bare-reqwest", |origin, load| {
        bare_async(origin, reqwest::Client::builder(), load);
    }),
];

/// An operation that reads a small record.
#[derive(Clone, Copy, Debug)]
pub struct Read;

impl Operation for Read {
    type Output = usize;

    fn policy(&self) -> CallPolicy {
        CallPolicy::read("api")
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/record")
    }

    fn parse(&self, response: Response) -> Result<usize, Error> {
        Ok(response.body().as_bytes().len())
    }
}

/// Sends by a session over a blocking transport, from this many threads.
///
/// # Panics
///
/// If a request fails.
pub fn ours(origin: &str, transport: impl Transport + 'static, load: Load) {
    let (service, store) = (sessions::service_at(origin), Memory::new());
    sessions::put(&store, &service, "me", sessions::FRESH);
    let session = Client::new(service, transport, store).account("me");
    threads(load, || {
        black_box(session.send(Read).expect("a response"));
    });
}

/// Sends with the bare blocking client.
///
/// # Panics
///
/// If a request fails.
pub fn bare(origin: &str, config: ureq::config::Config, load: Load) {
    let agent = config.new_agent();
    let url = format!("{origin}/record");
    threads(load, || {
        let response = agent
            .get(&url)
            .header("accept", "application/json")
            .header("user-agent", "bench/1.0")
            .header("authorization", BEARER)
            .call();
        let body = response.expect("a response").body_mut().read_to_vec();
        black_box(body.expect("a body").len());
    });
}

/// The bare client keeps as many connections as ours.
#[must_use]
pub fn config() -> ureq::config::Config {
    ureq::Agent::config_builder()
        .max_idle_connections(128)
        .max_idle_connections_per_host(64)
        .build()
}

const BEARER: &str = "Bearer 2YotnFZFEjr1zCsicMWpAA";

/// One caller sends on this thread.
fn threads(load: Load, send: impl Fn() + Sync) {
    let all = || (0..load.each).for_each(|_| send());
    if load.callers == 1 {
        return all();
    }
    thread::scope(|scope| {
        for _ in 0..load.callers {
            scope.spawn(all);
        }
    });
}

/// Sends by a session over an async transport, from this many tasks on one thread.
///
/// # Panics
///
/// If a request fails.
pub fn ours_async(origin: &str, transport: impl AsyncTransport + 'static, load: Load) {
    let (service, store) = (sessions::service_at(origin), Memory::new());
    sessions::put(&store, &service, "me", sessions::FRESH);
    block_on(async {
        let tokio = Tokio::new(tokio::runtime::Handle::current());
        let session = AsyncClient::new(service, transport, tokio, store).account("me");
        tasks(load, || async {
            black_box(session.send(Read).await.expect("a response"));
        })
        .await;
    });
}

/// Sends with the bare async client.
///
/// # Panics
///
/// If a request fails.
pub fn bare_async(origin: &str, builder: reqwest::ClientBuilder, load: Load) {
    let client = builder.no_proxy().build().expect("a client");
    let url: Arc<str> = format!("{origin}/record").into();
    block_on(tasks(load, || async {
        let response = client
            .get(&*url)
            .header("accept", "application/json")
            .header("user-agent", "bench/1.0")
            .header("authorization", BEARER)
            .send()
            .await;
        let body = response.expect("a response").bytes().await;
        black_box(body.expect("a body").len());
    }));
}

/// Polls all callers on this thread, so that no hand-over between threads is counted.
async fn tasks<F: Future<Output = ()>>(load: Load, send: impl Fn() -> F) {
    let caller = |_| async {
        for _ in 0..load.each {
            send().await;
        }
    };
    futures_util::future::join_all((0..load.callers).map(caller)).await;
}
