//! A store that fails costs only what needs it: what a server issues once is kept in memory and
//! saved later, nothing is spent that cannot be kept, and no person is asked in vain.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, SecretBytes, Store, TokenKind, WaitObserver};
use auth_testkit::{Dialect, Fault, Matching, Rotation, TestServer};
use keystore::Memory;

use crate::{
    common::{AtServer, Me, PASSWORD, Ping, World, browser, doorkeeper, league, since},
    device::{self, CODES, TOKEN},
};

/// A store whose operations fail while they are named.
#[derive(Clone, Default)]
pub(crate) struct Moody {
    pub(crate) inner: Memory,
    broken: Arc<Mutex<HashSet<&'static str>>>,
    note: Arc<Mutex<String>>,
    waits: Arc<Mutex<Vec<WaitObserver>>>,
}

impl Moody {
    pub(crate) fn set(&self, broken: &[&'static str]) {
        *self.broken.lock().expect("no panic") = broken.iter().copied().collect();
    }

    fn check(&self, what: &str) -> Result<(), Error> {
        match self.broken.lock().expect("no panic").contains(what) {
            true => Err(
                Error::new(ErrorKind::Store, format!("{what}: the disk fails"))
                    .with_help("mend it"),
            ),
            false => Ok(()),
        }
    }
}

impl Store for Moody {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        if self.check("hurry").is_err() {
            std::thread::sleep(Duration::from_secs(1));
        }
        if self.check("unlock").is_err() {
            let waits = self.waits.lock().expect("no panic");
            for observer in waits.iter().filter_map(WaitObserver::upgrade) {
                observer(key, Duration::from_secs(59));
            }
        }
        self.check("load")?;
        self.inner.load(key)
    }
    fn observe_waits(&self, observer: WaitObserver) {
        self.waits.lock().expect("no panic").push(observer);
    }
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        self.check("lease")?;
        self.inner.try_lease(key)
    }
    fn reserve(&self, _: &Lease, _: usize) -> Result<(), Error> {
        self.check("reserve")
    }
    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.check("save")?;
        self.inner.save(lease, record)
    }
    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.check("save")?;
        self.inner.remove(lease)
    }
    fn describe(&self) -> String {
        "moody store".to_owned()
    }
    fn update_note(&self, _: &str, change: &mut dyn FnMut(&str) -> String) -> Result<bool, Error> {
        self.check("note")?;
        let mut note = self.note.lock().expect("no panic");
        *note = change(&note);
        Ok(true)
    }
}

/// Every way in which a disk fails, by the operations that it stops.
const FAILURES: [(&str, &[&str]); 5] = [
    ("full", &["reserve", "save"]),
    ("full at the save", &["save"]),
    ("read-only", &["lease", "reserve", "save"]),
    ("unreadable", &["load"]),
    ("gone", &["load", "lease", "reserve", "save"]),
];

/// Both clients of a server, each with a store and a login of its own.
fn logged_in(server: &TestServer) -> Vec<(World, Moody)> {
    let worlds = [Moody::default(), Moody::default()].map(|store| (store.clone(), store));
    let [(a, one), (b, two)] = worlds;
    let worlds = vec![
        (World::blocking(server, a), one),
        (World::asynchronous(server, b), two),
    ];
    for (world, _) in &worlds {
        world.log_in("me", browser()).expect("a login");
    }
    worlds
}

#[test]
fn a_rotated_token_survives_a_save_that_fails() {
    for rotation in [Rotation::Instant, Rotation::KillFamily] {
        let server = league(Dialect::league_9(), rotation);
        for (world, store) in logged_in(&server) {
            let check = |what: &str, broken: &[&'static str], refreshes, unsaved| {
                store.set(broken);
                let mark = server.requests().mark();
                world.send("me", Ping).expect(what);
                let sent = server.requests().since(mark).grant("refresh_token");
                let status = world.status("me").expect("a status");
                assert_eq!(
                    (sent, status.unsaved.is_some()),
                    (refreshes, unsaved),
                    "{what}"
                );
            };
            server.revoke_access_tokens();
            check("used from memory", &["save"], 1, true);
            check("still", &["save"], 0, true);
            server.revoke_access_tokens();
            check("renewed again, from memory", &["save"], 1, true);
            // Another program cannot use the old token meanwhile.
            let held = store
                .inner
                .try_lease(&world.status("me").expect("a status").account);
            assert!(held.expect("a store").is_none(), "the lease is held");
            check("saved by the next call", &[], 0, false);
            // A new program finds the login.
            let again = World::blocking(&server, store.clone());
            server.revoke_access_tokens();
            again.send("me", Ping).expect("the login is alive");
        }
    }
}

#[test]
fn a_client_that_ends_saves_what_it_has() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    for (world, store) in logged_in(&server) {
        store.set(&["save"]);
        server.revoke_access_tokens();
        world.send("me", Ping).expect("used from memory");
        store.set(&[]);
        drop(world);
        server.revoke_access_tokens();
        let again = World::blocking(&server, store.clone());
        again.send("me", Ping).expect("the login is alive");
    }
}

#[test]
fn a_refresh_token_is_not_spent_if_the_next_cannot_be_kept() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    for (world, store) in logged_in(&server) {
        server.revoke_access_tokens();
        for (name, broken) in FAILURES
            .iter()
            .filter(|(name, _)| *name != "full at the save")
        {
            store.set(broken);
            let mark = server.requests().mark();
            for _ in 0..5 {
                let error = world.send("me", Ping).expect_err(name);
                assert_eq!(error.kind(), ErrorKind::Store, "{name}: {error}");
                assert!(error.to_string().contains("mend it"), "{name}: {error}");
            }
            assert_eq!(server.requests().since(mark).token(), 0, "{name}");
        }
        store.set(&[]);
        world
            .send("me", Ping)
            .expect("renewed once the disk is well");
    }
}

#[test]
fn what_can_be_requested_again_serves_from_memory() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (world, store) in logged_in(&server) {
        for (name, broken) in FAILURES {
            store.set(broken);
            server.revoke_access_tokens();
            let mark = server.requests().mark();
            for _ in 0..5 {
                world.send_as_daemon(Ping).expect(name);
            }
            assert_eq!(
                since(&server, mark).0,
                1,
                "{name}: one new token for all calls"
            );
        }
        store.set(&[]);
        server.revoke_access_tokens();
        world.send("me", Ping).expect("the login was not touched");
    }
    let server = doorkeeper();
    for (world, store) in logged_in(&server) {
        for (name, broken) in FAILURES {
            store.set(broken);
            server.expire_derived_tokens();
            let mark = server.requests().mark();
            for _ in 0..5 {
                world.send("me", Me).expect(name);
            }
            assert_eq!(
                since(&server, mark).1,
                1,
                "{name}: one derivation for all calls"
            );
        }
        store.set(&[]);
        world.send("me", Me).expect("well again");
        assert!(world.status("me").expect("a status").unsaved.is_none());
    }
}

#[test]
fn no_person_is_asked_for_a_login_that_cannot_be_kept() {
    let server = doorkeeper();
    for (world, store) in logged_in(&server) {
        for (name, broken) in FAILURES {
            if ["full at the save", "unreadable"].contains(&name) {
                continue; // found by the save alone; replaced by the login
            }
            store.set(broken);
            let asked = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&asked);
            let login = browser().open(move |_| {
                count.fetch_add(1, SeqCst);
                Ok(())
            });
            let mark = server.requests().mark();
            let check = |result: Result<auth_flows::Status, Error>| {
                let error = result.expect_err(name);
                assert_eq!(error.kind(), ErrorKind::Store, "{name}: {error}");
            };
            check(world.log_in("you", login));
            check(world.log_in_with_password("you", PASSWORD));
            check(world.import_token("you", &server.issue_derived_token("alice").expect("one")));
            let requests = server.requests().since(mark);
            assert_eq!((asked.load(SeqCst), requests.token()), (0, 0), "{name}");
            assert!(
                world.status("you").is_ok() || broken.contains(&"load"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_login_whose_save_fails_works_and_is_saved_later() {
    let server = doorkeeper();
    for (world, store) in logged_in(&server) {
        let mark = server.requests().mark();
        store.set(&["save"]);
        let error = world.log_in("me", browser()).expect_err("not saved");
        assert_eq!(error.kind(), ErrorKind::Store, "{error}");
        assert!(
            error.to_string().contains("the login itself worked"),
            "{error}"
        );
        assert_eq!(
            server.requests().since(mark).revoke(),
            0,
            "the old one is still stored"
        );
        world.send("me", Me).expect("used from memory");
        let status = world.status("me").expect("a status");
        assert!(status.is_logged_in() && status.unsaved.is_some());
        store.set(&[]);
        world.send("me", Me).expect("saved");
        assert!(world.status("me").expect("a status").unsaved.is_none());
        let again = World::asynchronous(&server, store.clone());
        let mark = server.requests().mark();
        again.send("me", Me).expect("the new login");
        assert_eq!(since(&server, mark), (0, 0, 1));
    }
}

#[test]
fn a_login_on_another_device_whose_save_fails_works_and_is_saved_later() {
    for which in [0, 1] {
        let server = device::server(&[(200, CODES), (200, TOKEN)]);
        let store = Moody::default();
        let client = &World::pair(&device::service(&server), store.clone())[which];
        let breaks = store.clone();
        let kind = TokenKind::Login;
        let session = client.account("me");
        let result = session.log_in_with_device(move |_| breaks.set(&["save"]));
        let token = session.token(kind);
        store.set(&[]);
        session.token(kind).expect("saved");
        let status = session.status();
        let error = result.expect_err("not saved").to_string();
        assert!(error.contains("the login itself worked"), "{error}");
        let token = token.expect("used from memory");
        assert_eq!(token.expose_secret(), "marked-access-token");
        let status = status.expect("a status");
        assert!(
            status.is_logged_in() && status.unsaved.is_none(),
            "{status:?}"
        );
        assert_eq!(server.requests().len(), 2, "nothing was asked for again");
    }
}

#[test]
fn an_imported_token_whose_save_fails_works_and_is_saved_later() {
    let server = doorkeeper();
    for (world, store) in logged_in(&server) {
        store.set(&["save"]);
        let text = server.issue_derived_token("alice").expect("a token");
        world.import_token("you", &text).expect_err("not saved");
        world.send("you", Me).expect("used from memory");
        store.set(&[]);
        world.send("you", Me).expect("saved");
        assert!(world.status("you").expect("a status").unsaved.is_none());
        let again = World::blocking(&server, store.clone());
        again.send("you", Me).expect("a new program finds it");
    }
}

#[test]
fn a_store_that_ends_during_the_login_loses_no_consent() {
    for (name, broken) in FAILURES {
        let server = doorkeeper();
        let store = Moody::default();
        for world in World::both(&server, store.clone()) {
            store.set(&[]);
            let breaks = store.clone();
            let login = browser().open(move |url| {
                breaks.set(broken);
                let person = auth_testkit::person::Person::new("alice", PASSWORD);
                let redirect = person.visit(url)?.into_redirect()?;
                person.follow(&redirect).map(drop)
            });
            let result = world.log_in("me", login);
            assert!(result.is_err() || name == "unreadable", "{name}");
            world.send("me", Me).expect(name);
            store.set(&[]);
            world.send("me", Me).expect(name);
            let again = World::blocking(&server, store.clone());
            again.send("me", Me).expect(name);
            world.log_out("me").expect("a logout");
        }
    }
}

#[test]
fn what_was_certainly_not_sent_is_sent_again() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for world in World::both(&server, Memory::new()) {
        // A server that is away for a moment: the connection closes before a request is read.
        server.faults().next(
            Matching::Token,
            Fault::TooManyRequests {
                retry_after: Some("0".into()),
            },
        );
        world
            .log_in("me", browser())
            .expect("the code was not used up");
        for fault in [Fault::Reset, Fault::Html500] {
            server.faults().next(Matching::Token, fault);
            world
                .log_in_with_password("me", PASSWORD)
                .expect("a password is as good as before");
        }
    }
}

/// Long enough for a lease that is never given back to be noticed, and no longer.
const NEVER: Duration = Duration::from_secs(5);

#[test]
fn the_lease_of_an_unsaved_record_ends_with_the_program() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (world, store) in logged_in(&server) {
        let account = world.status("me").expect("a status").account;
        store.set(&["save"]);
        server.revoke_access_tokens();
        world.send("me", Ping).expect("used from memory");
        drop(world);
        let end = std::time::Instant::now() + NEVER;
        while store.inner.try_lease(&account).expect("a store").is_none() {
            assert!(
                std::time::Instant::now() < end,
                "the lease is held by nothing"
            );
            std::thread::yield_now();
        }
    }
}
