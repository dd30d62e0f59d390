//! Clocks that jump, machines that sleep, programs that restart: two days with tokens of one hour.

use std::{sync::Arc, time::Duration};

use auth_core::{
    Event, Flow, Now, SecretBytes, Step, Token, TokenKind, TokenRecord, TokenRequirement, UnixTime,
};

use super::example::{renewal, response};
use crate::token::{
    cell::{Lookup, TokenCell},
    login_source::LoginSource,
};

const START: i64 = 1_790_000_000;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const LIFE: i64 = HOUR;

/// A machine with two clocks, and the true time.
struct Machine {
    truth: i64,
    /// By how much the wall clock is wrong.
    skew: i64,
    /// How long it slept, which the monotonic clock does not count.
    slept: i64,
    cell: TokenCell,
    stored: Option<SecretBytes>,
    /// When the server issued each token; the index is in the token's name.
    issued: Vec<i64>,
    renewals: u32,
    refused: u32,
}

/// What happens to the machine.
#[derive(Clone, Copy)]
enum Happens {
    /// The wall clock is set forward or back.
    Set(i64),
    Sleeps(i64),
    /// The program restarts: it loses its memory, not its store.
    Restarts,
}
use Happens::{Restarts, Set, Sleeps};

impl Machine {
    fn new(skew: i64) -> Self {
        Self {
            truth: START,
            skew,
            slept: 0,
            cell: TokenCell::new(),
            stored: None,
            issued: Vec::new(),
            renewals: 0,
            refused: 0,
        }
    }

    fn now(&self) -> Now {
        let positive = |seconds: i64| u64::try_from(seconds).expect("after the epoch");
        Now {
            wall: UnixTime::from_secs(positive(self.truth + self.skew)),
            monotonic: Duration::from_secs(positive(self.truth - self.slept)),
        }
    }

    fn happens(&mut self, what: Happens) {
        match what {
            Set(by) => self.skew += by,
            Sleeps(seconds) => {
                self.slept += seconds;
                self.truth += seconds;
            }
            Restarts => self.cell = TokenCell::new(),
        }
    }

    /// Makes one call: sends a token, and repeats once after a 401.
    fn call(&mut self) {
        let mut requirement = TokenRequirement::Any;
        for _ in 0..2 {
            let token = self.token(requirement);
            let age = self.truth - self.issued[name(&token)];
            if age < LIFE {
                return;
            }
            self.refused += 1;
            requirement = TokenRequirement::NewerThan(token.generation());
        }
        panic!("a renewed token was refused");
    }

    fn token(&mut self, requirement: TokenRequirement) -> Arc<Token> {
        if let Some(token) = self.cell.at_hand(requirement, self.now().wall.to_system()) {
            return token;
        }
        let lookup_result = self.cell.lookup(requirement, self.now());
        let (Lookup::ReadyButDue(_, leader) | Lookup::Missing(leader)) = lookup_result else {
            let Lookup::Ready(token) = lookup_result else {
                panic!("there is no other caller");
            };
            return token;
        };
        let token = self.renew(requirement);
        let result = Ok(Arc::clone(&token));
        self.cell.settle(&result, None, self.now());
        leader.finish(result);
        token
    }

    fn renew(&mut self, requirement: TokenRequirement) -> Arc<Token> {
        let login_source = LoginSource::ClientCredentials { scope: None };
        let mut flow = renewal(TokenKind::Login, requirement, login_source)
            .with_cached(self.cell.latest(), None);
        let mut event = Event::Start;
        for _ in 0..20 {
            event = match flow.step(self.now(), event).expect("no error") {
                Step::Load => {
                    let record = self
                        .stored
                        .as_ref()
                        .map(|text| TokenRecord::from_text(text.as_ref()));
                    Event::Loaded(record.unwrap_or_else(|| Ok(TokenRecord::default())))
                }
                Step::Lease => Event::Leased(Ok(true)),
                Step::Send(..) => {
                    self.renewals += 1;
                    self.issued.push(self.truth);
                    let number = self.issued.len() - 1;
                    let body = format!(
                        "{{\"access_token\":\"t-{number}\",\"token_type\":\"Bearer\",\"expires_in\":{LIFE}}}"
                    );
                    Event::Response(Ok(response(200, &body)))
                }
                Step::Save(record) => {
                    self.stored = Some(record.to_text());
                    Event::Saved(Ok(()))
                }
                Step::Done(token) => return token,
                Step::Sleep(_)
                | Step::Permit(_)
                | Step::Pause(_)
                | Step::Token(..)
                | Step::Reserve(_) => {
                    panic!("not in a renewal of a login")
                }
            };
        }
        panic!("no end");
    }
}

fn name(token: &Token) -> usize {
    let number = token.expose_secret().strip_prefix("t-");
    number
        .and_then(|number| number.parse().ok())
        .expect("one of ours")
}

/// Makes one call a minute for two days, with these events. Returns the number of renewals and of
/// refusals.
fn two_days(skew: i64, happenings: &[(i64, Happens)]) -> (u32, u32) {
    let mut machine = Machine::new(skew);
    for minute in 0..2 * DAY / 60 {
        for (at, what) in happenings {
            if *at == minute * 60 {
                machine.happens(*what);
            }
        }
        machine.call();
        machine.truth += 60;
    }
    (machine.renewals, machine.refused)
}

/// The renewals of two undisturbed days: the first one, then one an hour, less the margin.
const CALM: u32 = 53;

#[test]
fn clocks_that_jump_cause_no_storm() {
    let check = |what: &str, skew: i64, happenings: &[(i64, Happens)], extra: u32, refused: u32| {
        let (renewals, refusals) = two_days(skew, happenings);
        assert!(
            (CALM - 2..=CALM + extra).contains(&renewals) && refusals <= refused,
            "{what}: {renewals} renewals, {refusals} refusals"
        );
    };
    check("nothing happens", 0, &[], 0, 0);
    for skew in [-DAY, -HOUR, HOUR, DAY, 365 * DAY, -365 * DAY] {
        check("a clock that is wrong all the time", skew, &[], 0, 0);
        check(
            &format!("a clock that is set by {skew}"),
            0,
            &[(DAY + 600, Set(skew))],
            1,
            0,
        );
        check(
            "a clock that is put right",
            skew,
            &[(DAY + 600, Set(-skew))],
            1,
            0,
        );
        let often: Vec<_> = (1..9)
            .map(|n| (n * 4 * HOUR, Set(if n % 2 == 0 { -skew } else { skew })))
            .collect();
        check("a clock that is set eight times", 0, &often, 8, 0);
        check(
            "a clock that is set between two runs",
            0,
            &[(DAY, Set(skew)), (DAY, Restarts)],
            1,
            1,
        );
    }
    for sleep in [HOUR / 2, HOUR, DAY] {
        check(
            "a machine that sleeps",
            0,
            &[(DAY / 2 + 1800, Sleeps(sleep))],
            1,
            0,
        );
        let lied = [
            (DAY / 2 + 1800, Sleeps(sleep)),
            (DAY / 2 + 1800, Set(-sleep)),
        ];
        check("a machine that sleeps and does not know it", 0, &lied, 1, 1);
    }
    let nights: Vec<_> = (1..48).map(|hour| (hour * HOUR, Restarts)).collect();
    check("a program that starts again each hour", 0, &nights, 0, 0);
}

#[test]
fn a_failed_renewal_ahead_of_time_is_tried_again_ever_later() {
    let mut machine = Machine::new(0);
    machine.call();
    machine.truth += LIFE - 300;
    let (mut attempts, mut last) = (Vec::new(), machine.truth);
    while machine.truth < START + LIFE - 61 {
        match machine.cell.lookup(TokenRequirement::Any, machine.now()) {
            Lookup::ReadyButDue(_, leader) => {
                attempts.push(machine.truth - last);
                last = machine.truth;
                let failed = Err(auth_core::Error::new(
                    auth_core::ErrorKind::Transport,
                    "no network",
                ));
                machine.cell.settle(&failed, None, machine.now());
                leader.finish(failed.clone());
            }
            Lookup::Ready(_) => {}
            Lookup::Missing(_) | Lookup::InFlight(_) => panic!("the old token is still valid"),
        }
        machine.truth += 1;
    }
    assert_eq!(attempts[0], 0);
    assert!((4..=7).contains(&attempts.len()), "{attempts:?}");
    assert!(
        attempts.windows(3).skip(1).all(|pair| pair[1] > pair[0]),
        "{attempts:?}"
    );
    // An expired token is never returned, whatever failed before.
    machine.truth = START + LIFE - 30;
    assert!(matches!(
        machine.cell.lookup(TokenRequirement::Any, machine.now()),
        Lookup::Missing(_)
    ));
}

#[test]
fn when_due_one_caller_renews_and_the_others_use_the_old_token() {
    let mut machine = Machine::new(0);
    machine.call();
    machine.truth += LIFE - 200;
    let now = machine.now();
    let Lookup::ReadyButDue(old, leader) = machine.cell.lookup(TokenRequirement::Any, now) else {
        panic!("the renewal is due");
    };
    for _ in 0..1000 {
        let Lookup::Ready(token) = machine.cell.lookup(TokenRequirement::Any, now) else {
            panic!("other callers use the old token");
        };
        assert!(Arc::ptr_eq(&token, &old));
    }
    // A caller whose token was refused waits.
    let refused = TokenRequirement::NewerThan(old.generation());
    assert!(matches!(
        machine.cell.lookup(refused, now),
        Lookup::InFlight(_)
    ));
    drop(leader);
    assert!(
        matches!(machine.cell.lookup(refused, now), Lookup::Missing(_)),
        "after a dropped leader, another caller leads"
    );
}

#[test]
fn a_token_marked_invalid_is_not_used() {
    let mut machine = Machine::new(0);
    machine.call();
    let token = machine.token(TokenRequirement::Any);
    machine.cell.invalidate(token.generation());
    assert!(
        machine
            .cell
            .at_hand(TokenRequirement::Any, machine.now().wall.to_system())
            .is_none()
    );
    assert_eq!(
        machine
            .cell
            .requirement(TokenRequirement::Any, machine.now()),
        TokenRequirement::NewerThan(token.generation())
    );
    let requirement = machine
        .cell
        .requirement(TokenRequirement::Any, machine.now());
    let newer = machine.token(requirement);
    assert!(newer.generation() > token.generation());
    // The old record from the store does not make it valid again.
    let now = machine.now();
    machine.cell.publish(Some(token), None, now);
    assert!(
        machine
            .cell
            .at_hand(TokenRequirement::Any, machine.now().wall.to_system())
            .is_none()
    );
}
