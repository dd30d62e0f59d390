//! A lease that another program holds: which callers wait for it, and which use the stored token.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Error, ErrorKind, Event, Flow, Lifetime, Now, Step, TokenKind, TokenRecord, TokenRequirement,
    TokenResponse, UnixTime,
};

use super::example::renewal;
use crate::token::login_source::LoginSource;

const LIFE: Duration = Duration::from_secs(3600);

/// What a renewal does next when the lease is taken.
#[derive(Debug, PartialEq)]
enum Then {
    /// It requests no lease.
    NoLease,
    Serves,
    Waits,
}

fn at(seconds: u64) -> Now {
    Now {
        wall: UnixTime::from_secs(1_790_000_000 + seconds),
        monotonic: Duration::from_secs(seconds),
    }
}

/// Returns a token record with a token of this age, and of generation 1.
fn record(now: Now, age: u64) -> TokenRecord {
    let sent = Now {
        wall: UnixTime::from_millis(now.wall.as_millis() - age * 1000),
        monotonic: Duration::ZERO,
    };
    let response = TokenResponse::new("stored", Lifetime::For(LIFE)).expect("a token");
    let mut record = TokenRecord::default();
    record.set(
        TokenKind::Login,
        Arc::new(response.into_token(sent, 1).expect("a token")),
    );
    TokenRecord::from_text(record.to_text().as_ref()).expect("our own text")
}

fn renew(need: TokenRequirement, age: u64) -> Then {
    let now = at(100_000);
    let mut flow = renewal(TokenKind::Login, need, LoginSource::Stored);
    assert!(matches!(flow.step(now, Event::Start), Ok(Step::Load)));
    match flow.step(now, Event::Loaded(Ok(record(now, age)))) {
        Ok(Step::Done(_)) => return Then::NoLease,
        Ok(Step::Lease) => {}
        other => panic!("{other:?}"),
    }
    match flow.step(now, Event::Leased(Ok(false))) {
        Ok(Step::Done(token)) => {
            assert_eq!(token.expose_secret(), "stored");
            Then::Serves
        }
        Ok(Step::Sleep(_)) => Then::Waits,
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_caller_waits_while_the_stored_token_is_valid() {
    let check = |need, age, expect| assert_eq!(renew(need, age), expect, "{need:?} {age}");
    check(TokenRequirement::Any, 0, Then::NoLease);
    check(TokenRequirement::Any, 3300, Then::Serves);
    check(TokenRequirement::Any, 3600, Then::Waits);
    check(TokenRequirement::NewerThan(0), 3300, Then::Serves);
    check(TokenRequirement::NewerThan(1), 3300, Then::Waits);
    check(TokenRequirement::NewerThan(1), 0, Then::Waits);
}

#[test]
fn a_waiter_reads_the_record_before_it_asks_again() {
    let now = at(100_000);
    let check = |found: Result<TokenRecord, Error>, expect: &str| {
        let mut flow = renewal(TokenKind::Login, TokenRequirement::Any, LoginSource::Stored);
        flow.step(now, Event::Start).expect("it reads");
        let old = Event::Loaded(Ok(record(now, 3600)));
        flow.step(now, old).expect("it asks for the lease");
        let taken = Event::Leased(Ok(false));
        assert!(matches!(flow.step(now, taken), Ok(Step::Sleep(_))));
        assert!(matches!(flow.step(now, Event::Slept), Ok(Step::Load)));
        let then = match flow.step(now, Event::Loaded(found)) {
            Ok(Step::Done(_)) => "done",
            Ok(Step::Lease) => "lease",
            other => panic!("{other:?}"),
        };
        assert_eq!(then, expect);
    };
    check(Ok(record(now, 0)), "done");
    check(Ok(record(now, 3600)), "lease");
    check(Err(Error::new(ErrorKind::Transport, "away")), "lease");
}
