//! Renewals that nobody needed: there was a login token that was young, and nobody had said that it will not do.
//!
//! Who waits for a lease has to look again at what is stored, once it has it: otherwise all who found the same token too old renew it, one
//! after the other. No refresh token is used twice by that, and nothing is lost: it only shows in when the server is asked.

use std::collections::{HashMap, VecDeque};

use super::lines::{Door, Passed};
use super::tested_service::TestedService;

/// An account.
type Whose = (TestedService, String);

/// From a moment to a moment, in microseconds.
type Span = (u64, u64);

#[derive(Debug, Default)]
pub(super) struct Needless {
    /// The requests that the login tokens in use came with.
    latest: HashMap<Whose, Span>,
    /// When somebody wanted a newer token than there was, or had one refused.
    reasons: HashMap<Whose, VecDeque<Span>>,
    /// Renewals of young tokens, to be judged when all reasons are told.
    waiting: VecDeque<Early>,
    pub(super) found: Vec<String>,
    pub(super) early: u64,
}

#[derive(Debug)]
struct Early {
    whose: Whose,
    by: String,
    /// The beginnings of the request that gave the token, and of its renewal.
    span: Span,
}

/// A token of two seconds is renewed 1.8 s after it was asked for, at the earliest. Something is left over for a busy machine.
const YOUNG: u64 = 1_200_000;

impl Needless {
    /// A request went.
    pub(super) fn passed(&mut self, passed: &Passed) {
        let Some(user) = &passed.user else {
            return;
        };
        let whose = (passed.place, user.clone());
        let span = (passed.began, passed.ended);
        if passed.is_refused() && passed.login.is_some() {
            self.wanted(passed.place, user, span);
        }
        let gives_a_login = matches!(passed.door, Door::Renewal | Door::Login);
        if !gives_a_login || !passed.processed || passed.status != Some(200) {
            return;
        }
        let latest = self.latest.get(&whose);
        if let (Some(latest), Door::Renewal) = (latest, passed.door)
            && passed.began < latest.0 + YOUNG
        {
            self.early += 1;
            self.waiting.push_back(Early {
                whose: whose.clone(),
                by: passed.by.clone(),
                span: (latest.0, passed.began),
            });
        }
        if !passed.is_lost() {
            self.latest.insert(whose, span);
        }
    }

    /// Somebody wanted a newer token of this account, at some time in this span.
    pub(super) fn wanted(&mut self, place: TestedService, user: &str, span: Span) {
        let reasons = self.reasons.entry((place, user.to_owned())).or_default();
        reasons.push_back(span);
    }

    /// Whether somebody did, in this span.
    pub(super) fn is_wanted(&self, place: TestedService, user: &str, (from, to): Span) -> bool {
        let reasons = self.reasons.get(&(place, user.to_owned()));
        let mut reasons = reasons.into_iter().flatten();
        reasons.any(|(began, ended)| *began <= to && *ended >= from)
    }

    /// Judges what is older than this, and forgets reasons that are older than `kept`.
    pub(super) fn judge_until(&mut self, moment: u64, kept: u64) {
        while let Some(early) = self.waiting.pop_front_if(|early| early.span.1 < moment) {
            let (place, user) = &early.whose;
            let (from, to) = early.span;
            if !self.is_wanted(*place, user, early.span) {
                let age = to.saturating_sub(from) / 1000;
                let by = early.by;
                self.found
                    .push(format!("{}, {user}: {by}, after {age} ms", place.word()));
            }
        }
        for reasons in self.reasons.values_mut() {
            while reasons.pop_front_if(|(_, ended)| *ended < kept).is_some() {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renewal(began: u64) -> Passed {
        Passed::example(Door::Renewal, (began, began + 1))
    }

    #[test]
    fn young_tokens_are_renewed_for_a_reason() {
        let check = |passages: &[Passed], reason: Option<Span>, expect: usize| {
            let mut needless = Needless::default();
            passages.iter().for_each(|passed| needless.passed(passed));
            let first = &passages[0];
            if let (Some(span), Some(user)) = (reason, &first.user) {
                needless.wanted(first.place, user, span);
            }
            needless.judge_until(u64::MAX, 0);
            assert_eq!(needless.found.len(), expect, "{passages:?} {reason:?}");
        };
        let again = [renewal(1_000_000), renewal(2_000_000)];
        check(&again, None, 1);
        check(&again, Some((1_500_000, 1_600_000)), 0);
        check(&again, Some((500_000, 1_100_000)), 0);
        check(&again, Some((500_000, 900_000)), 1);
        check(&again, Some((2_100_000, 2_200_000)), 1);
        check(&[renewal(1_000_000), renewal(3_000_000)], None, 0);
        let mut lost = renewal(1_000_000);
        lost.spoilt = Some(super::super::fault_class::FaultClass::Lost);
        check(&[lost, renewal(1_100_000)], None, 0);
        let mut refused = Passed::example(Door::Api, (1_500_000, 1_600_000));
        refused.status = Some(401);
        let [first, second] = again;
        check(&[first, refused, second], None, 0);
    }
}
