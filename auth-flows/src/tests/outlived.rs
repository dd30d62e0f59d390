//! A login token that expires during the renewal of the derived one. It is not sent, and its
//! refusal does not end the login. The same of a token that expires on the way of a call.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use auth_core::{
    Event, Flow, Lifetime, Now, Request, Response, ResponseBody, Step, Token, TokenKind,
    TokenRecord, TokenRequirement, TokenResponse, TransportError, UnixTime,
};

use super::{
    example::{Ask, TOKEN_URL, renewal, response, service},
    stored_changes::{Shelf, log_in},
    world::{AskLogin, World, call},
};
use crate::{clock, flow::renewal::Renewal, token::login_source::LoginSource};

/// How long a login token is valid, in seconds.
const LIFE: u64 = 60;

fn at(seconds: u64) -> Now {
    Now {
        wall: UnixTime::from_secs(1_790_000_000 + seconds),
        monotonic: Duration::from_secs(seconds),
    }
}

fn login(text: &str, got: u64) -> Arc<Token> {
    let life = Lifetime::For(Duration::from_secs(LIFE));
    let response = TokenResponse::new(text, life).expect("a token");
    Arc::new(response.into_token(at(got), got).expect("a token"))
}

/// The steps so far, as words.
struct Steps(Renewal, Vec<String>);

impl Steps {
    /// Starts a renewal of the derived token that requests the login token.
    fn new() -> Self {
        let flow = renewal(
            TokenKind::Derived,
            TokenRequirement::Any,
            LoginSource::Stored,
        );
        let mut steps = Self(flow, Vec::new());
        steps.step(0, Event::Start);
        steps.step(0, Event::Loaded(Ok(TokenRecord::default())));
        steps
    }

    fn step(&mut self, when: u64, event: Event) {
        let word = match self.0.step(at(when), event) {
            Ok(Step::Send(request, _)) => {
                let header = request.headers()["authorization"].to_str();
                header.expect("text").to_owned()
            }
            Ok(Step::Token(TokenKind::Login, need)) => format!("login {need:?}"),
            Ok(Step::Done(token)) => format!("done {}", token.expose_secret()),
            Ok(step) => {
                let name = format!("{step:?}");
                name.split(['(', ' ']).next().unwrap_or_default().to_owned()
            }
            Err(error) => format!("error, needs login: {}", error.needs_login()),
        };
        self.1.push(word);
    }

    /// Passes a login token that was requested at `got`, and the lease at `leased`.
    fn pass_login(&mut self, text: &str, got: u64, leased: u64) {
        self.step(got, Event::Token(Ok(login(text, got))));
        self.step(leased, Event::Leased(Ok(true)));
        self.step(leased, Event::Loaded(Ok(TokenRecord::default())));
    }

    fn respond(&mut self, when: u64, status: u16) {
        let mut response = Response::new(ResponseBody::secret(Vec::new()));
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        self.step(when, Event::Response(Ok(response)));
    }

    fn last(&self) -> &str {
        self.1.last().expect("a step")
    }
}

#[test]
fn a_token_that_expired_during_the_wait_for_a_lease_is_not_sent() {
    let mut steps = Steps::new();
    steps.pass_login("first", 0, LIFE / 2);
    assert_eq!(steps.last(), "Bearer first");
    let mut steps = Steps::new();
    steps.pass_login("first", 0, LIFE + 1);
    assert_eq!(steps.last(), "login Any", "{:?}", steps.1);
    steps.pass_login("second", LIFE + 1, LIFE + 2);
    assert_eq!(steps.last(), "Bearer second");
    steps.respond(LIFE + 3, 200);
    assert_eq!(steps.last(), "Save");
}

#[test]
fn a_token_that_expired_before_another_try_is_not_sent_again() {
    let mut steps = Steps::new();
    steps.pass_login("first", 0, 1);
    let lost = TransportError::delivery_unknown(std::io::Error::other("lost"));
    steps.step(LIFE / 2, Event::Response(Err(lost)));
    assert_eq!(steps.last(), "Sleep");
    steps.step(LIFE + 1, Event::Slept);
    assert_eq!(steps.last(), "login Any");
}

#[test]
fn a_refusal_just_before_expiry_does_not_end_the_login() {
    let mut steps = Steps::new();
    steps.pass_login("first", 0, 1);
    steps.respond(2, 401);
    assert!(steps.last().starts_with("login NewerThan"), "{:?}", steps.1);
    // It expired on its way, so this does not count as a second refusal. Nor as that of a token which
    // was obtained moments ago, and is not replaced at once.
    steps.pass_login("second", 10, 11);
    steps.respond(10 + LIFE + 1, 401);
    assert_eq!(steps.last(), "login Any", "{:?}", steps.1);
    // These do. Another host may have renewed the login since, so they are few, and not one.
    for got in [80, 90] {
        steps.pass_login("third", got, got + 1);
        steps.respond(got + 2, 401);
        assert!(steps.last().starts_with("login NewerThan"), "{:?}", steps.1);
    }
    steps.pass_login("last", 100, 101);
    steps.respond(102, 401);
    assert_eq!(steps.last(), "error, needs login: true");
}

#[test]
fn tokens_that_never_last_are_an_error_in_the_end() {
    let mut steps = Steps::new();
    for round in 0..10 {
        steps.pass_login("short", round * 1000, round * 1000 + LIFE + 1);
        if steps.last().starts_with("Bearer") {
            steps.respond(round * 1000 + LIFE + 1, 401);
        }
        if steps.last().starts_with("error") {
            assert_eq!(steps.last(), "error, needs login: true");
            return;
        }
    }
    panic!("{:?}", steps.1);
}

/// A server whose first token request gives a token for 20 s, with which a request takes 25 s. It
/// accepts no token before the second one that it issues.
#[derive(Clone, Default)]
struct Slow(Arc<AtomicUsize>);

impl Slow {
    fn respond(&self, request: &Request) -> Result<Response, TransportError> {
        if *request.uri() == TOKEN_URL {
            let issued = self.0.fetch_add(1, SeqCst) + 1;
            let lives = if issued == 1 { 20 } else { 86_400 };
            let body = format!(
                r#"{{"access_token":"issued-{issued}","token_type":"bearer","expires_in":{lives}}}"#
            );
            return Ok(response(200, &body));
        }
        let status = match request.headers()["authorization"].to_str() {
            Ok("Bearer first") => 401,
            Ok("Bearer issued-1") => {
                clock::test::advance(Duration::from_secs(25));
                401
            }
            _ => 200,
        };
        Ok(response(status, "{}"))
    }
}

worlds::transport!(Slow);

/// It had replaced a token that the service rejected, and counts as new for 30 s.
#[test]
fn a_new_token_that_expired_on_its_way_is_renewed() {
    for is_async in [false, true] {
        for is_derived in [false, true] {
            clock::test::set(Some(Duration::from_secs(3600)));
            let (server, store) = (Slow::default(), Shelf::default());
            log_in(&store, "first");
            let world = World::new(is_async, service(), &server, &store);
            let write = Ask { write: true };
            let called = match is_derived {
                true => call!(&world, client => {
                    client.account("me").with_password("alice", "password").send(write)
                }),
                false => call!(&world, client => {
                    client.account("me").with_password("alice", "password").send(AskLogin)
                }),
            };
            called.unwrap_or_else(|error| {
                panic!("async {is_async}, derived {is_derived}: {error:#}")
            });
            assert_eq!(server.0.load(SeqCst), 2);
            clock::test::set(None);
        }
    }
}
