//! Writes of v2 whose response is lost, in both worlds: what carries a UUID, or changes a record by
//! its UUID, is sent again unchanged; what would add a record is not.

use std::sync::{Arc, Mutex};

use api_inat::{Fields, v2};
use auth_core::{
    Error, Operation,
    testkit::{Auth, Route, Site, json},
};
use auth_testkit::{Fault, Matching};
use http::Method;
use serde_json::{Value, json};

use crate::scene::{World, bare_site, server};

const UUID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

type Bodies = Arc<Mutex<Vec<Value>>>;

/// Routes that note each body that they process.
fn noting(bodies: &Bodies) -> Site {
    let patterns = [
        (Method::POST, "/v2/observations"),
        (Method::PUT, "/v2/observations/{uuid}"),
        (Method::POST, "/v2/comments"),
    ];
    patterns
        .into_iter()
        .fold(bare_site(), |site, (method, path)| {
            let bodies = Arc::clone(bodies);
            site.with_route(Route::new(method, path, Auth::Derived, move |visit| {
                let body = serde_json::from_slice(visit.request.body()).unwrap_or_default();
                bodies.lock().expect("no panic").push(body);
                json(
                    200,
                    &json!({"total_results": 1, "results": [{"id": 7, "uuid": UUID}]}),
                )
            }))
        })
}

#[test]
fn writes_by_uuid_are_repeated_and_others_are_not() {
    let bodies = Bodies::default();
    let server = server(noting(&bodies));
    for which in [0, 1] {
        let world = World::logged_in(&server, which).0;
        fn lost<O>(
            server: &auth_testkit::TestServer,
            world: &World,
            bodies: &Bodies,
            path: &str,
            operation: O,
        ) -> (Result<(), Error>, Vec<Value>)
        where
            O: Operation + Clone + Send + Sync,
            O::Output: Send,
        {
            bodies.lock().expect("no panic").clear();
            let matching = Matching::Path(path.to_owned());
            server.faults().next(matching, Fault::LostResponse);
            let outcome = world.send(operation).map(|_| ());
            let bodies = bodies.lock().expect("no panic").clone();
            (outcome, bodies)
        }

        let create = v2::observations::Create::new()
            .fields(Fields::all())
            .species_guess("Edelweiss");
        let (outcome, sent) = lost(&server, &world, &bodies, "/v2/observations", create.clone());
        outcome.expect("repeated");
        assert_eq!(sent.len(), 2);
        assert_eq!(sent[0], sent[1]);
        let uuid = sent[0]["observation"]["uuid"].as_str();
        assert_eq!(uuid.map(str::len), Some(36), "{}", sent[0]);

        let update = v2::observations::Update::new(UUID).species_guess("Edelweiss");
        let path = format!("/v2/observations/{UUID}");
        let (outcome, sent) = lost(&server, &world, &bodies, &path, update);
        outcome.expect("repeated");
        assert_eq!((sent.len(), &sent[0]), (2, &sent[1]));

        let once = create.without_repeat();
        let (outcome, sent) = lost(&server, &world, &bodies, "/v2/observations", once);
        assert!(outcome.expect_err("lost").may_have_been_delivered());
        assert_eq!(sent.len(), 1);

        let comment = v2::comments::Create::new("Observation", UUID, "Schön!");
        let (outcome, sent) = lost(&server, &world, &bodies, "/v2/comments", comment);
        assert!(outcome.expect_err("lost").may_have_been_delivered());
        assert_eq!(sent.len(), 1);
    }
}
