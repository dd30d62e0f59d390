//! Any text in the place of the note that programs share for their rate limit. Calls are sent or
//! wait, and the note can be read again.
#![no_main]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::{
    AccountKey, Api, AuthorizationServer, BaseUrl, CallPolicy, Endpoint, Error, Lease, Limits,
    OAuthClient, Operation, RateLimit, Request, Response, ResponseBody, SecretBytes, Service,
    Store, TokenKind, Transport, TransportError,
};
use auth_flows::Client;
use keystore::Memory;
use libfuzzer_sys::fuzz_target;

#[derive(Clone)]
struct Noted(Memory, Arc<Mutex<String>>);

impl Store for Noted {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        self.0.load(key)
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        self.0.try_lease(key)
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        self.0.save(lease, record)
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        self.0.remove(lease)
    }

    fn describe(&self) -> String {
        "a note".to_owned()
    }

    fn update_note(&self, _: &str, change: &mut dyn FnMut(&str) -> String) -> Result<bool, Error> {
        let mut note = self.1.lock().expect("no panic");
        *note = change(&note);
        Ok(true)
    }
}

struct Fine;

impl Transport for Fine {
    fn send(&self, _: Request, _: &Limits) -> Result<Response, TransportError> {
        Ok(Response::new(ResponseBody::new(b"{}".to_vec())))
    }
}

struct Ask;

impl Operation for Ask {
    type Output = ();

    fn policy(&self) -> CallPolicy {
        CallPolicy::read("v1")
            .without_token()
            .with_limits(Limits::api().media())
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, "/things")
    }

    fn parse(&self, _: Response) -> Result<(), Error> {
        Ok(())
    }
}

fn service() -> Service {
    let endpoint = Endpoint::parse("https://auth.example/token").expect("an endpoint");
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "app").expect("a client");
    let base = BaseUrl::parse("https://api.example/v1").expect("a base");
    let rate = RateLimit::unlimited()
        .with_window(100, Duration::from_secs(60))
        .with_window(10_000, Duration::from_secs(86_400))
        .with_media_window(5 << 30, Duration::from_secs(3600))
        // No call waits here.
        .with_max_wait(Duration::ZERO);
    Service::new("example", client, "fuzz/1.0")
        .expect("a user agent")
        .with_api(Api::new("v1", base, TokenKind::Login))
        .with_rate_limit(rate)
}

fuzz_target!(|text: &str| {
    let note = Arc::new(Mutex::new(text.to_owned()));
    let store = Noted(Memory::new(), Arc::clone(&note));
    for _ in 0..3 {
        let client = Client::new(service(), Fine, store.clone());
        if let Err(error) = client.anonymous().send(Ask) {
            assert!(error.retry_after().is_some(), "{error}");
        }
    }
    // What is not ours is kept, and ours is short.
    let len = note.lock().expect("no panic").len();
    assert!(len <= 2 * text.len() + 20_000, "{len}");
});
