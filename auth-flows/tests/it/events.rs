//! What a client does by itself is reported: every event, with its account, and never with a
//! secret.

mod others;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use auth_core::{AccountKey, ExposeSecret, RateLimit, Service, Store, TokenKind, TokenRecord};
use auth_flows::{Client, ClientEvent};
use auth_testkit::{Dialect, Fault, Matching, Rotation, TestServer};
use http_reqwest::Reqwest;
use http_ureq::Ureq;
use keystore::{Fallback, Memory, StaticToken};

use crate::{
    common::{AtServer, MAX_WAIT, Me, PASSWORD, Ping, SECRET, World, browser, doorkeeper, league},
    device,
    rate_limit::{self, AFAR, Ask, Counting},
    unsaved::Moody,
};

/// What was reported of an event.
#[derive(Clone, Debug)]
pub(crate) struct Reported {
    name: &'static str,
    account: Option<String>,
    /// Its words, and its fields.
    text: String,
}

#[derive(Clone, Default)]
pub(crate) struct Log {
    events: Arc<Mutex<Vec<Reported>>>,
    all: Arc<Mutex<Vec<Reported>>>,
    secrets: Arc<Mutex<BTreeSet<String>>>,
}

impl Log {
    /// An observer that writes to this log.
    fn observer(&self) -> impl Fn(&ClientEvent<'_>) + Send + Sync + 'static {
        let log = self.clone();
        move |event| {
            let reported = Reported {
                name: event.name(),
                account: event.account().map(ToString::to_string),
                text: format!("{event} {event:?}"),
            };
            log.events.lock().expect("no panic").push(reported.clone());
            log.all.lock().expect("no panic").push(reported);
        }
    }

    fn observe(&self, world: World) -> World {
        world.on_event(self.observer())
    }

    /// Both worlds, each with a log.
    pub(crate) fn both(server: &TestServer, store: impl Store + Clone) -> [(World, Self); 2] {
        World::both(server, store).map(|world| {
            let log = Self::default();
            (log.observe(world), log)
        })
    }

    /// Returns the event with this name and these words, and empties the log.
    pub(crate) fn take(&self, name: &str, words: &[&str]) -> Reported {
        let events = std::mem::take(&mut *self.events.lock().expect("no panic"));
        let fits = |event: &&Reported| {
            event.name == name && words.iter().all(|words| event.text.contains(words))
        };
        let found = events.iter().find(fits);
        let found = found.unwrap_or_else(|| panic!("{name} {words:?}: {events:#?}"));
        found.clone()
    }

    /// Returns the events in their words, `name: words`, and empties the log.
    pub(crate) fn lines(&self) -> Vec<String> {
        let events = std::mem::take(&mut *self.events.lock().expect("no panic"));
        let line = |event: Reported| format!("{}: {}", event.name, event.text);
        events.into_iter().map(line).collect()
    }

    /// Adds the stored tokens to the secrets.
    fn stored(&self, store: &dyn Store) {
        let key = AccountKey::new("example", "app", "me");
        let Some(text) = store.load(&key).expect("a store") else {
            return;
        };
        let record = TokenRecord::from_text(text.expose_secret()).expect("a record");
        let mut secrets = self.secrets.lock().expect("no panic");
        for token in TokenKind::ALL.iter().filter_map(|&kind| record.token(kind)) {
            secrets.insert(token.expose_secret().to_owned());
            let refresh = token.refresh_token();
            secrets.extend(refresh.map(|text| text.expose_secret().to_owned()));
        }
    }

    /// The names of all events so far; each names its account and none has a secret.
    fn names(&self) -> BTreeSet<&'static str> {
        let secrets = self.secrets.lock().expect("no panic");
        let all = self.all.lock().expect("no panic");
        let fixed = ["marked", PASSWORD, SECRET, "state=", "code="];
        for event in all.iter() {
            let account = event.account.as_deref().unwrap_or_default();
            assert!(!account.is_empty(), "no account: {event:?}");
            assert!(event.text.contains(account), "{event:?}");
            for secret in secrets.iter().map(String::as_str).chain(fixed) {
                assert!(!event.text.contains(secret), "{secret} in {event:?}");
            }
        }
        all.iter().map(|event| event.name).collect()
    }
}

/// Every name of an event that the source has.
fn every_name() -> BTreeSet<&'static str> {
    let source = include_str!("../../src/client/event/text.rs");
    let names = source.split("of(\"").skip(1);
    names.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_step_is_an_event() {
    let walks = [0, 1].map(|world| {
        std::thread::spawn(move || {
            let log = Log::default();
            let limited = limits(&log, world);
            renewals(&log, world);
            stores(&log, world);
            logins(&log, world);
            others::events(&log, world);
            note_again(&log, &limited);
            let names = log.names();
            let least = log.secrets.lock().expect("no panic").len();
            assert!(least >= 6, "only {least} secrets to search for");
            names
        })
    });
    for walk in walks {
        assert_eq!(walk.join().expect("no panic"), every_name());
    }
}

/// One of both worlds, with this log.
fn world(log: &Log, world: usize, server: &TestServer, store: impl Store + Clone) -> World {
    let [blocking, asynchronous] = World::both(server, store);
    log.observe(match world {
        0 => blocking,
        _ => asynchronous,
    })
}

fn renewals(log: &Log, which: usize) {
    let server = league(Dialect::league_9(), Rotation::Instant);
    let store = Memory::new();
    let world = world(log, which, &server, store.clone());
    world.log_in("me", browser()).expect("a login");
    log.take("login_started", &["at the authorization URL"]);
    log.stored(&store);
    server.revoke_access_tokens();
    world.send("me", Ping).expect("renewed");
    let events = log.events.lock().expect("no panic").clone();
    let started = events.iter().find(|event| event.name == "renewal_started");
    let started = started.expect("an event").text.clone();
    assert!(
        started.contains("rejected by the service") && started.contains("generation: Some("),
        "{started}"
    );
    log.take(
        "renewal_finished",
        &[
            "renewed the login token in",
            "requests: 1",
            "expires_at: Some(",
        ],
    );
    log.stored(&store);

    server.revoke_access_tokens();
    server.faults().next(Matching::Token, Fault::NoTokenType);
    world.send("me", Ping).expect("renewed");
    log.take("quirks_allowed", &["it has no `token_type`"]);
    server.faults().next(Matching::Api, Fault::Html500);
    world.send("me", Ping).expect("sent again");
    log.take("retrying", &["the response was 500", "wait: "]);
    server.faults().next(Matching::Api, Fault::LostByReset);
    world.send("me", Ping).expect("sent again");
    log.take(
        "retrying",
        &["connection to http://127.0.0.1", "status: None"],
    );

    server.revoke_access_tokens();
    let retry_after = Some("60".to_owned());
    let fault = Fault::TooManyRequests { retry_after };
    server.faults().always(Matching::Token, fault);
    world.send("me", Ping).expect_err("no token");
    log.take(
        "renewal_failed",
        &[
            "was not renewed in",
            "old_token_valid_for: None",
            "requests: 1",
        ],
    );
    world.send("me", Ping).expect_err("no token yet");
    log.take("renewal_failed", &["requests: 0"]);
    server.faults().clear();
    world.log_in("me", browser()).expect("a login");
    log.stored(&store);
    server.revoke_all();
    world.send("me", Ping).expect_err("the login is dead");
    log.take(
        "renewal_refused",
        &["the renewal of the login token was refused"],
    );
}

fn stores(log: &Log, which: usize) {
    let server = league(Dialect::league_9(), Rotation::Instant);
    let moody = Moody::default();
    let store = Fallback::new(StaticToken::new("")).or(moody.clone());
    let world = world(log, which, &server, store);
    let waits = |event: &&Reported| {
        event
            .text
            .contains("waiting at most 40s for the lease, which another program")
    };
    // Another program holds the lease until that is told.
    let key = AccountKey::new("example", "app", "me");
    let lease = moody.inner.try_lease(&key).expect("a store");
    let end = std::time::Instant::now() + Duration::from_secs(20);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let is_told = || {
                let events = log.events.lock().expect("no panic");
                events.iter().any(|event| waits(&event))
            };
            while !is_told() && std::time::Instant::now() < end {
                std::thread::sleep(Duration::from_millis(10));
            }
            drop(lease);
        });
        world.log_in("me", browser()).expect("a login");
    });
    let events = log.events.lock().expect("no panic").clone();
    assert_eq!(
        events.iter().filter(waits).count(),
        1,
        "told once: {events:#?}"
    );
    log.take(
        "store_chosen",
        &["the store is moody store (in use), after"],
    );
    log.stored(&moody);

    server.revoke_access_tokens();
    moody.set(&["save"]);
    world.send("me", Ping).expect("from memory");
    log.take("not_saved", &["save: the disk fails"]);
    moody.set(&[]);
    world.send("me", Ping).expect("saved");
    log.take("saved", &[]);
    let seen = log.all.lock().expect("no panic").clone();
    let chosen = seen.iter().filter(|event| event.name == "store_chosen");
    assert_eq!(chosen.count(), 1, "told once");

    server.revoke_access_tokens();
    moody.set(&["reserve"]);
    world
        .send("me", Ping)
        .expect_err("the token cannot be saved");
    log.take("store_failed", &["the store failed to reserve room: "]);
    moody.set(&["unlock"]);
    server.revoke_access_tokens();
    world.send("me", Ping).expect("unlocked");
    log.take(
        "waiting",
        &["waiting at most 59s for the user of the store"],
    );
    server.revoke_access_tokens();
    moody.set(&["hurry"]);
    world.send("me", Ping).expect("renewed, slowly");
    log.take("store_slow", &["to load the token record", "took: 1."]);
    moody.set(&["save"]);
    world.log_out("me").expect_err("the record stays");
    log.take("store_failed", &["the store failed to remove"]);
}

fn logins(log: &Log, which: usize) {
    let server = doorkeeper();
    let store = Memory::new();
    let world = world(log, which, &server, store.clone());
    world.log_in_with_password("me", PASSWORD).expect("a login");
    let events = log.events.lock().expect("no panic").clone();
    let started = events.iter().find(|event| event.name == "login_started");
    assert!(started.is_some_and(|event| event.text.contains("with a password")));
    log.take("logged_in", &["token: Login", "took: "]);
    log.stored(&store);
    server.faults().next(Matching::Revoke, Fault::Html500);
    world.log_in_with_password("me", PASSWORD).expect("a login");
    log.take("not_revoked", &["500"]);
    log.stored(&store);
    world
        .log_in_with_password("me", "marked-wrong")
        .expect_err("a wrong password");
    log.take("login_failed", &["the login failed: "]);
    let refusing = browser().open(|_| Err(std::io::Error::other("no browser")));
    world
        .log_in("me", refusing.timeout(Duration::from_millis(50)))
        .expect_err("no user");
    log.take("login_failed", &["no redirect within"]);
    world.send("me", Me).expect("a call");
    server.faults().next(Matching::Revoke, Fault::Html500);
    world.log_out("me").expect("a logout");
    let events = log.events.lock().expect("no panic").clone();
    assert!(events.iter().any(|event| event.name == "not_revoked"));
    log.take("logged_out", &["took: "]);
    let plain = server.issue_derived_token("alice").expect("a token");
    log.secrets.lock().expect("no panic").insert(plain.clone());
    world.import_token("me", &plain).expect("imported");
    log.take("logged_in", &["token: Derived"]);
    world.import_token("me", "").expect_err("no token");
    log.take("login_failed", &[]);

    let responses = [(200, device::CODES), (200, device::TOKEN)];
    let server = device::server(&responses);
    client(
        log,
        which,
        device::service(&server),
        Ureq::default(),
        Reqwest::default(),
        Memory::new(),
    )
    .log_in_with_device();
    log.take("waiting", &["for the login on another device"]);
}

/// Returns the client whose note fails, and its store.
fn limits(log: &Log, which: usize) -> (World, Moody) {
    let rate =
        RateLimit::every(Duration::from_millis(20)).with_pause_after_429(Duration::from_millis(30));
    let service = rate_limit::service(AFAR, rate);
    let moody = Moody::default();
    moody.set(&["note"]);
    // A login for the account of the calls: its token need not be sent.
    let record = br#"{"version":1,"generations":[1,0],"login":{"access_token":"marked-token","sent_ms":1700000000000,"generation":1}}"#;
    let key = service.account_key("me");
    let lease = moody.inner.try_lease(&key).expect("a store").expect("free");
    let text = auth_core::SecretBytes::new(record.to_vec());
    moody.inner.save(&lease, &text).expect("saved");
    drop(lease);
    let transport = Counting::first(&[429]);
    let world = client(
        log,
        which,
        service,
        transport.clone(),
        transport,
        moody.clone(),
    )
    .0;
    world
        .send("me", Ask { media: false })
        .expect("after a pause");
    let events = log.events.lock().expect("no panic").clone();
    let count = |name| events.iter().filter(|event| event.name == name).count();
    assert_eq!(count("note_not_written"), 1, "told once: {events:#?}");
    assert_eq!(count("paused"), 1, "{events:#?}");
    log.take("waiting", &["for the rate limit"]);
    (world, moody)
}

/// After its pause of some seconds the note is tried again, and its success is reported once.
fn note_again(log: &Log, (world, store): &(World, Moody)) {
    store.set(&[]);
    let is_told = || {
        world.send("me", Ask { media: false }).expect("a permit");
        let events = log.events.lock().expect("no panic");
        events.iter().any(|event| event.name == "note_written")
    };
    let end = Instant::now() + MAX_WAIT;
    while !is_told() {
        assert!(Instant::now() < end, "not told");
        std::thread::sleep(Duration::from_millis(50));
    }
    world.send("me", Ask { media: false }).expect("a permit");
    let events = log.events.lock().expect("no panic").clone();
    let told = events.iter().filter(|event| event.name == "note_written");
    assert_eq!(told.count(), 1, "{events:#?}");
    log.take("note_written", &["works again"]);
}

/// A client in one of the worlds.
struct Made(World);

fn client(
    log: &Log,
    which: usize,
    service: Service,
    blocking: impl auth_core::Transport,
    asynchronous: impl auth_core::AsyncTransport,
    store: impl Store,
) -> Made {
    Made(log.observe(match which {
        0 => World::Blocking(Client::new(service, blocking, store)),
        _ => World::in_tasks(service, asynchronous, store),
    }))
}

impl Made {
    fn log_in_with_device(&self) {
        let session = self.0.account("me");
        session.log_in_with_device(|_| {}).expect("a login");
    }
}
