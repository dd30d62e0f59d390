//! Tracks logins: which were lost by which fault, which refresh tokens were used twice, and whether
//! token requests overlapped.
//!
//! At Info Flora, a renewal whose response is lost costs the login: the new refresh token never
//! arrived, and the old one is used up. The next attempt is rejected, rightly. Such a loss is the
//! server's and lasts until a worker has logged in again. At iNaturalist the old refresh token
//! stays valid until the new access token is used, so no login is ever lost there.

use std::collections::{BTreeMap, HashMap};

use super::fault_class::FaultClass;
use super::lines::{Passed, Purpose};
use super::tested_service::TestedService;

/// An account.
type Owner = (TestedService, String);

/// A login that the server has invalidated.
#[derive(Clone, Debug)]
struct Loss {
    by: FaultClass,
    since: u64,
    /// When a new login, begun after the loss, was complete.
    until: Option<u64>,
    noticed: bool,
}

/// The state of one refresh token.
#[derive(Clone, Copy, Debug, Default)]
struct Served {
    times: u64,
    /// Whether the last response to its use was lost.
    lost: bool,
}

/// All logins of a run.
#[derive(Debug, Default)]
pub(super) struct Logins {
    losses: HashMap<Owner, Vec<Loss>>,
    served: HashMap<(TestedService, u64), Served>,
    /// When the last token request of an account ended.
    last: HashMap<Owner, u64>,
    /// By the login's number and the program: the times at which an invalid login was tried again.
    tried_dead: HashMap<(TestedService, u64, String), Vec<u64>>,
    pub(super) double_renewals: Vec<String>,
    pub(super) at_once: Vec<String>,
    pub(super) asked_too_often: Vec<String>,
}

/// How long a refusal is cached (`auth-flows/src/token/negative_cache.rs`), in microseconds.
const BELIEVED: u64 = 60_000_000;

impl Logins {
    /// Records a request.
    pub(super) fn passed(&mut self, passed: &Passed) {
        let Some(user) = passed
            .user
            .clone()
            .filter(|_| passed.purpose.gives_a_token())
        else {
            return;
        };
        let owner = (passed.place, user);
        let last = self.last.entry(owner.clone()).or_default();
        if passed.began < *last {
            let (by, purpose) = (&passed.by, passed.purpose.word());
            self.at_once
                .push(format!("{}: {by}: {purpose}", shown(&owner)));
        }
        *last = (*last).max(passed.ended);
        if passed.purpose == Purpose::Renewal && passed.processed {
            self.renewed(passed, owner);
        }
    }

    fn renewed(&mut self, passed: &Passed, owner: Owner) {
        let Some(number) = passed.refresh_token else {
            return;
        };
        let served = self.served.entry((passed.place, number)).or_default();
        if served.times > 0 && !served.lost {
            let by = &passed.by;
            self.double_renewals
                .push(format!("{}: {by}", shown(&owner)));
        }
        let lost = passed.fault.filter(|_| passed.is_lost());
        if passed.status == Some(200) {
            served.times += 1;
            served.lost = lost.is_some();
            if let (Some(by), TestedService::InfoFlora) = (lost, passed.place) {
                self.losses.entry(owner).or_default().push(Loss {
                    by,
                    since: passed.ended,
                    until: None,
                    noticed: false,
                });
            }
        } else if lost.is_none() {
            let login = (passed.place, number, passed.by.clone());
            let tries = self.tried_dead.entry(login).or_default();
            if tries.iter().any(|before| passed.began < before + BELIEVED) {
                let by = &passed.by;
                self.asked_too_often
                    .push(format!("{}: {by}", shown(&owner)));
            }
            tries.push(passed.began);
        }
    }

    /// Records a new login, by its beginning and end.
    pub(super) fn healed(&mut self, place: TestedService, user: &str, began: u64, ended: u64) {
        let losses = self.losses.get_mut(&(place, user.to_owned()));
        for loss in losses.into_iter().flatten() {
            if loss.until.is_none() && loss.since <= began {
                loss.until = Some(ended);
            }
        }
    }

    /// Records that a worker got `NeedsLogin` between these moments. Returns whether the server
    /// caused it.
    pub(super) fn needs_login(
        &mut self,
        place: TestedService,
        user: &str,
        began: u64,
        ended: u64,
    ) -> bool {
        let losses = self.losses.get_mut(&(place, user.to_owned()));
        let mut losses = losses.into_iter().flatten().rev();
        let in_time =
            |loss: &&mut Loss| loss.since <= ended && loss.until.is_none_or(|until| began <= until);
        match losses.find(in_time) {
            Some(loss) => {
                loss.noticed = true;
                true
            }
            None => false,
        }
    }

    /// How many logins each fault lost, and how many of these losses a worker noticed.
    pub(super) fn lost(&self) -> BTreeMap<FaultClass, (usize, usize)> {
        let mut lost = BTreeMap::new();
        for loss in self.losses.values().flatten() {
            let (all, noticed): &mut (usize, usize) = lost.entry(loss.by).or_default();
            *all += 1;
            *noticed += usize::from(loss.noticed);
        }
        lost
    }
}

fn shown((place, user): &Owner) -> String {
    format!("{}, {user}", place.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renewal(place: TestedService, number: u64, span: (u64, u64)) -> Passed {
        Passed {
            place,
            refresh_token: Some(number),
            ..Passed::example(Purpose::Renewal, span)
        }
    }

    fn fault(mut passed: Passed, fault: FaultClass) -> Passed {
        passed.fault = Some(fault);
        passed
    }

    fn refused(mut passed: Passed) -> Passed {
        passed.status = Some(400);
        passed
    }

    #[test]
    fn a_refresh_token_is_used_once_unless_its_response_was_lost() {
        let check = |exchanges: &[Passed], expect: usize| {
            let mut logins = Logins::default();
            exchanges.iter().for_each(|passed| logins.passed(passed));
            assert_eq!(logins.double_renewals.len(), expect, "{exchanges:?}");
        };
        for place in TestedService::BOTH {
            let at = |number, when| renewal(place, number, (when, when + 1));
            check(&[at(1, 1), at(2, 3)], 0);
            check(&[at(1, 1), at(1, 3)], 1);
            check(&[at(1, 1), refused(at(1, 3))], 1);
            let lost = fault(at(1, 1), FaultClass::Lost);
            check(&[lost.clone(), at(1, 3)], 0);
            check(&[lost.clone(), at(1, 3), at(1, 5)], 1);
            check(&[lost, refused(at(1, 3)), refused(at(1, 5))], 0);
            let slow = fault(at(1, 1), FaultClass::Slow);
            check(&[slow, at(1, 3)], 1);
            let mut missing = fault(at(1, 1), FaultClass::Broken);
            missing.processed = false;
            check(&[missing, at(1, 3)], 0);
        }
    }

    #[test]
    fn token_requests_of_an_account_do_not_overlap() {
        let mut logins = Logins::default();
        let mut check = |began, ended, expect: usize| {
            logins.passed(&renewal(TestedService::InfoFlora, began, (began, ended)));
            assert_eq!(logins.at_once.len(), expect, "{began}");
        };
        check(10, 20, 0);
        check(20, 30, 0);
        check(29, 40, 1);
    }

    #[test]
    fn losses_last_until_a_new_login() {
        let mut logins = Logins::default();
        let lost = fault(
            renewal(TestedService::InfoFlora, 1, (10, 20)),
            FaultClass::LostByReset,
        );
        logins.passed(&lost);
        let mut check = |began, ended, expect: bool| {
            let blamed = logins.needs_login(TestedService::InfoFlora, "shared-0", began, ended);
            assert_eq!(blamed, expect, "{began} {ended}");
        };
        check(1, 19, false);
        check(15, 25, true);
        check(1000, 1001, true);
        logins.healed(TestedService::InfoFlora, "shared-0", 5, 15);
        logins.healed(TestedService::InfoFlora, "shared-0", 30, 40);
        let mut check = |began, expect: bool| {
            let blamed = logins.needs_login(TestedService::InfoFlora, "shared-0", began, 2000);
            assert_eq!(blamed, expect, "{began}");
        };
        check(39, true);
        check(41, false);
        assert!(!logins.needs_login(TestedService::InfoFlora, "shared-1", 15, 25));
        let other = fault(
            renewal(TestedService::INaturalist, 1, (10, 20)),
            FaultClass::Lost,
        );
        logins.passed(&other);
        assert!(!logins.needs_login(TestedService::INaturalist, "shared-0", 15, 25));
        assert_eq!(
            logins.lost(),
            BTreeMap::from([(FaultClass::LostByReset, (1, 1))])
        );
    }

    #[test]
    fn a_refusal_is_cached() {
        let mut logins = Logins::default();
        logins.passed(&fault(
            renewal(TestedService::InfoFlora, 1, (0, 1)),
            FaultClass::Lost,
        ));
        let mut check = |by: &str, when, expect: usize| {
            let mut passed = refused(renewal(TestedService::InfoFlora, 1, (when, when + 1)));
            passed.by = by.to_owned();
            logins.passed(&passed);
            assert_eq!(logins.asked_too_often.len(), expect, "{by} {when}");
        };
        check("a", 10, 0);
        check("b", 20, 0);
        check("a", 30, 1);
        check("b", 20 + BELIEVED, 1);
    }
}
