//! A renewal that fails while the old token is still valid is reported, with its own reason.

use auth_core::{Store, TokenKind};
use auth_testkit::{Dialect, Fault, Matching, Rotation};

use worlds::stored;

use crate::{
    common::{AtServer, Ping, World, browser, league},
    events::Log,
    outages::counted,
    unsaved::Moody,
};

#[test]
fn a_renewal_that_fails_while_the_old_token_is_valid_has_a_witness() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    let store = Moody::default();
    for (which, (world, log)) in Log::both(&server, store.clone()).into_iter().enumerate() {
        let key = world.log_in("me", browser()).expect("a login").account;
        // The same token, due for renewal.
        stored::age_token(&store, &key, TokenKind::Login, 3500).expect("aged");
        let lease = store.try_lease(&key).expect("a store").expect("free");
        let fresh = || {
            let [one, two] = Log::both(&server, store.clone());
            if which == 0 { one } else { two }
        };
        // Another program holds the lease: no failure, and no wait for it.
        let (other, other_log) = fresh();
        other.send("me", Ping).expect("with the old token");
        other_log.take(
            "renewal_yielded",
            &[
                "another program holds the lease",
                "the old one is valid for another ",
            ],
        );
        for line in other_log.lines() {
            assert!(!line.contains("renewal_failed"), "{line}");
        }
        let [one, two] = World::both(&server, store.clone());
        let (other, counters) = counted(if which == 0 { one } else { two });
        other.send("me", Ping).expect("with the old token");
        if let World::Async(client, runtime) = &other {
            runtime.block_on(client.settle()).expect("all is saved");
        }
        let counts = counters.read();
        assert_eq!((counts.renewals_yielded, counts.renewals_held_back), (1, 0));
        assert_eq!((counts.renewals_failed, counts.renewals_refused), (0, 0));
        drop(lease);
        // The store fails: that is the reason, whatever was remembered.
        store.set(&["reserve"]);
        let (other, other_log) = fresh();
        other.send("me", Ping).expect("with the old token");
        other_log.take(
            "renewal_failed",
            &[
                "the old one is valid for another ",
                "reserve: the disk fails",
                "requests: 0",
            ],
        );
        store.set(&[]);
        server.faults().always(Matching::Token, Fault::Html500);
        let (other, other_log) = fresh();
        other.send("me", Ping).expect("with the old token");
        if let World::Async(client, runtime) = &other {
            runtime.block_on(client.settle()).expect("all is saved");
        }
        other_log.take(
            "renewal_failed",
            &["the old one is valid for another ", "requests: 1"],
        );
        server.faults().clear();
        world.log_out("me").expect("a logout");
        drop(log);
    }
}
