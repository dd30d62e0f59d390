//! A rate limit that processes share through a file store: how many requests any second gets, and
//! how long after its due time one is sent.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auth_core::{Limits, RateLimit, Request, Response, ResponseBody, Transport, TransportError};
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

/// Prints the most requests in any second, and the 99th percentile of milliseconds beyond the due
/// time.
///
/// # Panics
///
/// If a process fails.
pub fn run(processes: usize, callers: usize, each: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["sender".to_owned(), callers.to_string(), each.to_string()];
    let outputs = crowd::together(processes, folder.path(), &arguments);
    let times = outputs.iter().flat_map(|text| text.split_whitespace());
    let mut times: Vec<f64> = times.map(|word| word.parse().expect("a time")).collect();
    times.sort_by(f64::total_cmp);
    assert_eq!(times.len(), processes * callers * each);
    let in_second = |(first, from): (usize, &f64)| {
        times[first..]
            .iter()
            .take_while(|time| **time < from + 1.0)
            .count()
    };
    let most = times.iter().enumerate().map(in_second).max();
    let late = times.iter().zip(&times[LIMIT as usize..]);
    let mut late: Vec<f64> = late.map(|(old, new)| new - old - LONGER).collect();
    late.sort_by(f64::total_cmp);
    let late = late.get(late.len() * 99 / 100).copied().unwrap_or_default();
    println!("rate {} {:.1}", most.unwrap_or_default(), late * 1e3);
}

/// One of the processes: sends from its callers and prints when.
///
/// # Panics
///
/// If a request fails.
pub fn sender(callers: usize, each: usize, number: &str, folder: &Path) {
    let noting = Noting::default();
    let rate = RateLimit::unlimited().with_window(LIMIT, Duration::from_secs(1));
    // Requests to loopback are not limited.
    let service = sessions::service_at("https://bench.example.org").with_rate_limit(rate);
    let store = File::open(folder.join("store")).expect("a store");
    sessions::put(
        &store,
        &service,
        &format!("account-{number}"),
        sessions::FRESH,
    );
    let client = Client::new(service, noting.clone(), store);
    let session = client.account(&format!("account-{number}"));
    crowd::ready(number, folder);
    thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                (0..each).for_each(|_| {
                    session.send(Read).expect("a permit");
                })
            });
        }
    });
    for time in noting.0.lock().expect("no panic").iter() {
        println!("{time:.4}");
    }
}
