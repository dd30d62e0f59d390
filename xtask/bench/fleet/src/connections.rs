//! How many connections a process has to the server of its store.

use std::{
    collections::HashSet,
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use auth_core::TokenKind;
use auth_flows::Client;
use bench::sessions;
use http_ureq::Ureq;

use crate::{
    holder::{self, Holder},
    renewal,
};

/// How many threads work at once.
const THREADS: usize = 64;

/// How many records each of them saves. All would be as many syncs of a disk, one after the other.
const SAVES: usize = 10;

/// Prints the connections of an idle process, those of one that holds the leases of so many accounts
/// at once while a caller waits for another process, and how many seconds that took.
pub(crate) fn run(url: &str, namespace: &str, accounts: usize) {
    let port = url.rsplit_once(':').expect("a port").1;
    let port = port.split('/').next().expect("a number");
    let port: u16 = port.parse().expect("a number");
    let (server, store) = (
        holder::server(),
        crate::open(url, namespace).expect("a store"),
    );
    let service = sessions::service(&server.address());
    sessions::put(&store, &service, "idle", sessions::FRESH);
    sessions::put(&store, &service, "held", sessions::EXPIRED);
    let client = Client::new(service, Ureq::default(), store.clone());
    client
        .account("idle")
        .token(TokenKind::Login)
        .expect("a token");
    let idle = open_to(port);
    let done = AtomicBool::new(false);
    let (most, seconds) = thread::scope(|scope| {
        let watched = scope.spawn(|| {
            let mut most = 0;
            while !done.load(Ordering::SeqCst) {
                most = most.max(open_to(port));
                thread::sleep(Duration::from_millis(10));
            }
            most
        });
        let holder = Holder::start(url, namespace, &server.address(), "held");
        let waiting = scope.spawn(|| client.account("held").token(TokenKind::Login).map(drop));
        let began = Instant::now();
        let record = renewal::record();
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (store, record) = (&store, &record);
                scope.spawn(move || {
                    let take = |number| {
                        let key = renewal::key(number);
                        store.load(&key).expect("a store");
                        let lease = store.try_lease(&key).expect("a store");
                        lease.expect("it is free")
                    };
                    let own = (thread..accounts).step_by(THREADS);
                    let leases: Vec<_> = own.map(take).collect();
                    for lease in leases.iter().take(SAVES) {
                        store.save(lease, record).expect("a store");
                    }
                });
            }
        });
        let seconds = began.elapsed().as_secs_f64();
        done.store(true, Ordering::SeqCst);
        holder.kill();
        // A crowd that took long may have made it give up.
        let _waited = waiting.join().expect("no panic");
        (watched.join().expect("no panic"), seconds)
    });
    println!("connections {idle} {most} {seconds:.1}");
}

/// The sockets of this process that are connected to this port.
fn open_to(port: u16) -> usize {
    let descriptors = fs::read_dir("/proc/self/fd").expect("Linux");
    let links = descriptors
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok());
    let own: HashSet<String> = links
        .filter_map(|link| {
            let link = link.to_string_lossy();
            let inode = link.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some(inode.to_owned())
        })
        .collect();
    let table = fs::read_to_string("/proc/self/net/tcp").expect("Linux");
    let to = format!(":{port:04X}");
    let is_own = |line: &&str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        matches!(fields[..], [_, _, remote, "01", _, _, _, _, _, inode, ..]
            if remote.ends_with(&to) && own.contains(inode))
    };
    table.lines().filter(is_own).count()
}
