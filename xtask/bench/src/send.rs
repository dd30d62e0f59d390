//! `session.send` of a small read with a valid token, and the same by hand with the bare client:
//! from one caller or from many, over http or https.

use std::{future::Future, hint::black_box, sync::Arc, thread};

use tokio::runtime::Runtime;

use auth_core::{
    AsyncTransport, BaseUrl, CallPolicy, Error, Operation, Request, Response, Transport,
};
use auth_flows::{AsyncClient, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;

use crate::{exchange::runtime, sessions};

/// How many callers there are, and how many requests each of them sends.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The threads or tasks.
    pub callers: u32,
    /// The requests of each.
    pub each: u32,
}

/// Sends a load each time it is called, and keeps its connections in between.
pub type Sender = Box<dyn Fn(Load)>;

/// Makes the sender of a side to an origin.
pub type Side = fn(&str) -> Sender;

/// All sides over http, by name.
pub const SIDES: &[(&str, Side)] = &[
    ("ours-ureq", |origin| ours(origin, Ureq::default())),
    ("bare-ureq", |origin| bare(origin, config())),
    ("ours-reqwest", |origin| {
        ours_async(origin, Reqwest::default())
    }),
    ("bare-reqwest", |origin| {
        bare_async(origin, reqwest::Client::builder())
    }),
];

/// The side of this name.
#[must_use]
pub fn side(sides: &[(&str, Side)], name: &str) -> Option<Side> {
    let mut all = sides.iter();
    all.find(|(own, _)| *own == name).map(|(_, side)| *side)
}

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

/// Sends by a session over a blocking transport, from threads.
pub fn ours(origin: &str, transport: impl Transport + 'static) -> Sender {
    let (service, store) = (sessions::service_at(origin), Memory::new());
    sessions::put(&store, &service, "me", sessions::FRESH);
    let session = Client::new(service, transport, store).account("me");
    Box::new(move |load| {
        threads(load, || {
            black_box(session.send(Read).expect("a response"));
        });
    })
}

/// Sends with the bare blocking client.
#[must_use]
pub fn bare(origin: &str, config: ureq::config::Config) -> Sender {
    let agent = config.new_agent();
    let url = format!("{origin}/record");
    Box::new(move |load| {
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
    })
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

/// Sends by a session over an async transport, from tasks on one thread.
pub fn ours_async(origin: &str, transport: impl AsyncTransport + 'static) -> Sender {
    let (service, store) = (sessions::service_at(origin), Memory::new());
    sessions::put(&store, &service, "me", sessions::FRESH);
    on_runtime(move |runtime| {
        let tokio = Tokio::new(runtime.handle().clone());
        let session = AsyncClient::new(service, transport, tokio, store).account("me");
        move |runtime: &Runtime, load| {
            runtime.block_on(tasks(load, || async {
                black_box(session.send(Read).await.expect("a response"));
            }));
        }
    })
}

/// Sends with the bare async client.
#[must_use]
pub fn bare_async(origin: &str, builder: reqwest::ClientBuilder) -> Sender {
    let client = builder.no_proxy().build().expect("a client");
    let url: Arc<str> = format!("{origin}/record").into();
    on_runtime(|_| {
        move |runtime: &Runtime, load| {
            runtime.block_on(tasks(load, || async {
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
    })
}

/// A sender with a runtime of its own, which its connections belong to.
fn on_runtime<F: Fn(&Runtime, Load) + 'static>(make: impl FnOnce(&Runtime) -> F) -> Sender {
    let runtime = runtime();
    let send = {
        let _entered = runtime.enter();
        make(&runtime)
    };
    Box::new(move |load| send(&runtime, load))
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
