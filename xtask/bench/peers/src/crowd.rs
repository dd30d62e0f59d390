//! 1,000 tasks at an expired token, with yup-oauth2 and google-cloud-auth.

use std::time::{Duration, Instant};

use bench::crowd::DELAY;
use bench::slow::{Plan, Slow};
use tokio::runtime::Runtime;

use crate::tokens::{Source, google, runtime, yup};

/// The number of tasks.
const TASKS: usize = 1000;

/// How many seconds the first token is valid.
const FIRST: u64 = 2;

/// Prints for each: its name, token requests after the first one, and milliseconds until the last
/// caller had its token.
///
/// # Panics
///
/// If a caller gets no token.
pub fn run() {
    let runtime = runtime();
    let server = server();
    let source = runtime.block_on(yup(&server.address()));
    tell(&runtime, "yup-oauth2", &server, &source);
    let server = self::server();
    let source = runtime.block_on(google(&server.address()));
    tell(&runtime, "google-cloud-auth", &server, &source);
}

fn server() -> Slow {
    let plan = Plan {
        delay: DELAY,
        failures: 0,
    };
    Slow::start_with(plan, FIRST)
}

fn tell(runtime: &Runtime, name: &str, server: &Slow, source: &impl Source) {
    let before = server.requests();
    let last = runtime.block_on(async {
        tokio::time::sleep(Duration::from_millis(FIRST * 1000 + 100)).await;
        let began = Instant::now();
        let caller = |_| {
            let source = source.clone();
            tokio::spawn(async move {
                source.get().await;
                began.elapsed()
            })
        };
        let callers: Vec<_> = (0..TASKS).map(caller).collect();
        let mut last = Duration::ZERO;
        for caller in callers {
            last = last.max(caller.await.expect("no panic"));
        }
        last
    });
    let requests = server.requests() - before;
    println!("{name} {requests} {:.1}", last.as_secs_f64() * 1e3);
}
