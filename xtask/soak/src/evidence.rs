//! Decides which errors fit what happened to a call.

use std::collections::VecDeque;

use super::fault_class::FaultClass;
use super::lines::{Failed, Passed, Purpose};

/// What may have affected a call: the results of its own requests, and the token requests of its
/// account at that time. Contains only requests with a fault or a refusal.
pub(super) struct Evidence<'a> {
    own: Vec<&'a Passed>,
    tokens: Vec<&'a Passed>,
}

/// How long before its beginning a call can still be affected: by the end of a renewal that it
/// waits for. A busy machine delays that.
const EARLY: u64 = 1_000_000;

impl<'a> Evidence<'a> {
    pub(super) fn for_error(exchanges: &'a VecDeque<Passed>, failed: &Failed) -> Self {
        let from = failed.began.saturating_sub(EARLY);
        let in_time = |passed: &&Passed| passed.ended >= from && passed.began <= failed.ended;
        let tokens = |passed: &&Passed| {
            passed.purpose.gives_a_token()
                && passed.place == failed.place
                && passed.user.as_deref() == Some(&failed.user)
        };
        let own = |passed: &&Passed| passed.call == Some(failed.call);
        Self {
            own: exchanges.iter().filter(own).collect(),
            tokens: exchanges.iter().filter(in_time).filter(tokens).collect(),
        }
    }

    /// Whether it is the right error: its kind, its status, and the results of its methods.
    pub(super) fn explains(&self, failed: &Failed) -> bool {
        let questions = (failed.is_retryable, failed.is_configuration);
        match (failed.kind.as_str(), failed.status, questions) {
            ("transport", None, (true, false)) => {
                failed.may_have_been_delivered
                    && self.has(&[FaultClass::Reset, FaultClass::Lost, FaultClass::LostByReset])
            }
            ("refused", Some(500), (true, false)) => self.has(&[FaultClass::Broken]),
            ("refused", Some(503), (true, false)) => self.has(&[FaultClass::Busy]),
            ("refused", Some(429), (true, false)) => self.has(&[FaultClass::Limit]),
            // A success that ends too early may be complete the next time.
            ("malformed", Some(200), (true, false)) => self.has(&[FaultClass::Half]),
            ("malformed", Some(200), (false, false)) => {
                self.has(&[FaultClass::Page, FaultClass::Half])
            }
            // A token expires, or another caller renews it, while its request is delayed: the call
            // recovers from that once by itself. Or it is a refusal that was cut short.
            ("refused", Some(401), (false, false)) => {
                // The one that the error is of, if the client says that another renewal is vain.
                let vain = failed.text.contains("a new token was rejected, too");
                self.refusals() >= if vain { 1 } else { 2 } || self.has_half_of(401)
            }
            ("refused", Some(400), (false, false)) => self.has_half_of(400),
            ("malformed", None, (false, false)) => {
                failed.text.contains("past the expiry of the token") && self.refusals() >= 2
            }
            _ => false,
        }
    }

    /// Whether the program of this call sent a refresh token, got no token for it, and sent it
    /// again, while the call only waited.
    pub(super) fn shows_a_repeated_renewal(&self, failed: &Failed) -> bool {
        let renewals = || {
            let of_program = |passed: &&&Passed| {
                passed.purpose == Purpose::Renewal
                    && passed.by == failed.by
                    && passed.began > failed.began
                    && passed.ended < failed.ended
            };
            self.tokens.iter().filter(of_program)
        };
        let is_again = |first: &Passed, second: &Passed| {
            second.began >= first.ended && second.refresh_token == first.refresh_token
        };
        let late = |fault| matches!(fault, FaultClass::Delay | FaultClass::Slow);
        let unanswered = |passed: &&&Passed| passed.fault.is_some_and(|fault| !late(fault));
        self.own.is_empty()
            && renewals()
                .filter(unanswered)
                .any(|first| renewals().any(|second| is_again(first, second)))
    }

    /// Whether the response to a token request was faulty, so that the client did not get its
    /// token.
    pub(super) fn has_a_faulty_renewal(&self) -> bool {
        let late = |fault| matches!(fault, FaultClass::Delay | FaultClass::Slow);
        let mut tokens = self.tokens.iter();
        tokens.any(|passed| passed.fault.is_some_and(|fault| !late(fault)))
    }

    fn has(&self, classes: &[FaultClass]) -> bool {
        let mut all = self.own.iter().chain(&self.tokens);
        all.any(|passed| passed.fault.is_some_and(|class| classes.contains(&class)))
    }

    /// Whether only half of a response with this status arrived.
    fn has_half_of(&self, status: u64) -> bool {
        let mut all = self.own.iter().chain(&self.tokens);
        all.any(|passed| passed.fault == Some(FaultClass::Half) && passed.status == Some(status))
    }

    /// How often the call itself got an anonymous or rejecting response.
    fn refusals(&self) -> usize {
        self.own.iter().filter(|passed| passed.is_refused()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tested_service::TestedService;
    use super::*;

    fn failed(kind: &str, status: Option<u64>) -> Failed {
        Failed::example(kind, status, (100_000_000, 101_000_000))
    }

    fn passed(purpose: Purpose, fault: Option<FaultClass>, status: Option<u64>) -> Passed {
        Passed {
            fault,
            status,
            ..Passed::example(purpose, (100_500_000, 100_600_000))
        }
    }

    fn explains(failed: &Failed, exchanges: &[Passed]) -> bool {
        let exchanges = VecDeque::from(exchanges.to_vec());
        Evidence::for_error(&exchanges, failed).explains(failed)
    }

    #[test]
    fn errors_have_to_be_explained() {
        let check = |failed: Failed, exchanges: &[&Passed], expect: bool| {
            let exchanges: Vec<_> = exchanges.iter().map(|&passed| passed.clone()).collect();
            assert_eq!(
                explains(&failed, &exchanges),
                expect,
                "{failed:?} {exchanges:?}"
            );
        };
        let not_retryable = |mut failed: Failed| {
            failed.is_retryable = false;
            failed
        };
        for purpose in [Purpose::Api, Purpose::Renewal] {
            let reset = passed(purpose, Some(FaultClass::Reset), None);
            let broken = passed(purpose, Some(FaultClass::Broken), Some(500));
            let page = passed(purpose, Some(FaultClass::Page), Some(200));
            check(failed("transport", None), &[&reset], true);
            check(failed("transport", None), &[&broken], false);
            check(not_retryable(failed("transport", None)), &[&reset], false);
            check(failed("refused", Some(500)), &[&broken], true);
            check(
                not_retryable(failed("refused", Some(500))),
                &[&broken],
                false,
            );
            check(failed("refused", Some(503)), &[&broken], false);
            check(failed("configuration", Some(500)), &[&broken], false);
            check(failed("malformed", Some(200)), &[&page], true);
            check(failed("malformed", Some(200)), &[&broken], false);
        }
        check(failed("transport", None), &[], false);
        check(failed("timed out", None), &[], false);
        let refused = passed(Purpose::Api, None, Some(401));
        check(failed("refused", Some(401)), &[&refused], false);
        check(failed("refused", Some(401)), &[&refused, &refused], true);
        let half = passed(Purpose::Renewal, Some(FaultClass::Half), Some(400));
        check(failed("refused", Some(400)), &[&half], true);
        check(failed("refused", Some(401)), &[&half], false);
    }

    #[test]
    fn faults_of_others_explain_no_error() {
        let check = |change: fn(&mut Passed), expect: bool| {
            let mut reset = passed(Purpose::Renewal, Some(FaultClass::Reset), None);
            change(&mut reset);
            assert_eq!(
                explains(&failed("transport", None), &[reset.clone()]),
                expect,
                "{reset:?}"
            );
        };
        check(|_| {}, true);
        check(|passed| passed.user = Some("shared-1".to_owned()), false);
        check(|passed| passed.place = TestedService::INaturalist, false);
        check(|passed| passed.ended = 98_000_000, false);
        check(|passed| passed.began = 102_000_000, false);
    }

    #[test]
    fn a_renewal_that_is_repeated_shows() {
        let lost = passed(Purpose::Renewal, Some(FaultClass::Lost), Some(200));
        let mut again = passed(Purpose::Renewal, None, Some(400));
        (again.began, again.ended) = (100_700_000, 100_800_000);
        let check = |change: fn(&mut Passed, &mut Passed), more: Option<Passed>, expect: bool| {
            let (mut lost, mut again) = (lost.clone(), again.clone());
            change(&mut lost, &mut again);
            let exchanges: VecDeque<_> = [lost, again].into_iter().chain(more).collect();
            let failed = failed("needs login", Some(400));
            let shows = Evidence::for_error(&exchanges, &failed).shows_a_repeated_renewal(&failed);
            assert_eq!(shows, expect, "{exchanges:?}");
        };
        check(|_, _| {}, None, true);
        check(|lost, _| lost.began = 99_900_000, None, false);
        check(|lost, _| lost.by = "another".to_owned(), None, false);
        check(|_, again| again.refresh_token = Some(2), None, false);
        check(|lost, _| lost.fault = None, None, false);
        check(|lost, _| lost.fault = Some(FaultClass::Slow), None, false);
        let refused = passed(Purpose::Api, None, Some(401));
        check(|_, _| {}, Some(refused), false);
    }
}
