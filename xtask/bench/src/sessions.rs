//! Sessions to measure: a service on loopback, and token records with a login of a chosen age.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use auth_core::{
    Api, BaseUrl, ExposeSecret, SecretBytes, Service, Store, TokenKind, TokenRecord, UnixTime,
};
use auth_flows::Session;
use http_ureq::Ureq;
use keystore::Memory;

use crate::ours;

/// How long the logins of [`record`] are valid.
pub const LIFETIME: Duration = Duration::from_secs(3600);

/// A service at this address.
#[must_use]
pub fn service(address: &str) -> Service {
    service_at(&format!("http://{address}"))
}

/// A service at this origin.
#[must_use]
pub fn service_at(origin: &str) -> Service {
    let client = ours::client(&format!("{origin}/oauth/token"));
    let base = BaseUrl::parse(origin).expect("a base URL");
    let service = Service::new("bench", client, "bench/1.0").expect("a User-Agent");
    service.with_api(Api::new("api", base, TokenKind::Login))
}

/// The text of a token record whose login is this old and can be renewed.
#[must_use]
pub fn record(age: Duration, text: &str) -> SecretBytes {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let sent = (now - age).as_millis();
    let lifetime = LIFETIME.as_millis();
    let text = format!(
        r#"{{"version":1,"generations":[{GENERATION},0],"login":{{"access_token":"{text}","refresh_token":"{text}","scope":"write login","lifetime_ms":{lifetime},"sent_ms":{sent},"generation":{GENERATION}}}}}"#
    );
    SecretBytes::new(text.into_bytes())
}

/// The generation of the token in [`record`]. The time of its renewal depends on it.
const GENERATION: u64 = 1_700_000_000_000;

/// The age, in whole seconds, at which the token of [`record`] is due for renewal.
#[must_use]
pub fn age_when_due() -> Duration {
    let text = record(Duration::ZERO, "2YotnFZFEjr1zCsicMWpAA");
    let record = TokenRecord::from_text(text.expose_secret()).expect("a record");
    let token = record.token(TokenKind::Login).expect("a login");
    let now = UnixTime::from_system(SystemTime::now());
    let ages = (0..LIFETIME.as_secs()).map(Duration::from_secs);
    let mut due = ages.skip_while(|age| token.is_fresh_at(now.plus(*age).to_system()));
    due.next().expect("it ends")
}

/// Stores a login of this age.
pub fn put(store: &impl Store, service: &Service, account: &str, age: Duration) {
    let key = service.account_key(account);
    let lease = store
        .try_lease(&key)
        .expect("a store")
        .expect("no other holder");
    let saved = store.save(&lease, &record(age, "2YotnFZFEjr1zCsicMWpAA"));
    saved.expect("memory or a temporary folder");
}

/// A blocking session with a login of this age.
#[must_use]
pub fn session(address: &str, age: Duration) -> Session {
    let (service, store) = (service(address), Memory::new());
    put(&store, &service, "me", age);
    auth_flows::Client::new(service, Ureq::default(), store).account("me")
}

/// An age past the expiry.
pub const EXPIRED: Duration = Duration::from_secs(7200);

/// The age of a fresh login.
pub const FRESH: Duration = Duration::from_secs(1);
