//! A lease that ends by time is confirmed before a token request, and the request is not sent if it
//! was lost: another program may be using the refresh token.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use auth_core::{AccountKey, Error, ErrorKind, Lease, Limits, SecretBytes, Store};
use auth_testkit::{Dialect, Rotation};
use keystore::Memory;

use crate::common::{AtServer, Ping, World, browser, league};

/// A store whose leases end by time, and are lost while `lost` is set.
#[derive(Clone, Default)]
struct Timed {
    inner: Memory,
    lost: Arc<AtomicBool>,
    confirmed: Arc<Mutex<Vec<Duration>>>,
}

impl Store for Timed {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.inner.load(key)
    }
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        self.inner.try_lease(key)
    }
    fn lease_duration(&self) -> Option<Duration> {
        Some(Duration::from_secs(10))
    }
    fn confirm(&self, _: &Lease, at_least: Duration) -> Result<bool, Error> {
        self.confirmed.lock().expect("no panic").push(at_least);
        Ok(!self.lost.load(SeqCst))
    }
    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.inner.save(lease, record)
    }
    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.inner.remove(lease)
    }
    fn describe(&self) -> String {
        "timed store".to_owned()
    }
}

#[test]
fn a_request_under_a_lost_lease_is_not_sent() {
    let server = league(Dialect::league_9(), Rotation::KillFamily);
    let [one, other] = [Timed::default(), Timed::default()];
    let worlds = [
        (World::blocking(&server, one.clone()), one),
        (World::asynchronous(&server, other.clone()), other),
    ];
    for (world, store) in worlds {
        world.log_in("me", browser()).expect("a login");
        store.confirmed.lock().expect("no panic").clear();
        server.revoke_access_tokens();
        let mark = server.requests().mark();

        store.lost.store(true, SeqCst);
        let error = world.send("me", Ping).expect_err("the lease was lost");
        let text = error.to_string();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{text}");
        assert!(error.is_retryable() && text.contains("lease"), "{text}");
        assert_eq!(server.requests().since(mark).grant("refresh_token"), 0);

        store.lost.store(false, SeqCst);
        world.send("me", Ping).expect("renewed");
        assert_eq!(server.requests().since(mark).grant("refresh_token"), 1);
        // It is kept for as long as the request may take, and the save after it.
        let longest = Limits::token().total_timeout().expect("a limit");
        let confirmed = store.confirmed.lock().expect("no panic").clone();
        assert_eq!(confirmed.len(), 2, "{confirmed:?}");
        assert!(confirmed.iter().all(|&at_least| at_least > longest));
    }
}
