//! The engine of a fleet is away in the middle of a renewal: the token that only one host has is
//! not lost to another host's old one, is saved as soon as the engine is back, and serves
//! meanwhile.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use auth_core::TokenKind;
use auth_flows::Counters;
use auth_testkit::{Dialect, Rotation, TestServer};

use crate::{
    common::{AtServer, MAX_WAIT, Ping, World, browser, league},
    engine::{Engine, EngineState, Host},
};

/// Two hosts at one engine, each of either kind, in both orders.
pub(crate) fn pairs(server: &TestServer) -> [(Engine, [(World, Host); 2]); 2] {
    [false, true].map(|swapped| {
        let engine = Engine::default();
        let (a, b) = (engine.host(), engine.host());
        let worlds = match swapped {
            false => [
                World::blocking(server, a.clone()),
                World::asynchronous(server, b.clone()),
            ],
            true => [
                World::asynchronous(server, a.clone()),
                World::blocking(server, b.clone()),
            ],
        };
        let [one, other] = worlds;
        (engine, [(one, a), (other, b)])
    })
}

/// Both hosts know the login, and the first one has renewed it while the engine was away.
fn unsaved_at_the_first(server: &TestServer, hosts: &[(World, Host); 2], engine: &Engine) {
    let [(a, to_a), (b, _)] = hosts;
    a.log_in("me", browser()).expect("a login");
    b.send("me", Ping).expect("the stored login");
    server.revoke_access_tokens();
    to_a.set(EngineState::SavesFail);
    a.send("me", Ping).expect("used from memory");
    assert!(a.status("me").expect("a status").unsaved.is_some());
    to_a.set(EngineState::Refused);
    engine.end_leases();
}

pub(crate) fn refreshes(server: &TestServer) -> usize {
    server.requests().grant("refresh_token")
}

#[test]
fn a_refusal_of_the_old_refresh_token_does_not_end_the_new_one() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (engine, hosts) in pairs(&server) {
        unsaved_at_the_first(&server, &hosts, &engine);
        let [(a, to_a), (b, _)] = &hosts;
        // The engine is back for the other host first, which sends the old refresh token.
        let error = b.send("me", Ping).expect_err("the old one was used up");
        assert!(error.needs_login(), "{error}");
        assert!(b.status("me").expect("a status").needs_login());
        to_a.set(EngineState::Open);
        a.send("me", Ping).expect("the new token is good");
        let status = a.status("me").expect("a status");
        assert!(
            status.unsaved.is_none() && status.is_logged_in(),
            "{status:?}"
        );
        // The other host, and one that starts now, take it over.
        let sent = refreshes(&server);
        b.send("me", Ping).expect("the token that was saved");
        assert!(!b.status("me").expect("a status").needs_login());
        let new = World::blocking(&server, engine.host());
        new.send("me", Ping).expect("the token that was saved");
        assert_eq!(refreshes(&server), sent, "no further renewal");
        // Either can renew it.
        server.revoke_access_tokens();
        b.send("me", Ping).expect("renewed");
        a.send("me", Ping).expect("the token of the other host");
    }
}

#[test]
fn a_program_that_ends_saves_its_token_over_the_refusal_of_the_old_one() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (engine, hosts) in pairs(&server) {
        unsaved_at_the_first(&server, &hosts, &engine);
        let [(a, to_a), (b, _)] = hosts;
        assert!(b.send("me", Ping).expect_err("used up").needs_login());
        to_a.set(EngineState::Open);
        drop(a);
        b.send("me", Ping).expect("the token that was saved");
    }
}

#[test]
fn a_host_that_hung_before_the_save_keeps_its_token() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (engine, hosts) in pairs(&server) {
        let [(a, to_a), (b, _)] = &hosts;
        a.log_in("me", browser()).expect("a login");
        b.send("me", Ping).expect("the stored login");
        server.revoke_access_tokens();
        let hold = server.hold(auth_testkit::Matching::Token);
        std::thread::scope(|scope| {
            let renewing = scope.spawn(|| a.send("me", Ping));
            assert!(hold.wait_for(1, MAX_WAIT), "it has begun");
            to_a.set(EngineState::Silent);
            let before = to_a.operations();
            hold.release();
            while to_a.operations() == before {
                std::thread::yield_now(); // until it is at the save
            }
            engine.end_leases();
            let error = b.send("me", Ping).expect_err("the old one was used up");
            assert!(error.needs_login(), "{error}");
            to_a.set(EngineState::Open);
            renewing.join().expect("no panic").expect("the new token");
        });
        a.send("me", Ping).expect("the new token");
        let status = a.status("me").expect("a status");
        assert!(
            status.unsaved.is_none() && status.is_logged_in(),
            "{status:?}"
        );
        b.send("me", Ping).expect("the token that was saved");
    }
}

#[test]
fn a_server_that_kills_the_family_costs_one_login_and_says_so() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    for (engine, hosts) in pairs(&server) {
        unsaved_at_the_first(&server, &hosts, &engine);
        let [(a, to_a), (b, _)] = &hosts;
        assert!(b.send("me", Ping).expect_err("used up").needs_login());
        to_a.set(EngineState::Open);
        for world in [a, b] {
            let error = world.send("me", Ping).expect_err("all of them are dead");
            assert!(error.needs_login(), "{error}");
            let status = world.status("me").expect("a status");
            assert!(
                status.needs_login() && status.unsaved.is_none(),
                "{status:?}"
            );
        }
        b.log_in("me", browser()).expect("a login");
        a.send("me", Ping).expect("the new login");
    }
}

#[test]
fn a_person_who_logged_in_anew_wins() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (engine, hosts) in pairs(&server) {
        unsaved_at_the_first(&server, &hosts, &engine);
        let [(a, to_a), (b, _)] = &hosts;
        b.log_in("me", browser()).expect("a login");
        let new = stored(&engine, TokenKind::Login);
        to_a.set(EngineState::Open);
        a.send("me", Ping).expect("the new login");
        assert!(a.status("me").expect("a status").unsaved.is_none());
        assert_eq!(
            stored(&engine, TokenKind::Login),
            new,
            "it was not replaced"
        );
    }
}

#[test]
fn a_login_that_could_not_be_saved_wins_over_a_renewal_of_the_one_before() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (engine, [(a, to_a), (b, _)]) in pairs(&server) {
        a.log_in("me", browser()).expect("a login");
        b.send("me", Ping).expect("the stored login");
        to_a.set(EngineState::SavesFail);
        a.log_in("me", browser()).expect_err("it is not saved");
        let new = a.account("me").token(TokenKind::Login);
        let new = new.expect("it serves from memory").generation();
        to_a.set(EngineState::Refused);
        engine.end_leases();
        renew(&b, "me");
        to_a.set(EngineState::Open);
        a.send("me", Ping).expect("the new login");
        let stored = engine.record().expect("a record");
        let stored = stored.token(TokenKind::Login).expect("a login");
        assert_eq!(stored.generation(), new, "the new login is stored");
        assert!(a.status("me").expect("a status").unsaved.is_none());
        // The other host takes it over.
        server.revoke_access_tokens();
        a.send("me", Ping).expect("renewed");
        b.send("me", Ping).expect("the new login");
        let token = |world: &World| world.account("me").token(TokenKind::Login);
        let generation = |world| token(world).expect("a token").generation();
        assert_eq!(generation(&a), generation(&b));
    }
}

#[test]
fn a_logout_wins() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for (engine, hosts) in pairs(&server) {
        unsaved_at_the_first(&server, &hosts, &engine);
        let [(a, to_a), (b, _)] = &hosts;
        b.log_out("me").expect("a logout");
        to_a.set(EngineState::Open);
        let error = a.send("me", Ping).expect_err("logged out");
        assert!(error.needs_login(), "{error}");
        assert!(a.status("me").expect("a status").unsaved.is_none());
        assert!(engine.record().is_none(), "nothing was saved again");
    }
    // At the host with the token, too, although its lease is lost.
    for (engine, hosts) in pairs(&server) {
        unsaved_at_the_first(&server, &hosts, &engine);
        let [(a, to_a), (b, _)] = &hosts;
        assert!(b.send("me", Ping).expect_err("used up").needs_login());
        to_a.set(EngineState::Open);
        a.log_out("me").expect("a logout");
        assert!(engine.record().is_none());
        assert!(a.status("me").expect("a status").unsaved.is_none());
    }
}

#[test]
fn of_two_hosts_with_unsaved_tokens_the_first_one_to_save_wins() {
    // A server that accepts a refresh token until the next one's access token is in use.
    let server = league(Dialect::league_9(), Rotation::OnUse);
    for (engine, hosts) in pairs(&server) {
        let [(a, to_a), (b, to_b)] = &hosts;
        a.log_in("me", browser()).expect("a login");
        b.send("me", Ping).expect("the stored login");
        for (world, host) in &hosts {
            host.set(EngineState::SavesFail);
            let session = world.account("me");
            session.invalidate(TokenKind::Login).expect("a token");
            session.token(TokenKind::Login).expect("a new one");
            assert!(session.status().expect("a status").unsaved.is_some());
            host.set(EngineState::Refused);
            engine.end_leases();
        }
        to_b.set(EngineState::Open);
        let token = |world: &World| world.account("me").token(TokenKind::Login);
        let saved = token(b).expect("its own").generation();
        to_a.set(EngineState::Open);
        let followed = token(a).expect("that of the other host").generation();
        assert_eq!(followed, saved);
        for (world, _) in &hosts {
            assert!(world.status("me").expect("a status").unsaved.is_none());
            world.send("me", Ping).expect("the token of both");
        }
    }
}

/// Waits until it is so.
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + MAX_WAIT;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The same program, with counters of what it does.
pub(crate) fn counted(world: World) -> (World, Counters) {
    let counters = Counters::default();
    let observer = counters.observer();
    let world = match world {
        World::Blocking(client) => World::Blocking(client.on_event(observer)),
        World::Async(client, runtime) => World::Async(client.on_event(observer), runtime),
    };
    (world, counters)
}

/// The generation of a stored token.
pub(crate) fn stored(engine: &Engine, kind: TokenKind) -> Option<u64> {
    Some(engine.record()?.token(kind)?.generation())
}

/// Renews the login token of an account, whether or not it can be saved.
pub(crate) fn renew(world: &World, account: &str) {
    let session = world.account(account);
    session.invalidate(TokenKind::Login).expect("a token");
    session.token(TokenKind::Login).expect("a new one");
}

#[test]
fn a_token_is_saved_as_soon_as_the_engine_is_back_without_a_call() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    let mut waiting = Vec::new();
    for (engine, [(a, to_a), (b, _)]) in pairs(&server) {
        let (a, counters) = counted(a);
        a.log_in("me", browser()).expect("a login");
        b.send("me", Ping).expect("the stored login");
        to_a.set(EngineState::SavesFail);
        renew(&a, "me");
        assert_eq!(counters.read().unsaved, 1);
        to_a.set(EngineState::Open);
        waiting.push((engine, a, counters, b));
    }
    let sent = refreshes(&server);
    for (engine, a, counters, b) in &waiting {
        // The other host waits for the lease, which is not given up before.
        b.send("me", Ping).expect("the token that was saved");
        until("it is reported", || counters.read().unsaved == 0);
        let saved = engine.record().expect("a record");
        let generation = a.account("me").token(TokenKind::Login);
        let generation = generation.expect("a token").generation();
        let stored = saved.token(TokenKind::Login);
        assert_eq!(stored.expect("a login").generation(), generation);
    }
    assert_eq!(refreshes(&server), sent, "no further renewal");
}

#[test]
fn many_unsaved_tokens_cost_one_look_at_a_time_and_are_all_saved() {
    const ACCOUNTS: usize = 20;
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    let mut waiting = Vec::new();
    for (_, [(world, host), _]) in pairs(&server) {
        let (world, counters) = counted(world);
        let names: Vec<_> = (0..ACCOUNTS).map(|n| n.to_string()).collect();
        for name in &names {
            world.log_in(name, browser()).expect("a login");
        }
        host.set(EngineState::SavesFail);
        names.iter().for_each(|name| renew(&world, name));
        host.set(EngineState::Refused);
        assert_eq!(counters.read().unsaved, ACCOUNTS);
        let before = host.operations();
        waiting.push((world, host, counters, before));
    }
    // A look or two, of each program.
    for (_, host, _, before) in &waiting {
        until("a look", || host.operations() > *before);
    }
    for (_, host, counters, before) in &waiting {
        let looks = host.operations() - before;
        assert!(looks < ACCOUNTS / 2, "{looks}");
        host.set(EngineState::Open);
        until("all are saved", || counters.read().unsaved == 0);
    }
}

#[test]
fn a_client_that_saves_in_the_background_ends_at_once() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    let mut ended = Vec::new();
    for (engine, [(world, host), (other, _)]) in pairs(&server) {
        world.log_in("me", browser()).expect("a login");
        host.set(EngineState::SavesFail);
        renew(&world, "me");
        host.set(EngineState::Refused);
        let start = Instant::now();
        drop(world);
        assert!(start.elapsed() < MAX_WAIT / 2, "{:?}", start.elapsed());
        other.log_out("me").expect("its lease has ended");
        host.set(EngineState::Open);
        ended.push((engine, host.operations(), host));
    }
    // Nothing of it is left that would save.
    thread::sleep(Duration::from_millis(1200));
    for (engine, operations, host) in ended {
        assert_eq!(host.operations(), operations);
        assert!(engine.record().is_none());
    }
}

#[test]
fn a_call_with_a_token_in_memory_does_not_wait_for_its_save() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    let mut waiting = Vec::new();
    for (_, [(world, host), _]) in pairs(&server) {
        let (world, counters) = counted(world);
        world.log_in("me", browser()).expect("a login");
        host.set(EngineState::SavesFailSlowly);
        renew(&world, "me");
        // From now on every caller of the engine waits until the end of this test.
        host.set(EngineState::Silent);
        waiting.push((world, host, counters));
    }
    let (done, ended) = mpsc::channel();
    thread::scope(|scope| {
        let calls = |world: &World| {
            for _ in 0..3 {
                world.send("me", Ping).expect("a valid token");
                let token = world.account("me").token(TokenKind::Login);
                token.expect("a valid token");
                assert!(world.status("me").expect("a status").unsaved.is_some());
            }
        };
        for (world, host, _) in &waiting {
            let done = done.clone();
            scope.spawn(move || {
                let before = host.operations();
                calls(world);
                assert_eq!(host.operations(), before, "no call uses the engine");
                until("it is tried again", || host.operations() > before);
                calls(world);
                done.send(()).expect("a receiver");
            });
        }
        let all = waiting.iter().map(|_| ended.recv_timeout(MAX_WAIT));
        let all = all.collect::<Result<Vec<_>, _>>();
        for (_, host, _) in &waiting {
            host.set(EngineState::Open);
        }
        all.expect("a call waits for the engine");
    });
    for (world, _, counters) in &waiting {
        until("it is saved", || counters.read().unsaved == 0);
        assert!(world.status("me").expect("a status").unsaved.is_none());
    }
}

#[test]
fn a_store_that_asks_a_person_or_is_read_only_is_left_alone_in_the_background() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    let mut waiting = Vec::new();
    for keep_off in [Host::prompt, Host::write_protect] {
        for (_, [(world, host), _]) in pairs(&server) {
            keep_off(&host);
            host.set(EngineState::SavesFailSlowly);
            world.send_as_daemon(Ping).expect("a token in memory");
            let status = world.client_session().status().expect("a status");
            assert!(status.unsaved.is_some());
            waiting.push((world, host.operations(), host));
        }
    }
    thread::sleep(Duration::from_millis(1200));
    for (_, before, host) in &waiting {
        assert_eq!(host.operations(), *before);
        host.set(EngineState::Open); // for the end of the program
    }
}
