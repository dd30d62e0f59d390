//! Finds renewals without a reason: the login token was fresh, and no caller had required a newer
//! one.
//!
//! A caller that waits for a lease has to read the store again once it has the lease. Otherwise all
//! callers that found the same token too old renew it, one after the other. No refresh token is
//! used twice by that, and no login is lost: only the server's log shows it.

use std::collections::{HashMap, VecDeque};

use super::lines::{Passed, Purpose};
use super::tested_service::TestedService;

/// An account.
type Owner = (TestedService, String);

/// A period, in microseconds.
type Span = (u64, u64);

#[derive(Debug, Default)]
pub(super) struct Needless {
    /// The requests that gave the login tokens in use.
    latest: HashMap<Owner, Span>,
    /// When a caller required a newer token than the stored one, or got one rejected.
    reasons: HashMap<Owner, VecDeque<Span>>,
    /// Renewals of fresh tokens, checked once all reasons are reported.
    waiting: VecDeque<Early>,
    pub(super) found: Vec<String>,
    pub(super) early: u64,
}

#[derive(Debug)]
struct Early {
    owner: Owner,
    by: String,
    /// From the beginning of the request that gave the token to that of its renewal.
    span: Span,
}

/// A token of five seconds is renewed at the earliest 4.5 s after its request. The rest is a margin
/// for a busy machine.
const MIN_AGE: u64 = 3_900_000;

impl Needless {
    /// Records a request.
    pub(super) fn passed(&mut self, passed: &Passed) {
        let Some(user) = &passed.user else {
            return;
        };
        let owner = (passed.place, user.clone());
        let span = (passed.began, passed.ended);
        if passed.is_refused() && passed.login.is_some() {
            self.wanted(passed.place, user, span);
        }
        let gives_a_login = matches!(passed.purpose, Purpose::Renewal | Purpose::Login);
        if !gives_a_login || !passed.processed || passed.status != Some(200) {
            return;
        }
        let latest = self.latest.get(&owner);
        if let (Some(latest), Purpose::Renewal) = (latest, passed.purpose)
            && passed.began < latest.0 + MIN_AGE
        {
            self.early += 1;
            self.waiting.push_back(Early {
                owner: owner.clone(),
                by: passed.by.clone(),
                span: (latest.0, passed.began),
            });
        }
        if !passed.is_lost() {
            self.latest.insert(owner, span);
        }
    }

    /// Records that a caller required a newer token of this account, at some time in this period.
    pub(super) fn wanted(&mut self, place: TestedService, user: &str, span: Span) {
        let reasons = self.reasons.entry((place, user.to_owned())).or_default();
        reasons.push_back(span);
    }

    /// Whether a caller did, in this period.
    pub(super) fn is_wanted(&self, place: TestedService, user: &str, (from, to): Span) -> bool {
        let reasons = self.reasons.get(&(place, user.to_owned()));
        let mut reasons = reasons.into_iter().flatten();
        reasons.any(|(began, ended)| *began <= to && *ended >= from)
    }

    /// Checks what is older than `moment`, and drops reasons that are older than `oldest`.
    pub(super) fn check_until(&mut self, moment: u64, oldest: u64) {
        while let Some(early) = self.waiting.pop_front_if(|early| early.span.1 < moment) {
            let (place, user) = &early.owner;
            let (from, to) = early.span;
            if !self.is_wanted(*place, user, early.span) {
                let age = to.saturating_sub(from) / 1000;
                let by = early.by;
                self.found
                    .push(format!("{}, {user}: {by}, after {age} ms", place.word()));
            }
        }
        for reasons in self.reasons.values_mut() {
            while reasons.pop_front_if(|(_, ended)| *ended < oldest).is_some() {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renewal(began: u64) -> Passed {
        Passed::example(Purpose::Renewal, (began, began + 1))
    }

    #[test]
    fn fresh_tokens_are_renewed_for_a_reason() {
        let check = |exchanges: &[Passed], reason: Option<Span>, expect: usize| {
            let mut needless = Needless::default();
            exchanges.iter().for_each(|passed| needless.passed(passed));
            let first = &exchanges[0];
            if let (Some(span), Some(user)) = (reason, &first.user) {
                needless.wanted(first.place, user, span);
            }
            needless.check_until(u64::MAX, 0);
            assert_eq!(needless.found.len(), expect, "{exchanges:?} {reason:?}");
        };
        let again = [renewal(1_000_000), renewal(2_000_000)];
        check(&again, None, 1);
        check(&again, Some((1_500_000, 1_600_000)), 0);
        check(&again, Some((500_000, 1_100_000)), 0);
        check(&again, Some((500_000, 900_000)), 1);
        check(&again, Some((2_100_000, 2_200_000)), 1);
        check(&[renewal(1_000_000), renewal(6_000_000)], None, 0);
        let mut lost = renewal(1_000_000);
        lost.fault = Some(super::super::fault_class::FaultClass::Lost);
        check(&[lost, renewal(1_100_000)], None, 0);
        let mut refused = Passed::example(Purpose::Api, (1_500_000, 1_600_000));
        refused.status = Some(401);
        let [first, second] = again;
        check(&[first, refused, second], None, 0);
    }
}
