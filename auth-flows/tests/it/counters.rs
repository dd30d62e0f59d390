//! Counts of what a client does, in both worlds.

use std::time::{Duration, SystemTime};

use auth_core::TokenKind;
use auth_flows::{Counters, Counts};
use auth_testkit::{Dialect, Fault, Matching, Rotation};

use crate::{
    common::{AtServer, Me, PASSWORD, Ping, World, browser, doorkeeper, league},
    unsaved::Moody,
};

fn counted(world: World) -> (World, Counters) {
    let counters = Counters::default();
    let world = world.on_event(counters.observer());
    (world, counters)
}

/// Returns the kinds of the tokens and how many hours each lasts.
fn tokens(counts: &Counts) -> Vec<(TokenKind, i64)> {
    let now = SystemTime::now();
    let hours = |seconds: i64| (seconds + 60) / 3600;
    let tokens = counts.tokens.iter();
    tokens
        .map(|expiry| (expiry.token, hours(expiry.seconds_left(now))))
        .collect()
}

#[test]
fn renewals_by_how_they_end() {
    for which in 0..2 {
        let (server, store) = (
            league(Dialect::league_9(), Rotation::Instant),
            Moody::default(),
        );
        let world = match which {
            0 => World::blocking(&server, store.clone()),
            _ => World::asynchronous(&server, store.clone()),
        };
        let (world, counters) = counted(world);
        world.log_in("me", browser()).expect("a login");
        assert_eq!(counters.read().logins, 1);
        assert_eq!(tokens(&counters.read()), [(TokenKind::Login, 1)]);
        let (again, counters_again) = counted(match which {
            0 => World::blocking(&server, store.clone()),
            _ => World::asynchronous(&server, store.clone()),
        });
        again.send("me", Ping).expect("a call");
        let counts = counters_again.read();
        assert_eq!((counts.renewals_from_store, counts.renewals), (1, 0));
        assert_eq!(tokens(&counts), [(TokenKind::Login, 1)]);

        store.set(&["save"]);
        server.revoke_access_tokens();
        world.send("me", Ping).expect("renewed");
        let counts = counters.read();
        assert_eq!((counts.renewals, counts.unsaved), (1, 1), "{counts:?}");
        store.set(&[]);
        world.send("me", Ping).expect("saved");
        let counts = counters.read();
        assert_eq!(
            (counts.store_failures, counts.unsaved),
            (1, 0),
            "{counts:?}"
        );

        server.faults().next(Matching::Api, Fault::Html500);
        world.send("me", Ping).expect("sent again");
        assert_eq!(counters.read().retries, 1);

        server.revoke_access_tokens();
        let retry_after = Some("60".to_owned());
        let fault = Fault::TooManyRequests { retry_after };
        server.faults().always(Matching::Token, fault);
        world.send("me", Ping).expect_err("no token");
        world.send("me", Ping).expect_err("no token yet");
        let counts = counters.read();
        assert_eq!(
            (counts.renewals_failed, counts.renewals_held_back),
            (1, 1),
            "{counts:?}"
        );
        server.faults().clear();
        world.log_in("me", browser()).expect("a login");
        server.revoke_all();
        world.send("me", Ping).expect_err("the login is dead");
        let counts = counters.read();
        assert_eq!(counts.renewals_refused, 1, "{counts:?}");
        assert_eq!((counts.renewals, counts.logins, counts.logouts), (1, 2, 0));
        world.log_out("me").expect("a logout");
        let counts = counters.read();
        assert_eq!((counts.logouts, counts.tokens.len()), (1, 0), "{counts:?}");
    }
}

#[test]
fn tokens_by_their_kind() {
    let server = doorkeeper();
    for world in World::both(&server, keystore::Memory::new()) {
        let (world, counters) = counted(world);
        world.log_in_with_password("me", PASSWORD).expect("a login");
        world.send("me", Me).expect("a call");
        // Logins do not expire there, derived tokens do after a day.
        assert_eq!(tokens(&counters.read()), [(TokenKind::Derived, 24)]);
        let expiry = &counters.read().tokens[0];
        let later = SystemTime::now() + Duration::from_secs(25 * 3600);
        assert!(expiry.seconds_left(later) < -3000, "{expiry:?}");
        world
            .log_in_with_password("me", "marked-wrong")
            .expect_err("a wrong password");
        let counts = counters.read();
        assert_eq!((counts.logins, counts.logins_failed), (1, 1));
        let plain = server.issue_derived_token("alice").expect("a token");
        world.import_token("other", &plain).expect("imported");
        assert_eq!(counters.read().logins, 2);
        world.log_out("me").expect("a logout");
    }
}
