//! Tests of engines that accept connections and are silent, with short limits: how long each thing
//! takes at most. Also of one that became a replica. The engines are real ones, where they are
//! installed, behind a proxy.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test that fails is a test that fails"
)]

#[path = "../../tests/engines/server.rs"]
mod server;

use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU16, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use auth_core::{AccountKey, Error, ErrorKind, SecretBytes, Store};

use super::limits::Limits;
use crate::db::{postgres::Postgres, redis::Redis};

const LIMITS: Limits = Limits {
    open: Duration::from_millis(400),
    operation: Duration::from_millis(500),
    save: Duration::from_millis(1200),
    free: Duration::from_millis(200),
    note: Duration::from_millis(300),
    races: Duration::from_millis(300),
    migrate: Duration::from_millis(800),
};
/// With a share of an address in which a busy machine connects to the other one.
const SHARED: Limits = Limits {
    open: Duration::from_secs(3),
    operation: Duration::from_secs(4),
    ..LIMITS
};
/// With as much for one change of a note as a busy machine may take.
const RACES: Limits = Limits {
    operation: Duration::from_secs(2),
    note: Duration::from_secs(1),
    races: Duration::from_millis(2500),
    ..LIMITS
};
/// A heartbeat each second, as long as the lease: it takes the connection from the others.
const LEASE: Duration = Duration::from_secs(3);
/// What a busy machine adds.
const SLACK: Duration = Duration::from_secs(1);

/// Passes bytes on, until it is frozen. Then it accepts connections, and no more than that.
struct Proxy {
    address: SocketAddr,
    /// Of the server, for the connections from now on.
    port: Arc<AtomicU16>,
    is_frozen: Arc<AtomicBool>,
}

impl Proxy {
    fn to(port: u16) -> Self {
        Self::until(port, None)
    }

    /// One that freezes when a client sends these bytes, which do not reach the server before it
    /// thaws.
    fn until(port: u16, bytes: Option<&'static [u8]>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let is_frozen = Arc::new(AtomicBool::new(false));
        let frozen = Arc::clone(&is_frozen);
        let port = Arc::new(AtomicU16::new(port));
        let to = Arc::clone(&port);
        // It ends with the process of the tests.
        thread::spawn(move || {
            for accepted in listener.incoming() {
                let (here, frozen) = (accepted.unwrap(), Arc::clone(&frozen));
                let port = to.load(SeqCst);
                thread::spawn(move || {
                    wait(&frozen);
                    let there = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
                    let back = (there.try_clone().unwrap(), here.try_clone().unwrap());
                    let also = Arc::clone(&frozen);
                    thread::spawn(move || pass_on(back.0, back.1, &also, None));
                    pass_on(here, there, &frozen, bytes)
                });
            }
        });
        Self {
            address,
            port,
            is_frozen,
        }
    }
}

fn wait(frozen: &AtomicBool) {
    while frozen.load(SeqCst) {
        thread::sleep(Duration::from_millis(5));
    }
}

fn pass_on(
    mut from: TcpStream,
    mut to: TcpStream,
    frozen: &AtomicBool,
    until: Option<&[u8]>,
) -> io::Result<()> {
    let mut bytes = [0; 16384];
    loop {
        let count = from.read(&mut bytes)?;
        let ends = |until: &[u8]| {
            bytes[..count]
                .windows(until.len())
                .any(|found| found == until)
        };
        if until.is_some_and(ends) {
            frozen.store(true, SeqCst);
        }
        wait(frozen);
        if count == 0 {
            return to.shutdown(std::net::Shutdown::Write);
        }
        to.write_all(&bytes[..count])?;
    }
}

fn key(account: &str) -> AccountKey {
    AccountKey::new("inaturalist", "app-id", account)
}

fn within<T>(limit: Duration, what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    let took = start.elapsed();
    assert!(took < limit + SLACK, "{what} took {took:?} of {limit:?}");
    result
}

/// Checks each thing that a program waits for, and that a save is repeated until it is over.
fn silence(store: impl Store, proxy: &Proxy) {
    let held = store.try_lease(&key("me")).unwrap().expect("free");
    let record = SecretBytes::new(b"one".to_vec());
    proxy.is_frozen.store(true, SeqCst);
    let is_silent = |error: Error| {
        assert!(error.is_retryable() && error.help().is_some(), "{error}");
    };
    is_silent(within(LIMITS.save, "a save", || {
        store.save(&held, &record).unwrap_err()
    }));
    is_silent(within(LIMITS.operation, "a load", || {
        store.load(&key("you")).unwrap_err()
    }));
    is_silent(within(LIMITS.note, "a note", || {
        store.update_note("n", &mut |_| "1".to_owned()).unwrap_err()
    }));
    let late = thread::scope(|scope| {
        let save = scope.spawn(|| store.save(&held, &record));
        thread::sleep(LIMITS.operation / 2);
        proxy.is_frozen.store(false, SeqCst);
        save.join().unwrap()
    });
    late.expect("the engine responds again");
    proxy.is_frozen.store(true, SeqCst);
    within(LIMITS.free, "a lease", || drop(held));
    proxy.is_frozen.store(false, SeqCst);
    // A busy machine may need more than one operation.
    let mut loaded = (0..20).map(|_| store.load(&key("me")));
    let found = loaded.find_map(Result::ok).expect("it responds again");
    assert_eq!(found.unwrap().as_ref(), record.as_ref());
}

#[test]
fn a_silent_postgresql_is_waited_for_no_longer_than_each_limit() {
    let Some(server) = server::postgres() else {
        return;
    };
    let proxy = Proxy::to(server.port);
    let namespace = server.name();
    let url = format!("postgres://postgres@{}/postgres", proxy.address);
    let builder = Postgres::builder(url).namespace(&namespace);
    builder.migrate().unwrap();
    let store = builder.lease_duration(LEASE).within(LIMITS).unwrap();
    silence(store, &proxy);
}

/// The server freezes after the login. What it got is one transaction.
#[test]
fn a_migration_ends_within_its_limit_and_is_whole_or_nothing() {
    let Some(server) = server::postgres() else {
        return;
    };
    let proxy = Proxy::until(server.port, Some(b"CREATE SCHEMA"));
    let namespace = server.name();
    let url = format!("postgres://postgres@{}/postgres", proxy.address);
    let builder = Postgres::builder(url).namespace(&namespace);
    let error = within(LIMITS.migrate, "a migration", || {
        builder.migrate_within(LIMITS).unwrap_err()
    });
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error:#}");
    let help = error.help().unwrap();
    assert!(help.contains("again") && help.contains("schema"), "{help}");
    proxy.is_frozen.store(false, SeqCst);
    let count = format!("SELECT count(*) FROM pg_tables WHERE schemaname = '{namespace}'");
    let found = server.sql(&count);
    assert!(found == "0" || found == "4", "{found} of 4 tables");
    let owner = Postgres::builder(server.postgres_url("postgres")).namespace(&namespace);
    owner.migrate_within(Limits::default()).unwrap();
    assert_eq!(server.sql(&count), "4");
}

#[test]
fn a_silent_redis_is_waited_for_no_longer_than_each_limit() {
    let Some(server) = server::redis() else {
        return;
    };
    let proxy = Proxy::to(server.port);
    let builder = Redis::builder(format!("redis://{}", proxy.address));
    let builder = builder.namespace(&server.name()).lease_duration(LEASE);
    silence(builder.within(LIMITS).unwrap(), &proxy);
}

/// Checks a store for which others are always faster, for a while.
fn lost_races(store: &impl Store, faster: &impl Store) {
    let lose_for = |time: Duration| {
        let (start, mut count) = (Instant::now(), 0);
        let mut lose = |_: &str| {
            if start.elapsed() < time {
                count += 1;
                let faster = faster.update_note("n", &mut |_| format!("{time:?} {count}"));
                assert!(faster.unwrap());
            }
            "ours".to_owned()
        };
        store.update_note("n", &mut lose)
    };
    lose_for(RACES.note + RACES.note / 2).expect("the engine responds");
    let error = lose_for(RACES.races * 4).expect_err("each time");
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error:#}");
    assert!(error.to_string().contains("each time"), "{error:#}");
}

#[test]
fn a_note_that_others_change_each_time_is_waited_for_as_an_engine_that_works() {
    let (Some(postgres), Some(redis)) = (server::postgres(), server::redis()) else {
        return;
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            let namespace = postgres.name();
            let url = postgres.postgres_url("postgres");
            let builder = || Postgres::builder(&*url).namespace(&namespace);
            builder().migrate().unwrap();
            let faster = builder().open_unsealed().unwrap();
            lost_races(&builder().within(RACES).unwrap(), &faster);
        });
        let (url, namespace) = (format!("redis://127.0.0.1:{}", redis.port), redis.name());
        let builder = || Redis::builder(&*url).namespace(&namespace);
        let faster = builder().open_unsealed().unwrap();
        lost_races(&builder().within(RACES).unwrap(), &faster);
    });
}

/// A switchover: the old primary keeps its connections, and the address is that of the new one.
#[test]
fn a_redis_that_became_a_replica_is_left_for_the_new_primary() {
    let (Some(primary), Some(old)) = (server::redis(), server::other_redis()) else {
        return;
    };
    let proxy = Proxy::to(old.port);
    let namespace = primary.name();
    let open = || {
        let builder = Redis::builder(format!("redis://{}", proxy.address));
        builder.namespace(&namespace).open_unsealed()
    };
    let store = open().unwrap();
    let record = SecretBytes::new(b"one".to_vec());
    let demote = || {
        proxy.port.store(primary.port, SeqCst);
        old.command(&format!("REPLICAOF 127.0.0.1 {}", primary.port));
    };
    demote();
    store.health().expect("the new primary");
    let held = store.try_lease(&key("me")).unwrap().expect("free");
    store.save(&held, &record).unwrap();
    drop(held);
    old.command("REPLICAOF NO ONE");
    proxy.port.store(old.port, SeqCst);
    let store = open().unwrap();
    let held = store.try_lease(&key("me")).unwrap().expect("free");
    demote();
    store.save(&held, &record).expect("the new primary");
    // The old one alone is left.
    proxy.port.store(old.port, SeqCst);
    let error = open().unwrap_err();
    assert!(error.is_configuration(), "{error:#}");
    assert!(error.to_string().contains("replica"), "{error:#}");
}

#[test]
fn a_host_that_is_silent_leaves_the_next_one_its_share() {
    let Some(server) = server::postgres() else {
        return;
    };
    let (proxy, namespace) = (Proxy::to(server.port), server.name());
    proxy.is_frozen.store(true, SeqCst);
    let hosts = format!("{},127.0.0.1:{}", proxy.address, server.port);
    let url = format!("postgres://postgres@{hosts}/postgres?target_session_attrs=read-write");
    let owner = Postgres::builder(server.postgres_url("postgres"));
    owner.namespace(&namespace).migrate().unwrap();
    let builder = Postgres::builder(url).namespace(&namespace);
    let store = within(SHARED.open, "two hosts", || builder.within(SHARED));
    drop(store.unwrap().try_lease(&key("me")).unwrap().expect("free"));
}

/// A name with a dead first address. Where `localhost` has one address only, nothing is shown.
#[test]
fn an_address_that_is_silent_leaves_the_next_one_its_share() {
    let Some(server) = server::redis() else {
        return;
    };
    // The kernel completes connections for it, and it never accepts one.
    let _silent = TcpListener::bind(("::1", server.port));
    let builder = Redis::builder(format!("redis://localhost:{}", server.port));
    let builder = builder.namespace(&server.name());
    let store = within(SHARED.open, "two addresses", || builder.within(SHARED));
    drop(store.unwrap().try_lease(&key("me")).unwrap().expect("free"));
}

#[test]
fn opening_a_connection_ends_within_its_limit() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = silent.local_addr().unwrap();
    let check = |what: &str, open: &dyn Fn() -> Option<Error>| {
        let error = within(LIMITS.open, what, open).expect(what);
        let text = error.to_string();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{what}: {text}");
        assert!(text.contains(&address.to_string()), "{what}: {text}");
        assert!(error.help().is_some(), "{what}: {text}");
    };
    for options in ["", "?sslmode=require", "?target_session_attrs=read-write"] {
        let url = format!("postgres://u@{address}/d{options}");
        check(&url, &|| Postgres::builder(&*url).within(LIMITS).err());
    }
    let url = format!("postgres://u@{address}/d?connect_timeout=1");
    let error = within(Duration::from_secs(1), "a limit of the URL", || {
        Postgres::builder(url).open_unsealed().unwrap_err()
    });
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error:#}");
    for scheme in ["redis", "rediss"] {
        let url = format!("{scheme}://{address}/0");
        check(&url, &|| Redis::builder(&*url).within(LIMITS).err());
    }
}
