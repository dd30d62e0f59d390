//! A crowd at an expired token: threads, tasks, processes.

use std::{
    env, fs,
    io::{self, Read as _},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Barrier, Mutex},
    thread,
    time::{Duration, Instant},
};

use auth_core::{Error, Store, TokenKind};
use auth_flows::{AsyncClient, AsyncSession, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::{File, Memory};

use crate::{
    sessions,
    slow::{Plan, Slow},
};

/// The server's delay.
pub const DELAY: Duration = Duration::from_millis(300);

/// What happens to the first attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It succeeds.
    Plain,
    /// It gets 503. All callers get the error and try once more.
    Failing,
    /// The first caller is cancelled while it waits.
    Cancelled,
}

/// Prints for each case: its name, token requests, and milliseconds until the last caller had its
/// token. If the first attempt fails, the time from that failure on.
pub fn run() {
    for (case, name) in [(Case::Plain, "plain"), (Case::Failing, "failing")] {
        let (requests, last) = threads(64, case);
        println!("threads-{name} {requests} {last:.1}");
    }
    for (case, name) in [
        (Case::Plain, "plain"),
        (Case::Failing, "failing"),
        (Case::Cancelled, "cancelled"),
    ] {
        let (requests, last) = tasks(1000, case);
        println!("tasks-{name} {requests} {last:.1}");
    }
    for (count, name) in [(8, "processes"), (32, "processes-32")] {
        let (requests, last) = processes(count);
        println!("{name} {requests} {last:.1}");
    }
}

fn server(case: Case) -> Slow {
    Slow::start(Plan {
        delay: DELAY,
        failures: usize::from(case == Case::Failing),
    })
}

/// The latest arrival, each measured from its caller's own start.
#[derive(Default)]
struct Last(Mutex<Duration>);

impl Last {
    fn note(&self, since: Instant) {
        let mut last = self.0.lock().expect("no panic");
        *last = (*last).max(since.elapsed());
    }

    fn millis(&self) -> f64 {
        self.0.lock().expect("no panic").as_secs_f64() * 1e3
    }
}

/// The time after which a caller may try again: the client sends no other renewal before.
fn pause<T>(refused: &Result<T, Error>) -> Duration {
    let error = refused.as_ref().err().expect("the first renewal fails");
    assert_eq!(error.status(), Some(http::StatusCode::SERVICE_UNAVAILABLE));
    // 5 s, where the error is the first caller's own and names no time.
    error.retry_after().unwrap_or(Duration::from_secs(5))
}

fn threads(count: usize, case: Case) -> (usize, f64) {
    let server = server(case);
    let session = sessions::session(&server.address(), sessions::EXPIRED);
    let (start, last) = (Barrier::new(count), Last::default());
    thread::scope(|scope| {
        for _ in 0..count {
            scope.spawn(|| {
                start.wait();
                let mut began = Instant::now();
                let mut token = session.token(TokenKind::Login);
                if case == Case::Failing {
                    thread::sleep(pause(&token));
                    began = Instant::now();
                    token = session.token(TokenKind::Login);
                }
                token.expect("a token");
                last.note(began);
            });
        }
    });
    (server.requests(), last.millis())
}

fn tasks(count: usize, case: Case) -> (usize, f64) {
    let server = server(case);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let session = asynchronous(&server.address(), sessions::EXPIRED, runtime.handle());
    let last = Arc::new(Last::default());
    runtime.block_on(async {
        // Build the transport and start the store's thread first: neither is part of a renewal.
        let warm = Slow::start(Plan {
            delay: Duration::ZERO,
            failures: 0,
        });
        let first = asynchronous(&warm.address(), sessions::EXPIRED, runtime.handle());
        first.token(TokenKind::Login).await.expect("a token");
        let start = Instant::now();
        let callers: Vec<_> = (0..count)
            .map(|_| {
                let (session, last) = (session.clone(), Arc::clone(&last));
                tokio::spawn(async move {
                    let mut began = start;
                    let mut token = session.token(TokenKind::Login).await;
                    if case == Case::Failing {
                        tokio::time::sleep(pause(&token)).await;
                        began = Instant::now();
                        token = session.token(TokenKind::Login).await;
                    }
                    token.expect("a token");
                    last.note(began);
                })
            })
            .collect();
        if case == Case::Cancelled {
            while server.requests() == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            callers[0].abort();
        }
        for (place, caller) in callers.into_iter().enumerate() {
            let ended = caller.await;
            assert!(ended.is_ok() || (place == 0 && case == Case::Cancelled));
        }
    });
    (server.requests(), last.millis())
}

/// A session for tasks, with a login of this age.
#[must_use]
pub fn asynchronous(address: &str, age: Duration, handle: &tokio::runtime::Handle) -> AsyncSession {
    let (service, store) = (sessions::service(address), Memory::new());
    sessions::put(&store, &service, "me", age);
    let tokio = Tokio::new(handle.clone());
    AsyncClient::new(service, Reqwest::default(), tokio, store).account("me")
}

fn processes(count: usize) -> (usize, f64) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = File::open(folder.path().join("store")).expect("a store");
    processes_over(&store, count, folder.path(), &["process".to_owned()])
}

/// Stores an expired login and starts so many processes with these arguments and the server's address;
/// each of them calls [`call`] with the same store. Returns the token requests, and the milliseconds
/// until the last one had its token.
///
/// # Panics
///
/// If a process fails.
#[must_use]
pub fn processes_over(
    store: &impl Store,
    count: usize,
    folder: &Path,
    arguments: &[String],
) -> (usize, f64) {
    let server = server(Case::Plain);
    let service = sessions::service(&server.address());
    sessions::put(store, &service, "me", sessions::EXPIRED);
    let arguments = [arguments, &[server.address()]].concat();
    let outputs = together(count, folder, &arguments);
    let times = outputs
        .iter()
        .map(|text| text.trim().parse().expect("a number"));
    (server.requests(), times.fold(0.0, f64::max))
}

/// Starts this program so many times with these arguments, a number and the folder, lets all begin
/// at once, and returns what each printed.
///
/// # Panics
///
/// If a process fails.
#[must_use]
pub fn together(count: usize, folder: &Path, arguments: &[String]) -> Vec<String> {
    let own = env::current_exe().expect("this program");
    let mut children: Vec<_> = (0..count)
        .map(|number| {
            let mut child = Command::new(&own);
            child.args(arguments).arg(number.to_string());
            child.arg(folder);
            child.stdin(Stdio::piped()).stdout(Stdio::piped());
            child.spawn().expect("a process")
        })
        .collect();
    let ready = |number: usize| folder.join(format!("ready-{number}")).exists();
    let end = Instant::now() + Duration::from_secs(60);
    while !(0..count).all(ready) && Instant::now() < end {
        thread::sleep(Duration::from_millis(1));
    }
    fs::write(folder.join("go"), "").expect("a file");
    let lines: Vec<_> = children
        .iter_mut()
        .map(|child| line(child.stdout.as_mut().expect("it is a pipe")))
        .collect();
    // Closes its input, which one that stays waits for.
    let outputs = children.into_iter().zip(lines).map(|(child, mut text)| {
        let output = child.wait_with_output().expect("a process");
        assert!(output.status.success());
        text.extend(output.stdout);
        String::from_utf8(text).expect("text")
    });
    outputs.collect()
}

/// Reads one line, and nothing behind it.
fn line(from: &mut impl io::Read) -> Vec<u8> {
    let bytes = from.bytes().map_while(Result::ok);
    let mut line = Vec::new();
    for byte in bytes {
        line.push(byte);
        if byte == b'\n' {
            break;
        }
    }
    line
}

/// Reports that this process is ready, and waits until all are.
///
/// # Panics
///
/// If the folder cannot be written.
pub fn ready(number: &str, folder: &Path) {
    fs::write(folder.join(format!("ready-{number}")), "").expect("a file");
    let end = Instant::now() + Duration::from_secs(60);
    while !folder.join("go").exists() && Instant::now() < end {
        thread::sleep(Duration::from_millis(1));
    }
}

/// One of several processes that share a file store: waits for the signal, gets a token, prints how
/// many milliseconds it took.
pub fn process(address: &str, number: &str, folder: &Path) {
    let store = File::open(folder.join("store")).expect("a store");
    call(store, address, number, folder);
}

/// The same over any store. Stays until all have theirs: the end of a process, with that of its
/// connections at a server, costs some milliseconds, which the callers that are left would wait for.
///
/// # Panics
///
/// If there is no token.
pub fn call(store: impl Store + 'static, address: &str, number: &str, folder: &Path) {
    let client = Client::new(sessions::service(address), Ureq::default(), store);
    let session = client.account("me");
    ready(number, folder);
    let began = Instant::now();
    session.token(TokenKind::Login).expect("a token");
    println!("{:.1}", began.elapsed().as_secs_f64() * 1e3);
    let _closed = io::stdin().read(&mut [0]);
}
