//! An engine that loses the last saves: a replica that was behind takes over, or a backup is restored
//! while hosts run. The real drivers of both worlds, on a clock of the test's own.

use std::{sync::Arc, time::Duration};

use auth_core::{Error, ErrorKind, ExposeSecret, Store, TokenKind};

use super::{
    outages::{
        Server,
        engine::{Engine, EngineState, Host, Replica},
        start,
    },
    world::World,
};
use crate::{
    clock,
    token::{
        lineage::Lineage,
        unsaved::{SaveMode, SaveOutcome, Unsaved},
    },
};

const MINUTE: Duration = Duration::from_secs(60);

/// Two hosts that know the first login, and what a replica has of it.
struct Fleet {
    engine: Engine,
    server: Server,
    a: (World, Host),
    b: (World, Host),
    replica: Replica,
}

/// Runs the check with two hosts, the first of either world and the second of the other one. The
/// first has renewed the token since the replica stopped.
fn each(check: impl Fn(&Fleet)) {
    for (a, b) in [(0, 1), (1, 0)] {
        clock::test::set(Some(Duration::from_secs(100_000)));
        let (engine, server) = (Engine::default(), Server::default());
        let (a, b) = (
            start(a, engine.host(), &server),
            start(b, engine.host(), &server),
        );
        a.0.log_in().expect("a login");
        b.0.call().expect("the stored login");
        let replica = engine.replica();
        let fleet = Fleet {
            engine,
            server,
            a,
            b,
            replica,
        };
        fleet.renew();
        check(&fleet);
        clock::test::set(None);
    }
}

impl Fleet {
    /// Renews at the first host.
    fn renew(&self) {
        clock::test::advance(Duration::from_secs(1));
        self.a.0.renew();
    }

    fn fail_over(&self) {
        self.engine.fail_over(&self.replica);
        assert_eq!(self.stored(), "refresh-1-1");
        clock::test::advance(MINUTE);
    }

    fn stored(&self) -> String {
        let record = self.engine.record().expect("a record");
        let token = record.token(TokenKind::Login).expect("a login");
        let refresh = token.refresh_token().expect("it can be renewed");
        refresh.expose_secret().to_owned()
    }

    fn issued(&self) -> usize {
        self.server.tokens(|tokens| tokens.issued)
    }

    /// Both hosts work with this token, which is the stored one.
    fn all_serve(&self, refresh: &str) {
        for _ in 0..3 {
            for (world, _) in [&self.a, &self.b] {
                world.call().expect("a token");
                assert!(!world.is_unsaved());
            }
            assert_eq!(self.stored(), refresh);
            clock::test::advance(MINUTE);
        }
        for (world, _) in [&self.a, &self.b] {
            let status = world.status();
            assert!(!status.needs_login(), "{status:?}");
        }
    }
}

#[test]
fn a_token_whose_save_was_lost_is_used_and_saved_again() {
    each(|fleet| {
        fleet.fail_over();
        fleet.a.0.call().expect("the token in memory");
        fleet.all_serve("refresh-1-2");
        assert_eq!(fleet.issued(), 2, "no renewal");
    });
}

#[test]
fn its_renewal_sends_the_newer_refresh_token() {
    each(|fleet| {
        fleet.fail_over();
        fleet.renew();
        fleet.all_serve("refresh-1-3");
        assert_eq!(fleet.issued(), 3);
    });
}

#[test]
fn a_host_that_only_read_it_saves_it_again() {
    each(|fleet| {
        clock::test::advance(MINUTE);
        fleet.b.0.call().expect("the token of the other host");
        fleet.fail_over();
        fleet.b.0.call().expect("the token in memory");
        fleet.all_serve("refresh-1-2");
        assert_eq!(fleet.issued(), 2, "no renewal");
    });
}

#[test]
fn it_replaces_the_refusal_of_the_older_one() {
    each(|fleet| {
        fleet.fail_over();
        // The other host, which has the old one in memory, sends it.
        fleet.b.0.renew();
        fleet.b.0.call().expect_err("it has ended");
        clock::test::advance(MINUTE);
        fleet.a.0.call().expect("the token in memory");
        fleet.all_serve("refresh-1-2");
    });
}

#[test]
fn a_renewal_of_the_older_one_at_another_host_stays() {
    each(|fleet| {
        fleet.fail_over();
        // A server that forgives the reuse.
        fleet.server.tokens(|tokens| {
            tokens.valid.insert("refresh-1-1".to_owned());
        });
        fleet.b.0.renew();
        assert_eq!(fleet.stored(), "refresh-1-3");
        fleet.a.0.call().expect("that token");
        fleet.all_serve("refresh-1-3");
    });
}

#[test]
fn a_token_that_is_not_saved_yet_survives_it_too() {
    each(|fleet| {
        let (world, host) = &fleet.a;
        host.set(EngineState::SavesFail);
        fleet.renew();
        assert!(world.is_unsaved());
        fleet.fail_over();
        host.set(EngineState::Open);
        fleet.all_serve("refresh-1-3");
    });
}

#[test]
fn the_newest_of_two_tokens_whose_saves_were_lost_stays() {
    each(|fleet| {
        clock::test::advance(MINUTE);
        fleet.b.0.call().expect("the second token");
        fleet.renew();
        fleet.fail_over();
        // The other host saves its older one first, and sends it.
        let (world, host) = &fleet.a;
        host.set(EngineState::SavesFail);
        world.call().expect("the token in memory");
        assert!(world.is_unsaved());
        host.set(EngineState::Refused);
        fleet.engine.end_leases();
        fleet.b.0.call().expect_err("it has ended");
        assert_eq!(fleet.stored(), "refresh-1-2");
        clock::test::advance(MINUTE);
        host.set(EngineState::Open);
        fleet.all_serve("refresh-1-3");
        fleet.renew();
        fleet.all_serve("refresh-1-4");
    });
}

#[test]
fn what_a_slow_read_finds_lost_replaces_no_unsaved_token() {
    each(|fleet| {
        let key = fleet.engine.key();
        let older = fleet.engine.record().expect("the second token");
        fleet.renew();
        let newer = fleet.engine.record().expect("the third token");
        fleet.engine.fail_over(&fleet.replica);
        let first = fleet.engine.record().expect("the first token");
        let store: Arc<dyn Store> = Arc::new(fleet.engine.host());
        let error = Error::new(ErrorKind::Store, "away");
        let unsaved = Unsaved::default();
        let saves = |took| (&error, took);
        let lineage = Lineage::of(&older);
        assert!(unsaved.keep(&key, &newer, lineage, &store, saves(Some(Duration::ZERO))));
        let lost = Lineage::of_lost(&older, &first);
        assert!(!unsaved.keep(&key, &older, lost, &store, saves(None)));
        let outcome = unsaved.retry(None, SaveMode::Last);
        assert!(matches!(outcome, SaveOutcome::Saved(None)), "{outcome:?}");
        assert_eq!(fleet.stored(), "refresh-1-3");
    });
}

#[test]
fn another_login_that_the_store_has_is_followed() {
    each(|fleet| {
        let before = fleet.engine.replica();
        clock::test::advance(Duration::from_secs(1));
        fleet.a.0.log_in().expect("a login");
        assert_eq!(fleet.stored(), "refresh-2-3");
        // Its own replaced login, which it has ended: whether a person restored it is not known.
        fleet.engine.fail_over(&before);
        clock::test::advance(MINUTE);
        fleet.a.0.call().expect_err("that login has ended");
        assert!(fleet.a.0.status().needs_login());
        fleet.b.0.log_in().expect("a login");
        fleet.all_serve("refresh-3-4");
    });
}
