//! What was told, put beside each other: each error has to be one that the server's faults in its time explain.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::SystemTime;

use serde_json::Value;

use super::evidence::Evidence;
use super::fault_class::FaultClass;
use super::lines::{Door, Failed, Passed};
use super::logins::Logins;
use super::needless::Needless;
use super::tested_service::{TestedService, micros};

/// Hears all that is told, from the server and from the workers.
#[derive(Debug, Default)]
pub(super) struct FaultChecker {
    pub(super) logins: Logins,
    pub(super) needless: Needless,
    /// What may explain an error: spoilt answers and refusals, the latest last.
    passages: VecDeque<Passed>,
    /// Errors that are judged when all is told that may explain them.
    waiting: VecDeque<Failed>,
    pub(super) requests: BTreeMap<Door, u64>,
    pub(super) faults: BTreeMap<(FaultClass, Door), u64>,
    pub(super) errors: BTreeMap<(String, Option<u64>), u64>,
    /// When each renewal that arrived ended, by the world that asked for it.
    pub(super) renewals: BTreeMap<&'static str, Vec<u64>>,
    /// How often each write was done.
    writes: HashMap<u64, u32>,
    pub(super) healed: u64,
    /// Errors that nothing explains.
    pub(super) unexplained: Vec<String>,
    /// Logins that were lost without the server's doing.
    pub(super) lost_by_us: Vec<String>,
    /// Renewals that may have arrived and were sent again all the same, before anybody was told.
    pub(super) repeated: Vec<String>,
    pub(super) written_twice: Vec<String>,
    /// What was found wrong on the spot.
    pub(super) wrong: Vec<String>,
}

/// How long after an error the last line that may explain it arrives at most, in microseconds.
const LATE: u64 = 5_000_000;

/// How far back explanations are kept: longer than any call takes.
const KEPT: u64 = 180_000_000;

impl FaultChecker {
    /// A line of a process.
    pub(super) fn hear(&mut self, line: &Value) {
        if let Some(passed) = line.get("passed").and_then(Passed::read) {
            self.passed(passed);
        } else if let Some(failed) = line.get("failed").and_then(Failed::read) {
            self.waiting.push_back(failed);
        } else if let Some((place, user, began, ended)) = act(&line["healed"]) {
            self.healed += 1;
            self.logins.healed(place, user, began, ended);
        } else if let Some((place, user, began, ended)) = act(&line["hurried"]) {
            self.needless.wanted(place, user, (began, ended));
        } else if let Some(wrong) = line.get("wrong").and_then(Value::as_str) {
            self.wrong.push(wrong.to_owned());
        } else {
            self.wrong.push(format!("a line that nobody knows: {line}"));
        }
        self.judge_until(micros(SystemTime::now()).saturating_sub(LATE));
    }

    fn passed(&mut self, passed: Passed) {
        *self.requests.entry(passed.door).or_default() += 1;
        if let Some(spoilt) = passed.spoilt {
            *self.faults.entry((spoilt, passed.door)).or_default() += 1;
        }
        self.logins.passed(&passed);
        self.needless.passed(&passed);
        let good = passed.processed && passed.status == Some(200);
        if passed.door == Door::Renewal && good && !passed.is_lost() {
            let ended = passed.ended;
            self.renewals
                .entry(world(&passed.by))
                .or_default()
                .push(ended);
        }
        if let (true, true, Some(call)) = (passed.is_write, good, passed.call) {
            let times = self.writes.entry(call).or_default();
            *times += 1;
            if *times == 2 {
                let what = format!("{}: call {call} of {}", passed.place.word(), passed.by);
                self.written_twice.push(what);
            }
        }
        if passed.spoilt.is_some() || passed.status != Some(200) || passed.is_late {
            self.passages.push_back(passed);
        }
    }

    /// Judges the errors that are older than this.
    fn judge_until(&mut self, moment: u64) {
        while self
            .waiting
            .front()
            .is_some_and(|failed| failed.ended < moment)
        {
            if let Some(failed) = self.waiting.pop_front() {
                self.judge(failed);
            }
        }
        let kept = moment.saturating_sub(KEPT);
        while self
            .passages
            .pop_front_if(|passed| passed.ended < kept)
            .is_some()
        {}
        self.needless.judge_until(moment, kept);
    }

    /// Nothing more will be told.
    pub(super) fn close(&mut self) {
        self.judge_until(u64::MAX);
    }

    fn judge(&mut self, failed: Failed) {
        let kind = (failed.kind.clone(), failed.status);
        *self.errors.entry(kind).or_default() += 1;
        let (place, user) = (failed.place, failed.user.as_str());
        let (began, ended) = (failed.began, failed.ended);
        let evidence = Evidence::for_error(&self.passages, &failed);
        if !failed.needs_login {
            if !evidence.explains(&failed) {
                self.unexplained.push(shown(&failed));
            }
            return;
        }
        if !self.logins.needs_login(place, user, began, ended) {
            self.lost_by_us.push(shown(&failed));
        }
        // Who wanted a newer token than the renewal was about has waited for two.
        let waited = failed.is_plain && !self.needless.is_wanted(place, user, (began, ended));
        if waited && evidence.shows_a_repeated_renewal(&failed) {
            self.repeated.push(shown(&failed));
        }
    }
}

/// What a worker tells of an act: whose account, and from when to when.
fn act(told: &Value) -> Option<(TestedService, &str, u64, u64)> {
    let place = TestedService::of_word(told["place"].as_str()?)?;
    let moment = |name: &str| told[name].as_u64();
    Some((
        place,
        told["user"].as_str()?,
        moment("began")?,
        moment("ended")?,
    ))
}

fn world(by: &str) -> &'static str {
    match by.ends_with("tasks") {
        true => "tasks over reqwest",
        false => "threads over ureq",
    }
}

fn shown(failed: &Failed) -> String {
    let Failed {
        act,
        place,
        user,
        by,
        text,
        ..
    } = failed;
    let (kind, place) = (&failed.kind, place.word());
    format!(
        "{act} of {user} at {place} by {by} (call {}, {} to {}): {kind}: {text}",
        failed.call, failed.began, failed.ended
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: &str, status: Option<u64>) -> Failed {
        Failed::example(kind, status, (100_000_000, 101_000_000))
    }

    fn passed(door: Door, spoilt: Option<FaultClass>, status: Option<u64>) -> Passed {
        Passed {
            spoilt,
            processed: false,
            status,
            ..Passed::example(door, (100_500_000, 100_600_000))
        }
    }

    fn judged(failed: Failed, passages: &[Passed]) -> FaultChecker {
        let mut judge = FaultChecker::default();
        passages.iter().for_each(|p| judge.passed(p.clone()));
        judge.waiting.push_back(failed);
        judge.close();
        judge
    }

    #[test]
    fn errors_are_judged_by_what_went_before() {
        let check = |spoilt, expect: usize| {
            let passed = passed(Door::Renewal, Some(spoilt), None);
            let judge = judged(failed("transport", None), &[passed]);
            assert_eq!(judge.unexplained.len(), expect, "{spoilt:?}");
        };
        check(FaultClass::Reset, 0);
        check(FaultClass::Busy, 1);
    }

    #[test]
    fn a_login_is_not_lost_for_nothing() {
        let judge = judged(failed("needs login", Some(400)), &[]);
        assert_eq!((judge.lost_by_us.len(), judge.unexplained.len()), (1, 0));
        let mut lost = passed(Door::Renewal, Some(FaultClass::Lost), Some(200));
        (lost.processed, lost.refresh_token) = (true, Some(1));
        let judge = judged(failed("needs login", Some(400)), &[lost]);
        assert_eq!((judge.lost_by_us.len(), judge.unexplained.len()), (0, 0));
    }

    #[test]
    fn a_write_is_done_once() {
        let mut write = passed(Door::Api, None, Some(200));
        (write.processed, write.is_write) = (true, true);
        let mut judge = FaultChecker::default();
        judge.passed(write.clone());
        assert!(judge.written_twice.is_empty());
        judge.passed(write);
        assert_eq!(judge.written_twice.len(), 1);
    }
}
