//! What a failed renewal reports of the old token, which only the memory of the program may have.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use auth_core::{Error, ErrorKind, Request, Response, Runtime as _, TransportError};
use keystore::Memory;
use worlds::Hooked;

use super::{
    example::{TOKEN_URL, response, service},
    world::World,
};
use crate::{ClientEvent, clock};

/// Issues tokens for an hour, and takes them.
#[derive(Clone)]
struct Server;

impl Server {
    fn respond(&self, request: &Request) -> Result<Response, TransportError> {
        let token =
            r#"{"access_token":"t","token_type":"bearer","expires_in":3600,"refresh_token":"r"}"#;
        match request.uri() == TOKEN_URL {
            true => Ok(response(200, token)),
            false => Ok(response(200, "{}")),
        }
    }
}

worlds::transport!(Server);

/// A store that cannot be read while it is broken.
fn breaking(broken: &Arc<AtomicBool>) -> Hooked {
    let broken = Arc::clone(broken);
    Hooked::new(Memory::new(), move |step| {
        match step == "load" && broken.load(SeqCst) {
            true => Err(Error::new(ErrorKind::Store, "the disk fails")),
            false => Ok(()),
        }
    })
}

type Failures = Arc<Mutex<Vec<(Option<Duration>, String)>>>;

fn observer(failures: &Failures) -> impl Fn(&ClientEvent<'_>) + Send + Sync + use<> {
    let failures = Arc::clone(failures);
    move |event| {
        if let ClientEvent::RenewalFailed {
            old_token_valid_for,
            ..
        } = event
        {
            let failure = (*old_token_valid_for, event.to_string());
            failures.lock().expect("no panic").push(failure);
        }
    }
}

#[test]
fn the_old_token_in_memory_serves_although_the_store_cannot_be_read() {
    for is_async in [false, true] {
        clock::test::set(Some(Duration::from_secs(1000)));
        let (broken, failures) = (Arc::<AtomicBool>::default(), Failures::default());
        let store = breaking(&broken);
        let world = World::new(is_async, service(), &Server, &store).on_event(observer(&failures));
        world.log_in().expect("a login");
        world.call().expect("with the new token");
        // Due for renewal, and valid for two minutes.
        clock::test::advance(Duration::from_secs(3480));
        broken.store(true, SeqCst);
        world.call().expect("with the old token");
        if let World::Async(_, sim) = &world {
            sim.block_on(sim.sleep(Duration::ZERO)); // the renewal is a task of its own
        }
        let failures = failures.lock().expect("no panic");
        let [(Some(left), words)] = &failures[..] else {
            panic!("{failures:?}");
        };
        assert_eq!(left.as_secs(), 120, "{words}");
        assert!(
            words.ends_with("the old one is valid for another 120s: the disk fails"),
            "{words}"
        );
    }
    clock::test::set(None);
}
