//! A lease that is confirmed before the process hangs, by a test's clock.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use auth_core::{AccountKey, AuthorizationServer, Endpoint, ErrorKind, OAuthClient};

use super::*;
use crate::token::account::{Accounts, Owner};

/// A store that confirms a lease so often. The process hangs for a while before it hears of it.
struct Hangs {
    confirms: usize,
    hang: Duration,
    asked: AtomicUsize,
}

impl Store for Hangs {
    fn load(&self, _: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        Ok(None)
    }
    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        Ok(Some(Lease::new(key.clone(), ())))
    }
    fn lease_duration(&self) -> Option<Duration> {
        Some(Duration::from_secs(10))
    }
    fn confirm(&self, _: &Lease, _: Duration) -> Result<bool, Error> {
        let before = self.asked.fetch_add(1, Relaxed);
        clock::test::advance(self.hang);
        Ok(before < self.confirms)
    }
    fn save(&self, _: &Lease, _: &SecretBytes) -> Result<(), Error> {
        Ok(())
    }
    fn remove(&self, _: &Lease) -> Result<(), Error> {
        Ok(())
    }
    fn describe(&self) -> String {
        "a store that hangs".to_owned()
    }
}

/// Confirms a lease there. Returns how that ended, and how often it asked.
fn confirm(confirms: usize, hang: Duration) -> (Result<(), Error>, usize) {
    let endpoint = Endpoint::parse("https://api.example/token").unwrap();
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "app").unwrap();
    let service = Service::new("example", client, "stored-test/1.0").unwrap();
    let asked = AtomicUsize::new(0);
    let store = Arc::new(Hangs {
        confirms,
        hang,
        asked,
    });
    let (accounts, events) = (Arc::<Accounts>::default(), Events::default());
    let stored = Stored {
        store: store.clone(),
        account: accounts.open(&service, Owner::Account("me")),
        service: Arc::new(service),
        saver: Saver::new(&accounts, &events, |_| ()),
        events,
    };
    clock::test::set(Some(Duration::from_secs(100)));
    let lease = stored.try_lease().unwrap();
    let confirmed = stored.confirm(&lease, &Limits::token());
    clock::test::set(None);
    (confirmed, store.asked.load(Relaxed))
}

#[test]
fn a_lease_that_was_confirmed_long_ago_is_confirmed_again() {
    let (confirmed, asked) = confirm(usize::MAX, Duration::from_secs(1));
    assert!(confirmed.is_ok() && asked == 1, "{confirmed:?}, {asked}");

    // Another program has taken it meanwhile, and used the refresh token.
    let (confirmed, asked) = confirm(1, Duration::from_secs(60));
    let error = confirmed.expect_err("the lease was lost");
    assert_eq!((error.kind(), asked), (ErrorKind::TimedOut, 2), "{error}");
    assert!(error.is_retryable(), "{error}");

    // A process that hangs each time sends nothing.
    let (confirmed, asked) = confirm(usize::MAX, Duration::from_secs(60));
    let error = confirmed.expect_err("the lease may be lost");
    assert!(error.is_retryable() && asked == 3, "{error}, {asked}");
}
