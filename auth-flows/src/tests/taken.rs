//! A lease that another program has: who waits for it, and who goes on with what there is.

use std::{sync::Arc, time::Duration};

use auth_core::{Event, Flow, Lifetime, Need, Now, Record, Step, TokenAnswer, TokenKind, UnixTime};

use super::example::renewal;
use crate::token::login_source::Way;

const LIFE: Duration = Duration::from_secs(3600);

/// What a renewal does next when the lease is taken.
#[derive(Debug, PartialEq)]
enum Then {
    /// It asked for no lease.
    NoLease,
    Serves,
    Waits,
}

fn at(seconds: u64) -> Now {
    Now {
        wall: UnixTime::from_secs(1_790_000_000 + seconds),
        up: Duration::from_secs(seconds),
    }
}

/// A record with a token of this age, and of generation 1.
fn record(now: Now, age: u64) -> Record {
    let sent = Now {
        wall: UnixTime::from_millis(now.wall.as_millis() - age * 1000),
        up: Duration::ZERO,
    };
    let answer = TokenAnswer::new("stored", Lifetime::For(LIFE)).expect("a token");
    let mut record = Record::default();
    record.set(
        TokenKind::Login,
        Arc::new(answer.received(sent, 1).expect("a token")),
    );
    Record::from_text(record.to_text().as_ref()).expect("our own text")
}

fn renew(need: Need, age: u64) -> Then {
    let now = at(100_000);
    let mut flow = renewal(TokenKind::Login, need, Way::Stored);
    assert!(matches!(flow.step(now, Event::Start), Ok(Step::Load)));
    match flow.step(now, Event::Loaded(Ok(record(now, age)))) {
        Ok(Step::Done(_)) => return Then::NoLease,
        Ok(Step::Lease) => {}
        other => panic!("{other:?}"),
    }
    match flow.step(now, Event::Leased(false)) {
        Ok(Step::Done(token)) => {
            assert_eq!(token.expose_secret(), "stored");
            Then::Serves
        }
        Ok(Step::Sleep(_)) => Then::Waits,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nobody_waits_while_the_stored_token_serves() {
    let check = |need, age, expect| assert_eq!(renew(need, age), expect, "{need:?} {age}");
    check(Need::Any, 0, Then::NoLease);
    check(Need::Any, 3300, Then::Serves);
    check(Need::Any, 3600, Then::Waits);
    check(Need::NewerThan(0), 3300, Then::Serves);
    check(Need::NewerThan(1), 3300, Then::Waits);
    check(Need::NewerThan(1), 0, Then::Waits);
}
