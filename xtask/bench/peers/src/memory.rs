//! A valid token from memory for many tasks: ours beside yup-oauth2 and google-cloud-auth.

use std::time::{Duration, Instant};

use bench::crowd::asynchronous;
use bench::memory::median;
use bench::sessions;
use bench::slow::{Plan, Slow};
use tokio::runtime::Runtime;

use crate::tokens::{Source, google, runtime, yup};

/// How many tokens each task gets.
const EACH: usize = 3_000;

/// Prints for each peer: its name, nanoseconds of ours and of theirs, and the median ratio. Pairs
/// alternate.
///
/// # Panics
///
/// If a task gets no token.
pub fn ratios(tasks: usize, pairs: usize) {
    let runtime = runtime();
    let server = Slow::start(Plan {
        delay: Duration::ZERO,
        failures: 0,
    });
    let address = server.address();
    let ours = asynchronous(&address, sessions::FRESH, runtime.handle());
    let theirs = runtime.block_on(yup(&address));
    compare(&runtime, "yup-oauth2", [tasks, pairs], &ours, &theirs);
    let theirs = runtime.block_on(google(&address));
    compare(
        &runtime,
        "google-cloud-auth",
        [tasks, pairs],
        &ours,
        &theirs,
    );
}

fn compare(
    runtime: &Runtime,
    name: &str,
    [tasks, pairs]: [usize; 2],
    ours: &impl Source,
    theirs: &impl Source,
) {
    let mut measured = Vec::new();
    for round in 0..=pairs {
        // Which one is first alternates; the first pair is a warm-up and does not count.
        let pair = match round % 2 {
            0 => (timed(runtime, tasks, ours), timed(runtime, tasks, theirs)),
            _ => {
                let theirs = timed(runtime, tasks, theirs);
                (timed(runtime, tasks, ours), theirs)
            }
        };
        if round > 0 {
            measured.push(pair);
        }
    }
    let of = |pick: fn(&(f64, f64)) -> f64| median(measured.iter().map(pick).collect());
    println!(
        "{name} {:.1} {:.1} {:.4}",
        of(|p| p.0),
        of(|p| p.1),
        of(|p| p.0 / p.1)
    );
}

/// Nanoseconds for one token, over this many tasks that run together.
fn timed(runtime: &Runtime, tasks: usize, source: &impl Source) -> f64 {
    let began = Instant::now();
    runtime.block_on(async {
        let each = |_| {
            let source = source.clone();
            tokio::spawn(async move {
                for _ in 0..EACH {
                    source.get().await;
                }
            })
        };
        let running: Vec<_> = (0..tasks).map(each).collect();
        for task in running {
            task.await.expect("no panic");
        }
    });
    began.elapsed().as_nanos() as f64 / (tasks * EACH) as f64
}
