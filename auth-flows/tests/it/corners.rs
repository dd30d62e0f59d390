//! Conditions of two parts, each part alone: a plain token that renews itself, waits with and
//! without a rate limit, heads and lines that are too long.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use api_inat::v1::users::Me;
use auth_core::{
    AccountKey, Api, AsyncTransport, AuthorizationServer, BaseUrl, CallPolicy, Endpoint, Error,
    ErrorKind, Lifetime, Now, OAuthClient, Operation, RateLimit, Request, Response, ResponseBody,
    Service, Store, TokenKind, TokenRecord, TokenResponse, Transport, TransportError, UnixTime,
};
use auth_flows::{AsyncClient, Client, Login};
use auth_testkit::{Dialect, TestClient, TestServer};
use keystore::Memory;

use crate::{
    common::{AtServer, World, browser, doorkeeper},
    rate_limit::{AFAR, Ask, service},
};

fn both<T>(service: &Service, transport: impl Fn() -> T, store: impl Store + Clone) -> [World; 2]
where
    T: Transport + AsyncTransport + Send + Sync + 'static,
{
    [
        World::Blocking(Client::new(service.clone(), transport(), store.clone())),
        World::in_tasks(service.clone(), transport(), store),
    ]
}

fn inaturalist() -> TestServer {
    TestServer::builder(Dialect::doorkeeper_5())
        .client(TestClient::public("app").scopes("write login"))
        .user("alice", "password")
        .site(api_inat::testkit::site())
        .start()
        .expect("a server")
}

/// A pasted token near its end is sent for the next one, if the service says so.
#[test]
fn a_plain_token_renews_itself() {
    for renews in [true, false] {
        for which in [0, 1] {
            let server = inaturalist();
            let mut builder = api_inat::service("app")
                .user_agent("flows-test/1.0 (mail@example.org)")
                .at(server.url());
            if renews {
                builder = builder.renew_plain_token();
            }
            let service = builder.build().expect("a service");
            let key = service.account_key("me");
            let store = Memory::new();
            let old = server.issue_derived_token("alice").expect("a user");
            save_due(&store, &key, &old);
            let world = &World::pair(&service, store.clone())[which];
            world.send("me", Me::new()).expect("the token is valid");
            let is_new = || {
                let text = store.load(&key).expect("memory").expect("a record");
                let record = TokenRecord::from_text(text.as_ref()).expect("our own text");
                let token = record.token(TokenKind::Derived).expect("a token");
                token.expose_secret() != old
            };
            // The async client renews in a task of its own.
            let deadline = Instant::now() + Duration::from_secs(20);
            while renews && !is_new() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(5));
            }
            world.send("me", Me::new()).expect("the token is valid");
            assert_eq!(is_new(), renews, "{}", world.name());
            assert_eq!(server.requests().derived(), usize::from(renews));
        }
    }
}

/// Saves the token as one that is valid for 90 s more, so that it is due.
fn save_due(store: &Memory, key: &AccountKey, token: &str) {
    let day = Duration::from_secs(86_400);
    let wall = UnixTime::from_system(SystemTime::now() - day + Duration::from_secs(90));
    let sent = Now {
        wall,
        monotonic: Duration::ZERO,
    };
    let response = TokenResponse::new(token, Lifetime::For(day)).expect("a token");
    let mut record = TokenRecord::default();
    let generation = record.next_generation(TokenKind::Derived, wall);
    let token = response.into_token(sent, generation).expect("a token");
    record.set(TokenKind::Derived, Arc::new(token));
    let lease = store.try_lease(key).expect("memory").expect("free");
    store.save(&lease, &record.to_text()).expect("memory");
}

/// Responds with these statuses, the last first; then 200.
#[derive(Clone)]
struct Statuses(Arc<Mutex<(Vec<u16>, usize)>>);

impl Statuses {
    fn respond(&self, _: &Request) -> Result<Response, TransportError> {
        let mut state = self.0.lock().expect("no panic");
        state.1 += 1;
        let mut response = Response::new(ResponseBody::new(b"{}".to_vec()));
        let status = state.0.pop().unwrap_or(200);
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        Ok(response)
    }
}

worlds::transport!(Statuses);

#[derive(Clone, Copy)]
struct PutThing;

impl Operation for PutThing {
    type Output = u16;

    fn policy(&self) -> CallPolicy {
        CallPolicy::write("v1").with_optional_token()
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::POST, "/things")
    }

    fn parse(&self, response: Response) -> Result<u16, Error> {
        Ask { media: false }.parse(response)
    }
}

/// A service that has no rate limit at all.
fn unlimited() -> Service {
    let endpoint = Endpoint::parse("https://auth.example/token").expect("an endpoint");
    let client = OAuthClient::new(AuthorizationServer::new(endpoint), "app").expect("a client");
    let base = BaseUrl::parse(AFAR).expect("a base");
    Service::new("example", client, "flows-test/1.0")
        .expect("a user agent")
        .with_api(Api::new("v1", base, TokenKind::Login))
}

/// 429 is a pause for all callers where there is a rate limit, and a wait of this call otherwise;
/// 503 is always a wait of this call alone.
#[test]
fn a_pause_is_for_429_at_a_rate_limit() {
    let limit = RateLimit::unlimited()
        .with_window(1000, Duration::from_secs(3600))
        .with_pause_after_429(Duration::from_secs(3600));
    let check = |limited: bool, status: u16, expect: Option<usize>| {
        let described = match limited {
            true => service(AFAR, limit.clone()),
            false => unlimited(),
        };
        let state = Arc::new(Mutex::new((Vec::new(), 0)));
        let transport = || {
            *state.lock().expect("no panic") = (vec![status], 0);
            Statuses(Arc::clone(&state))
        };
        for world in both(&described, transport, Memory::new()) {
            *state.lock().expect("no panic") = (vec![status], 0);
            let what = format!("{} {limited} {status}", world.name());
            // After 429 the server did nothing, so that a write is sent again as well.
            let send = || match status {
                429 => world.send_anonymously(PutThing),
                _ => world.send_anonymously(Ask { media: false }),
            };
            let (first, second) = (send(), send());
            let sent = state.lock().expect("no panic").1;
            match expect {
                Some(expect) => {
                    first.expect(&what);
                    second.expect(&what);
                    assert_eq!(sent, expect, "{what}");
                }
                None => {
                    // The pause is longer than a caller waits: no caller sends until it is over.
                    for result in [first, second] {
                        let error = result.expect_err(&what);
                        let wait = error.retry_after().expect("a pause").as_secs();
                        assert!((3590..=3600).contains(&wait), "{what}: {wait}");
                    }
                    assert_eq!(sent, 1, "{what}");
                }
            }
        }
    };
    check(true, 429, None);
    check(false, 429, Some(3));
    check(true, 503, Some(3));
    check(false, 503, Some(3));
}

/// Without a rate limit a call waits by itself, with its few tries.
#[test]
fn a_429_without_a_rate_limit_is_tried_four_times() {
    let state = Arc::new(Mutex::new((vec![429; 100], 0)));
    let transport = || Statuses(Arc::clone(&state));
    for world in both(&unlimited(), transport, Memory::new()) {
        let before = state.lock().expect("no panic").1;
        let begun = Instant::now();
        let error = world.send_anonymously(PutThing).expect_err("429");
        let sent = state.lock().expect("no panic").1 - before;
        assert_eq!(sent, 4, "{}: {error}", world.name());
        // 0.25, 0.5 and 1 s, a quarter less at most.
        assert!(begun.elapsed() >= Duration::from_millis(1312), "{error}");
    }
}

/// Each limit alone ends the request, at once: the timeout's error would otherwise name an
/// incomplete one, or nothing.
#[test]
fn a_head_or_a_line_without_an_end_is_refused() {
    let long_line = [b"GET /?code=".to_vec(), vec![b'x'; 20 << 10]].concat();
    let short_lines = b"GET / HTTP/1.1\r\n".to_vec();
    let short_lines = [short_lines, b"x-header: value\r\n".repeat(5000)].concat();
    let server = doorkeeper();
    for bytes in [long_line, short_lines] {
        for world in World::both(&server, Memory::new()) {
            let bytes = bytes.clone();
            let login = Login::browser(|_| {})
                .open(move |url| {
                    let port = url.split("127.0.0.1%3A").nth(1).expect("a port");
                    let port = port.split(|c: char| !c.is_ascii_digit()).next();
                    let port: u16 = port.and_then(|port| port.parse().ok()).expect("a port");
                    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
                    // The listener may close the connection meanwhile.
                    let _ = stream.write_all(&bytes);
                    let _ = stream.read_to_end(&mut Vec::new());
                    Ok(())
                })
                .timeout(Duration::from_secs(2));
            let error = world.log_in("me", login).expect_err("no redirect");
            assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
            let text = error.to_string();
            assert!(text.contains("a request that is too long"), "{text}");
        }
    }
}

/// What a program chooses by a setting has one type.
#[test]
fn each_part_of_a_client_may_be_chosen_at_run_time() {
    let server = doorkeeper();
    let store = || -> Box<dyn Store> { Box::new(Memory::new()) };
    let runtime = Arc::new(tokio::runtime::Runtime::new().expect("a runtime"));
    let tokio: Box<dyn auth_core::Runtime> =
        Box::new(http_reqwest::Tokio::new(runtime.handle().clone()));
    let blocking: Box<dyn Transport> = Box::new(http_ureq::Ureq::default());
    let asynchronous = Box::new(http_reqwest::Reqwest::default());
    let service = crate::common::service(&server);
    let worlds = [
        World::Blocking(Client::new(service.clone(), blocking, store())),
        World::Async(
            AsyncClient::new(service, asynchronous, tokio, store()),
            runtime,
        ),
    ];
    for world in worlds {
        world.log_in("me", browser()).expect("a login");
        let accounts = match &world {
            World::Blocking(client) => client.accounts(),
            World::Async(client, runtime) => runtime.block_on(client.accounts()),
        };
        let accounts = accounts.expect("a store").expect("it can list them");
        assert_eq!(accounts.len(), 1, "{}", world.name());
    }
}
