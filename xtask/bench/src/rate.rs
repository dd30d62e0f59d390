//! A rate limit that processes share through a store: how many requests any second gets, and how long
//! after its due time one is sent.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auth_core::{
    Limits, RateLimit, Request, Response, ResponseBody, Store, Transport, TransportError,
};
use auth_flows::Client;
use keystore::File;

use crate::{crowd, send::Read, sessions};

/// The requests of a second.
const LIMIT: u32 = 100;

/// How much longer than a second the limiter counts, for requests that a busy machine sends late.
const LONGER: f64 = 1.025;

/// Notes when a request would be sent, and answers.
#[derive(Clone, Default)]
struct Noting(Arc<Mutex<Vec<f64>>>);

impl Transport for Noting {
    fn send(&self, _: Request, _: &Limits) -> Result<Response, TransportError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_secs_f64();
        self.0.lock().expect("no panic").push(now);
        Ok(Response::new(ResponseBody::new(b"{}".to_vec())))
    }
}

/// What the processes saw.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// The most requests in any second.
    pub most: usize,
    /// The 99th percentile of milliseconds beyond the due time.
    pub late: f64,
    /// Requests that got no permit.
    pub failed: usize,
}

/// The same file store for all: prints the most requests in any second, and the 99th percentile of
/// milliseconds beyond the due time.
///
/// # Panics
///
/// If a request fails.
pub fn run(processes: usize, callers: usize, each: usize) {
    let arguments = ["sender".to_owned(), callers.to_string(), each.to_string()];
    let sent = together(processes, callers * each, &arguments);
    assert_eq!(sent.failed, 0);
    println!("rate {} {:.1}", sent.most, sent.late);
}

/// Starts so many processes with these arguments; each of them calls [`send`] and is expected to send
/// `own` requests.
///
/// # Panics
///
/// If a process fails.
#[must_use]
pub fn together(processes: usize, own: usize, arguments: &[String]) -> Sent {
    let folder = tempfile::tempdir().expect("a folder");
    let outputs = crowd::together(processes, folder.path(), arguments);
    let times = outputs.iter().flat_map(|text| text.split_whitespace());
    let mut times: Vec<f64> = times.map(|word| word.parse().expect("a time")).collect();
    times.sort_by(f64::total_cmp);
    let in_second = |(first, from): (usize, &f64)| {
        times[first..]
            .iter()
            .take_while(|time| **time < from + 1.0)
            .count()
    };
    let most = times.iter().enumerate().map(in_second).max();
    let late = times.iter().zip(times.iter().skip(LIMIT as usize));
    let mut late: Vec<f64> = late.map(|(old, new)| new - old - LONGER).collect();
    late.sort_by(f64::total_cmp);
    let late = late.get(late.len() * 99 / 100).copied().unwrap_or_default();
    Sent {
        most: most.unwrap_or_default(),
        late: late * 1e3,
        failed: processes * own - times.len(),
    }
}

/// One of the processes: sends from its callers and prints when.
///
/// # Panics
///
/// If the folder cannot be written.
pub fn sender(callers: usize, each: usize, number: &str, folder: &Path) {
    let store = File::open(folder.join("store")).expect("a store");
    send(store, callers, each, number, folder);
}

/// The same over any store.
///
/// # Panics
///
/// If the store cannot be written.
pub fn send(store: impl Store + 'static, callers: usize, each: usize, number: &str, folder: &Path) {
    let noting = Noting::default();
    let rate = RateLimit::unlimited().with_window(LIMIT, Duration::from_secs(1));
    // Requests to loopback are not limited.
    let service = sessions::service_at("https://bench.example.org").with_rate_limit(rate);
    let account = format!("account-{number}");
    sessions::put(&store, &service, &account, sessions::FRESH);
    let client = Client::new(service, noting.clone(), store);
    let session = client.account(&account);
    crowd::ready(number, folder);
    thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                for _ in 0..each {
                    if let Err(error) = session.send(Read) {
                        eprintln!("no permit: {error:#}");
                    }
                }
            });
        }
    });
    for time in noting.0.lock().expect("no panic").iter() {
        println!("{time:.4}");
    }
}
