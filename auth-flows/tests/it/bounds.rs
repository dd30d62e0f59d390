//! What one call learns holds for the next: the number of token requests stays bounded whatever
//! the server responds and however many sessions a program opens; no two owners share a token.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering::SeqCst},
};
use std::time::Duration;

use auth_core::{
    Error, ErrorKind, Operation, RateLimit, Request, Response, ResponseBody, TokenKind,
    TransportError,
};
use auth_flows::Client;
use auth_testkit::{Dialect, Fault, Matching, Rotation};
use keystore::Memory;

use crate::{
    common::{AtServer, Me, PASSWORD, Ping, World, browser, doorkeeper, league},
    rate_limit::{AFAR, Ask, service},
};

/// Sends with this password, in a session of its own.
fn send_with_password<O>(world: &World, password: &str, operation: O) -> Error
where
    O: Operation + Send + Sync,
    O::Output: Send + std::fmt::Debug,
{
    let session = world.account("me").with_password("alice", password);
    let result = session.send(operation);
    result.expect_err("no login")
}

#[test]
fn a_token_endpoint_in_trouble_is_not_asked_at_each_call() {
    let wait = |seconds: &str| Fault::TooManyRequests {
        retry_after: Some(String::from(seconds)),
    };
    let faults = [
        ("429 with a wait", wait("60"), 1),
        ("429 with a long wait", wait("7200"), 1),
        (
            "429 without",
            Fault::TooManyRequests { retry_after: None },
            3,
        ),
        ("500", Fault::Html500, 3),
        ("503", Fault::Unavailable { retry_after: None }, 3),
        ("reset", Fault::Reset, 3),
        ("a page", Fault::Empty200, 3),
    ];
    for (name, fault, most) in faults {
        // With a refresh token, and with client credentials.
        for refresh in [true, false] {
            let server = league(Dialect::league_9(), Rotation::Instant);
            for world in World::both(&server, Memory::new()) {
                if refresh {
                    world.log_in("me", browser()).expect("a login");
                    server.advance(Duration::from_secs(7200));
                    let kind = TokenKind::Login;
                    world.account("me").invalidate(kind).expect("a token");
                }
                let mark = server.requests().mark();
                server.faults().always(Matching::Token, fault.clone());
                for _ in 0..50 {
                    let result = match refresh {
                        true => world.send("me", Ping),
                        false => world.send_as_daemon(Ping),
                    };
                    let error = result.expect_err("no token");
                    assert!(error.retry_after().is_some() || most > 1, "{name}: {error}");
                }
                let sent = server.requests().since(mark).token();
                assert!(
                    (1..=most).contains(&sent),
                    "{name}, {}: {sent} token requests",
                    world.name()
                );
                server.faults().clear();
                // A login ends the memory of failures, and the next call works.
                world.log_in("me", browser()).expect("a login");
                world.send("me", Ping).expect("a token");
            }
        }
    }
}

#[test]
fn an_operation_that_is_always_rejected_renews_once() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        world.log_in("me", browser()).expect("a login");
        world.send("me", Me).expect("a derived token");
        let mark = server.requests().mark();
        let unauthorized = Fault::Respond {
            status: 401,
            content_type: "application/json".into(),
            body: br#"{"error":"no right to it"}"#.to_vec(),
        };
        server.faults().always(Matching::Api, unauthorized);
        for _ in 0..20 {
            let error = world.send("me", Me).expect_err("rejected");
            let text = error.to_string();
            assert!(text.contains("no right to it"), "{text}");
            assert!(text.contains("a new token was rejected"), "{text}");
        }
        let requests = server.requests().since(mark);
        assert_eq!(requests.derived(), 1, "{}", world.name());
        assert_eq!((requests.token(), requests.api()), (0, 21));
        server.faults().clear();
        world.send("me", Me).expect("the token is valid");
    }
}

#[test]
fn a_wrong_password_is_sent_once_however_many_sessions_have_it() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        let mark = server.requests().mark();
        for _ in 0..20 {
            let error = send_with_password(&world, "wrong", Ping);
            assert_eq!(error.kind(), ErrorKind::BadCredentials);
        }
        assert_eq!(server.requests().since(mark).token(), 1, "{}", world.name());
        // Another password is another attempt.
        send_with_password(&world, "wrong, too", Ping);
        assert_eq!(server.requests().since(mark).token(), 2);
    }
}

#[test]
fn guessed_passwords_are_bounded_and_an_explicit_login_is_not() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        let mark = server.requests().mark();
        for guess in 0..100 {
            let error = send_with_password(&world, &format!("guess {guess}"), Ping);
            assert_eq!(error.kind(), ErrorKind::BadCredentials);
            let wait = error.retry_after();
            assert_eq!(wait.is_some(), guess >= 12, "{guess}: {error}");
        }
        assert_eq!(
            server.requests().since(mark).token(),
            12,
            "{}",
            world.name()
        );
        world
            .log_in_with_password("me", PASSWORD)
            .expect("the user's own doing");
        world.send("me", Ping).expect("logged in");
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn a_token_that_cannot_last_longer_is_not_asked_for_at_each_call() {
    let server = doorkeeper();
    for world in World::both(&server, Memory::new()) {
        world.log_in("me", browser()).expect("a login");
        world.send("me", Me).expect("a derived token");
        server.faults().always(Matching::Derived, Fault::Html500);
        let mark = server.requests().mark();
        let nearly_a_day = Duration::from_secs(86_400) - Duration::from_millis(1);
        std::thread::sleep(Duration::from_millis(1100)); // a token has whole seconds
        for _ in 0..50 {
            let kind = TokenKind::Derived;
            let result = world.account("me").token_for(kind, nearly_a_day);
            assert!(result.is_err() || result.is_ok_and(|token| token.lifetime().is_some()));
        }
        let derived = server.requests().since(mark).derived();
        assert!(derived <= 3, "{}: {derived}", world.name());
        server.faults().clear();
        world.log_out("me").expect("a logout");
    }
}

#[test]
fn no_account_name_is_the_client() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    for world in World::both(&server, Memory::new()) {
        world.send_as_daemon(Ping).expect("client credentials");
        for name in ["daemon", "client", "@client", "@@client", "", "default"] {
            let error = world.send(name, Ping).expect_err(name);
            assert_eq!(error.kind(), ErrorKind::NeedsLogin, "{name}: {error}");
            assert!(
                !world.status(name).expect("a status").is_logged_in(),
                "{name}"
            );
        }
    }
}

#[test]
fn a_token_that_must_last_longer_is_no_rejected_one() {
    let server = league(Dialect::league_9(), Rotation::Instant);
    let lasting = Duration::from_secs(3600);
    for world in World::both(&server, Memory::new()) {
        world.log_in("me", browser()).expect("a login");
        for _ in 0..3 {
            // Past the rounding of a lifetime, so that the last token is too short.
            std::thread::sleep(Duration::from_millis(20));
            let at_least = lasting - Duration::from_millis(10);
            let token = world.account("me").token_for(TokenKind::Login, at_least);
            token.unwrap_or_else(|error| panic!("{}: {error}", world.name()));
        }
        // Nor is one that the program invalidates, unused.
        for _ in 0..3 {
            let session = world.account("me");
            session.invalidate(TokenKind::Login).expect("a token");
            let token = session.token(TokenKind::Login);
            token.unwrap_or_else(|error| panic!("{}: {error}", world.name()));
        }
        world.send("me", Ping).expect("the token is valid");
        world.log_out("me").expect("a logout");
    }
}

/// Responds 429 with this `Retry-After` to everything, and counts by host.
#[derive(Clone)]
struct Busy {
    retry_after: &'static str,
    api: Arc<AtomicUsize>,
    token: Arc<AtomicUsize>,
    hosts: Arc<Mutex<Vec<String>>>,
}

impl Busy {
    fn new(retry_after: &'static str) -> Self {
        Self {
            retry_after,
            api: Arc::default(),
            token: Arc::default(),
            hosts: Arc::default(),
        }
    }

    fn respond(&self, request: &Request) -> Result<Response, TransportError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let counter = if host.starts_with("auth.") {
            &self.token
        } else {
            &self.api
        };
        counter.fetch_add(1, SeqCst);
        self.hosts.lock().expect("no panic").push(host);
        let response = http::Response::builder()
            .status(429)
            .header("retry-after", self.retry_after);
        Ok(response.body(ResponseBody::default()).expect("a response"))
    }
}

worlds::transport!(Busy);

/// Both clients of a service with a rate limit, far from this machine.
fn busy(retry_after: &'static str, check: impl Fn(&World, &Busy)) {
    let rate = RateLimit::every(Duration::from_millis(1)).with_max_wait(Duration::from_secs(5));
    let transport = Busy::new(retry_after);
    let made = service(AFAR, rate.clone());
    let client = Client::new(made, transport.clone(), Memory::new());
    check(&World::Blocking(client), &transport);
    let transport = Busy::new(retry_after);
    let client = World::in_tasks(service(AFAR, rate), transport.clone(), Memory::new());
    check(&client, &transport);
}

#[test]
fn a_pause_that_the_service_asked_for_holds_for_all_however_long() {
    for retry_after in ["25", "3600", "90000"] {
        busy(retry_after, |world, transport| {
            for _ in 0..10 {
                let error = world.send_anonymously(Ask { media: false });
                let error = error.expect_err("busy");
                let status = error.status().map(|status| status.as_u16());
                assert!(
                    error.retry_after().is_some() || status == Some(429),
                    "{error}"
                );
            }
            assert_eq!(transport.api.load(SeqCst), 1, "{retry_after}");
        });
    }
}

#[test]
fn a_pause_of_the_token_endpoint_holds_for_calls_and_the_reverse() {
    busy("60", |world, transport| {
        // The token endpoint says 429: neither it nor the API is asked again.
        for _ in 0..10 {
            send_with_password(world, "right", Ask { media: false });
            let error = world.send_anonymously(Ask { media: false });
            error.expect_err("a pause");
        }
        let counts = (transport.token.load(SeqCst), transport.api.load(SeqCst));
        assert_eq!(counts, (1, 0), "{}", world.name());
    });
    busy("60", |world, transport| {
        world
            .send_anonymously(Ask { media: false })
            .expect_err("busy");
        for _ in 0..10 {
            let error = send_with_password(world, "right", Ask { media: false });
            assert!(error.retry_after().is_some(), "{error}");
        }
        let counts = (transport.token.load(SeqCst), transport.api.load(SeqCst));
        assert_eq!(counts, (0, 1), "{}", world.name());
    });
}

#[test]
fn client_credentials_of_each_scope_have_a_token_of_their_own() {
    let server = league(Dialect::league_9(), Rotation::Off);
    for world in [
        World::blocking(&server, Memory::new()),
        World::asynchronous(&server, Memory::new()),
    ] {
        let mark = server.requests().mark();
        let scope = |scope: Option<&str>| {
            let session = match scope {
                Some(scope) => world.client_session_with_scope(scope),
                None => world.client_session(),
            };
            session.send(Ping).expect("a call");
            session.status().expect("a status")
        };
        let (some, none) = (scope(Some("read")), scope(None));
        assert_ne!(some.account, none.account);
        scope(Some("read"));
        assert_eq!(server.requests().since(mark).token(), 2, "{}", world.name());
        let log = server.requests().since(mark);
        let tokens = log
            .requests()
            .iter()
            .filter(|request| request.grant.is_some());
        let scoped = tokens.filter(|request| request.fields.iter().any(|field| field == "scope"));
        assert_eq!(scoped.count(), 1);
    }
}
