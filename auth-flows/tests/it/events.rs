//! What a client does by itself is reported, and never with a secret.

use std::sync::{Arc, Mutex};

use auth_core::Store;
use auth_flows::{AsyncClient, Client, ClientEvent};
use auth_testkit::{Dialect, Fault, Matching, Rotation, TestServer};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;

use crate::common::{PASSWORD, Ping, World, browser, league, service};

type Log = Arc<Mutex<Vec<String>>>;

/// Both clients, each with a log of its events.
fn observed(server: &TestServer, store: impl Store + Clone) -> [(World, Log); 2] {
    let (one, two) = (Log::default(), Log::default());
    let into = |log: &Log| {
        let log = Arc::clone(log);
        move |event: &ClientEvent<'_>| {
            let mut log = log.lock().expect("no panic");
            log.push(event.to_string());
            log.push(format!("{event:?}"));
        }
    };
    let client = Client::new(service(server), Ureq::default(), store.clone());
    let blocking = World::Blocking(client.on_event(into(&one)));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let tokio = Tokio::new(runtime.handle().clone());
    let client = AsyncClient::new(service(server), Reqwest::default(), tokio, store);
    [
        (blocking, one),
        (World::Async(client.on_event(into(&two)), runtime), two),
    ]
}

/// Returns whether a line has been logged with these words, and empties the log.
fn takes(log: &Log, words: &str) {
    let lines = std::mem::take(&mut *log.lock().expect("no panic"));
    assert!(
        lines.iter().any(|line| line.contains(words)),
        "{words}: {lines:#?}"
    );
    assert!(
        !lines.iter().any(|line| line.contains("marked")),
        "{lines:#?}"
    );
}

#[test]
fn renewals_logins_and_failures_are_told() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (world, log) in observed(&server, Memory::new()) {
        world.log_in("me", browser()).expect("a login");
        takes(&log, "example/app/me: logged in");
        server.revoke_access_tokens();
        world.send("me", Ping).expect("renewed");
        takes(&log, "renewed the login token in");
        server.revoke_access_tokens();
        server.faults().always(
            Matching::Token,
            Fault::TooManyRequests {
                retry_after: Some("60".into()),
            },
        );
        world.send("me", Ping).expect_err("no token");
        takes(&log, "the login token was not renewed in");
        server.faults().clear();
        world
            .log_in_with_password("me", "marked-wrong")
            .expect_err("a wrong password");
        takes(&log, "the login failed: ");
        world.log_in_with_password("me", PASSWORD).expect("a login");
        world.log_out("me").expect("a logout");
        takes(&log, "example/app/me: logged out");
    }
}

#[test]
fn a_renewal_that_fails_while_the_old_token_serves_has_a_witness() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    let store = Memory::new();
    for (world, log) in observed(&server, store.clone()) {
        let key = world.log_in("me", browser()).expect("a login").account;
        // The same token, due for renewal.
        let text = store.load(&key).expect("a store").expect("a record");
        let mut record: serde_json::Value = serde_json::from_slice(text.as_ref()).expect("ours");
        let sent = &mut record["login"]["sent_ms"];
        *sent = (sent.as_u64().expect("a time") - 3_500_000).into();
        let lease = store.try_lease(&key).expect("a store").expect("free");
        let text = auth_core::SecretBytes::new(record.to_string().into_bytes());
        store.save(&lease, &text).expect("saved");
        drop(lease);
        let [(fresh, fresh_log), (again, again_log)] = observed(&server, store.clone());
        let (other, other_log) = match world {
            World::Blocking(_) => (fresh, fresh_log),
            World::Async(..) => (again, again_log),
        };
        server.faults().always(Matching::Token, Fault::Html500);
        other.send("me", Ping).expect("with the old token");
        takes(&other_log, "the old one still serves: ");
        server.faults().clear();
        world.log_out("me").expect("a logout");
        drop(log);
    }
}
