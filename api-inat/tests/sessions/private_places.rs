//! Only the owner of an observation receives `private_location`, and an expired token causes no
//! error there. Reads it before the token's expiry, after it, and with clocks two days apart. The
//! result is the location or an error, never an anonymous response.

use api_inat::{observations::Get, observations::Search, testkit::observation_id};
use auth_core::Error;
use auth_testkit::TestServer;
use keystore::Memory;

use crate::scene::{DAY, World, inaturalist, shift, since};

/// Returns whether the response had the true location of an obscured observation of alice's.
fn private(world: &World) -> Result<bool, Error> {
    let page = world.send(Get::new(observation_id(0)))?;
    Ok(page.results[0].private_location.is_some())
}

type Clocks = (&'static str, fn(&TestServer));

/// The program's clock relative to the server's.
const CLOCKS: [Clocks; 3] = [
    ("the clocks agree", |_| ()),
    ("the program is two days behind", |server| {
        server.advance(2 * DAY)
    }),
    ("the program is two days ahead", |server| {
        server.set_back(2 * DAY)
    }),
];

fn everywhere(test: impl Fn(&TestServer, usize, &str)) {
    for (clocks, set) in CLOCKS {
        for which in [0, 1] {
            let server = inaturalist();
            set(&server);
            test(&server, which, &format!("{clocks}, world {which}"));
        }
    }
}

#[test]
fn the_site_shows_it_to_its_owner_alone() {
    let server = inaturalist();
    let (world, _) = World::logged_in(&server, 0);
    assert!(private(&world).expect("a page"));
    let public = world.send_anonymously(Get::new(observation_id(0)));
    let public = public.expect("a page");
    assert!(public.results[0].private_location.is_none());
    let of_bob = world.send(Get::new(observation_id(3))).expect("a page");
    assert_eq!(of_bob.results[0].obscured, Some(true));
    assert!(of_bob.results[0].private_location.is_none());
}

#[test]
fn before_expiry_and_after_it() {
    everywhere(|server, which, what| {
        let (world, store) = World::logged_in(server, which);
        let mark = server.requests().mark();
        assert!(private(&world).expect(what), "{what}, before");
        assert_eq!(since(server, mark), (0, 1), "{what}, before");
        // The next day, in a new process: both clocks have advanced.
        server.advance(DAY + DAY / 24);
        shift(&store, -25 * 3600);
        let world = World::one(server, which, &store);
        let mark = server.requests().mark();
        assert!(private(&world).expect(what), "{what}, after");
        assert_eq!(since(server, mark), (1, 1), "{what}: renewal comes first");
    });
}

#[test]
fn a_clock_that_is_set_between() {
    everywhere(|server, which, what| {
        let (world, store) = World::logged_in(server, which);
        // Ahead: a valid token looks expired, and is renewed without need.
        shift(&store, -2 * 86_400);
        let early = World::one(server, which, &store);
        let mark = server.requests().mark();
        assert!(private(&early).expect(what), "{what}, set ahead");
        assert_eq!(since(server, mark), (1, 1), "{what}, set ahead");
        // Behind: an expired token looks valid, in a store and in memory. The server's clock shows
        // it.
        server.advance(DAY + DAY / 24);
        shift(&store, 2 * 86_400);
        let late = World::one(server, which, &store);
        for world in [late, world] {
            let mark = server.requests().mark();
            assert!(private(&world).expect(what), "{what}, set back");
            let (derived, api) = since(server, mark);
            assert!(derived <= 1 && api <= 2, "{what}: {derived}, {api}");
        }
    });
}

#[test]
fn an_imported_token_ends_with_an_error() {
    everywhere(|server, which, what| {
        let world = World::one(server, which, &Memory::new());
        let token = server.issue_derived_token("alice").expect("a token");
        match world.import(&token) {
            Ok(_) => assert!(private(&world).expect(what), "{what}, before"),
            // With a clock two days ahead it looks expired, and the error names its expiry.
            Err(error) => {
                assert!(what.contains("ahead"), "{what}: {error}");
                assert!(error.to_string().contains("expired on"), "{what}: {error}");
            }
        }
        server.advance(DAY + DAY / 24);
        let error = private(&world).expect_err(what);
        assert!(error.needs_login(), "{what}: {error}");
    });
}

#[test]
fn a_token_that_ends_in_the_middle_of_a_job() {
    everywhere(|server, which, what| {
        let (world, _) = World::logged_in(server, which);
        let mut ended = false;
        let followed = world.follow(Search::new().user_login("alice").per_page(50), |items| {
            if items >= 100 && !std::mem::replace(&mut ended, true) {
                server.advance(DAY + DAY / 24);
            }
        });
        assert!(followed.error.is_none(), "{what}: {:?}", followed.error);
        let obscured = followed.items.iter().filter(|o| o.obscured == Some(true));
        let private = followed
            .items
            .iter()
            .filter(|o| o.private_location.is_some());
        assert_eq!(
            obscured.count() as u64,
            api_inat::testkit::OBSCURED_OF_EACH_USER
        );
        assert_eq!(
            private.count() as u64,
            api_inat::testkit::OBSCURED_OF_EACH_USER,
            "{what}"
        );
    });
}
