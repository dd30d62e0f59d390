//! Events of what other programs do meanwhile.

use auth_core::{Store, TokenKind};
use auth_testkit::{Dialect, Rotation};
use keystore::Memory;

use worlds::stored;

use super::{Log, world};
use crate::{
    common::{AtServer, Ping, World, browser, league},
    engine::{Engine, EngineState},
    outages::until,
};

pub(super) fn events(log: &Log, which: usize) {
    let server = league(Dialect::league_9(), Rotation::Instant);
    let store = Memory::new();
    let one = world(log, which, &server, store.clone());
    let key = one.log_in("me", browser()).expect("a login").account;
    log.stored(&store);
    // One renews the token, and the old one is still valid.
    stored::age_token(&store, &key, TokenKind::Login, 3500).expect("aged");
    let lease = store.try_lease(&key).expect("a store").expect("free");
    let one = world(log, which, &server, store);
    one.send("me", Ping).expect("with the old token");
    if let World::Async(client, runtime) = &one {
        runtime.block_on(client.settle()).expect("all is saved");
    }
    log.take("renewal_yielded", &["to renew the login token"]);
    drop(lease);

    // One saves a later login.
    let engine = Engine::default();
    let (host, other) = (engine.host(), engine.host());
    let [one, two] = World::both(&server, host.clone());
    let one = log.observe(if which == 0 { one } else { two });
    let [two, _] = World::both(&server, other);
    two.log_in("me", browser()).expect("a login");
    host.set(EngineState::SavesFail);
    one.log_in("me", browser()).expect_err("it is not saved");
    host.set(EngineState::Refused);
    engine.end_leases();
    two.log_in("me", browser()).expect("a later login");
    host.set(EngineState::Open);
    until("the event", || {
        one.send("me", Ping).expect("a login");
        let events = log.events.lock().expect("no panic");
        events.iter().any(|event| event.name == "login_replaced")
    });
    log.take("login_replaced", &["a later login", "generation: "]);
}
