//! A login token that ends while the derived one is renewed: it is not sent, and its refusal ends no login.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Event, Flow, Lifetime, Now, Response, ResponseBody, Step, Token, TokenKind, TokenRecord,
    TokenRequirement, TokenResponse, TransportError, UnixTime,
};

use super::example::renewal;
use crate::{flow::renewal::Renewal, token::login_source::LoginSource};

/// How long a login token serves, in seconds.
const LIFE: u64 = 60;

fn at(seconds: u64) -> Now {
    Now {
        wall: UnixTime::from_secs(1_790_000_000 + seconds),
        monotonic: Duration::from_secs(seconds),
    }
}

fn login(text: &str, got: u64) -> Arc<Token> {
    let life = Lifetime::For(Duration::from_secs(LIFE));
    let answer = TokenResponse::new(text, life).expect("a token");
    Arc::new(answer.into_token(at(got), got).expect("a token"))
}

/// What happened so far, as words.
struct Told(Renewal, Vec<String>);

impl Told {
    /// A renewal of the derived token that has got the first login token.
    fn new() -> Self {
        let flow = renewal(
            TokenKind::Derived,
            TokenRequirement::Any,
            LoginSource::Stored,
        );
        let mut told = Self(flow, Vec::new());
        told.step(0, Event::Start);
        told.step(0, Event::Loaded(Ok(TokenRecord::default())));
        told
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

    /// A login token that was got then, and the lease a while later.
    fn go_on(&mut self, text: &str, got: u64, leased: u64) {
        self.step(got, Event::Token(Ok(login(text, got))));
        self.step(leased, Event::Leased(true));
        self.step(leased, Event::Loaded(Ok(TokenRecord::default())));
    }

    fn answer(&mut self, when: u64, status: u16) {
        let mut response = Response::new(ResponseBody::secret(Vec::new()));
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        self.step(when, Event::Response(Ok(response)));
    }

    fn last(&self) -> &str {
        self.1.last().expect("a step")
    }
}

#[test]
fn a_token_that_ended_during_the_wait_for_a_lease_is_not_sent() {
    let mut told = Told::new();
    told.go_on("first", 0, LIFE / 2);
    assert_eq!(told.last(), "Bearer first");
    let mut told = Told::new();
    told.go_on("first", 0, LIFE + 1);
    assert_eq!(told.last(), "login Any", "{:?}", told.1);
    told.go_on("second", LIFE + 1, LIFE + 2);
    assert_eq!(told.last(), "Bearer second");
    told.answer(LIFE + 3, 200);
    assert_eq!(told.last(), "Save");
}

#[test]
fn a_token_that_ended_before_another_try_is_not_sent_again() {
    let mut told = Told::new();
    told.go_on("first", 0, 1);
    let lost = TransportError::delivery_unknown(std::io::Error::other("lost"));
    told.step(LIFE / 2, Event::Response(Err(lost)));
    assert_eq!(told.last(), "Sleep");
    told.step(LIFE + 1, Event::Slept);
    assert_eq!(told.last(), "login Any");
}

#[test]
fn refused_in_its_last_moments_is_no_dead_login() {
    let mut told = Told::new();
    told.go_on("first", 0, 1);
    told.answer(2, 401);
    assert!(told.last().starts_with("login NewerThan"), "{:?}", told.1);
    // On its way when it ended: that is no second refusal.
    told.go_on("second", 10, 11);
    told.answer(10 + LIFE + 1, 401);
    assert!(told.last().starts_with("login NewerThan"), "{:?}", told.1);
    // This one is.
    told.go_on("third", 80, 81);
    told.answer(82, 401);
    assert_eq!(told.last(), "error, needs login: true");
}

#[test]
fn tokens_that_never_last_are_an_error_in_the_end() {
    let mut told = Told::new();
    for round in 0..10 {
        told.go_on("short", round * 1000, round * 1000 + LIFE + 1);
        if told.last().starts_with("Bearer") {
            told.answer(round * 1000 + LIFE + 1, 401);
        }
        if told.last().starts_with("error") {
            assert_eq!(told.last(), "error, needs login: true");
            return;
        }
    }
    panic!("{:?}", told.1);
}
