//! Many accounts of one file store whose logins have expired, all used at once.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use auth_core::TokenKind;
use auth_flows::AsyncClient;
use http_reqwest::{Reqwest, Tokio};
use keystore::File;

use crate::{renewal, sessions};

/// Prints the seconds until all have a token; the most sockets and threads of this process; and the
/// longest time that other work on the runtime's blocking pool waited, in milliseconds.
///
/// # Panics
///
/// If an account gets no token.
pub fn run(folder: &Path, address: &str, accounts: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let store = File::open(folder).expect("a store");
    let done = Arc::new(AtomicBool::new(false));
    let watched = std::thread::spawn({
        let done = Arc::clone(&done);
        move || most(&done)
    });
    let (seconds, waited) = runtime.block_on(async {
        let tokio = Tokio::new(tokio::runtime::Handle::current());
        let service = sessions::service(address);
        let client = AsyncClient::new(service, Reqwest::default(), tokio, store);
        let stranger = tokio::spawn(stranger(Arc::clone(&done)));
        let began = Instant::now();
        let callers: Vec<_> = (0..accounts)
            .map(|number| {
                let session = client.account(&renewal::name(number));
                tokio::spawn(async move { session.token(TokenKind::Login).await.map(drop) })
            })
            .collect();
        for caller in callers {
            caller.await.expect("no panic").expect("a token");
        }
        let seconds = began.elapsed().as_secs_f64();
        done.store(true, Ordering::SeqCst);
        (seconds, stranger.await.expect("no panic"))
    });
    let (sockets, threads) = watched.join().expect("no panic");
    println!("storm {seconds:.2} {sockets} {threads} {waited:.1}");
}

/// The longest wait for the blocking pool.
async fn stranger(done: Arc<AtomicBool>) -> f64 {
    let mut longest = Duration::ZERO;
    while !done.load(Ordering::SeqCst) {
        let asked = Instant::now();
        let waited = tokio::task::spawn_blocking(move || asked.elapsed()).await;
        longest = longest.max(waited.expect("no panic"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    longest.as_secs_f64() * 1e3
}

/// The most sockets and threads of this process, looked at every 10 ms.
fn most(done: &AtomicBool) -> (usize, usize) {
    let (mut sockets, mut threads) = (0, 0);
    while !done.load(Ordering::SeqCst) {
        let open = fs::read_dir("/proc/self/fd")
            .into_iter()
            .flatten()
            .flatten();
        let links = open.filter_map(|entry| fs::read_link(entry.path()).ok());
        let is_socket = |link: &std::path::PathBuf| link.to_string_lossy().starts_with("socket:");
        sockets = sockets.max(links.filter(is_socket).count());
        threads = threads.max(fs::read_dir("/proc/self/task").map_or(0, Iterator::count));
        std::thread::sleep(Duration::from_millis(10));
    }
    (sockets, threads)
}
