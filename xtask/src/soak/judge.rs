//! What was told, put beside each other: each error has to be one that the server's faults in its time explain.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::SystemTime;

use serde_json::Value;

use super::ground::{Place, micros};
use super::lines::{Door, Failed, Passed};
use super::logins::Logins;
use super::needless::Needless;
use super::spoilt::Spoilt;

/// Hears all that is told, from the server and from the workers.
#[derive(Debug, Default)]
pub(super) struct Judge {
    pub(super) logins: Logins,
    pub(super) needless: Needless,
    /// What may explain an error: spoilt answers and refusals, the latest last.
    passages: VecDeque<Passed>,
    /// Errors that are judged when all is told that may explain them.
    waiting: VecDeque<Failed>,
    pub(super) requests: BTreeMap<Door, u64>,
    pub(super) faults: BTreeMap<(Spoilt, Door), u64>,
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
    pub(super) written_twice: Vec<String>,
    /// What was found wrong on the spot.
    pub(super) wrong: Vec<String>,
}

/// How long after an error the last line that may explain it arrives at most, in microseconds.
const LATE: u64 = 5_000_000;

/// How long before its beginning a call can still be hit: by the end of a renewal that it waits for. A busy machine takes its time to
/// hand that on.
const EARLY: u64 = 1_000_000;

/// How far back explanations are kept: longer than any call takes.
const KEPT: u64 = 180_000_000;

impl Judge {
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
        if failed.needs_login {
            let blamed = self
                .logins
                .needs_login(place, user, failed.began, failed.ended);
            if !blamed {
                self.lost_by_us.push(shown(&failed));
            }
            return;
        }
        if !is_explained(&failed, &Evidence::for_error(&self.passages, &failed)) {
            self.unexplained.push(shown(&failed));
        }
    }
}

/// What may have hit a call: what its own requests came to, and the token requests of its account in its time.
struct Evidence<'a> {
    own: Vec<&'a Passed>,
    tokens: Vec<&'a Passed>,
}

impl<'a> Evidence<'a> {
    fn for_error(passages: &'a VecDeque<Passed>, failed: &Failed) -> Self {
        let from = failed.began.saturating_sub(EARLY);
        let in_time = |passed: &&Passed| passed.ended >= from && passed.began <= failed.ended;
        let tokens = |passed: &&Passed| {
            passed.door.gives_a_token()
                && passed.place == failed.place
                && passed.user.as_deref() == Some(&failed.user)
        };
        let own = |passed: &&Passed| passed.call == Some(failed.call);
        Self {
            own: passages.iter().filter(own).collect(),
            tokens: passages.iter().filter(in_time).filter(tokens).collect(),
        }
    }

    fn has(&self, ways: &[Spoilt]) -> bool {
        let is_one = |passed: &&Passed| passed.spoilt.is_some_and(|way| ways.contains(&way));
        self.own.iter().copied().any(|passed| is_one(&passed))
            || self.tokens.iter().copied().any(|passed| is_one(&passed))
    }

    /// Half of an answer of this status was all that came.
    fn has_half_of(&self, status: u64) -> bool {
        let mut all = self.own.iter().chain(&self.tokens);
        all.any(|passed| passed.spoilt == Some(Spoilt::Half) && passed.status == Some(status))
    }

    /// How often the call itself was refused as nobody's.
    fn refusals(&self) -> usize {
        self.own.iter().filter(|passed| passed.is_refused()).count()
    }
}

/// Whether it is the right error for what happened: its kind, its status, and its answers to the questions that programs ask.
fn is_explained(failed: &Failed, evidence: &Evidence<'_>) -> bool {
    let questions = (failed.is_retryable, failed.is_configuration);
    match (failed.kind.as_str(), failed.status, questions) {
        ("transport", None, (true, false)) => {
            failed.may_have_arrived
                && evidence.has(&[Spoilt::Reset, Spoilt::Lost, Spoilt::LostByReset])
        }
        ("refused", Some(500), (true, false)) => evidence.has(&[Spoilt::Broken]),
        ("refused", Some(503), (true, false)) => evidence.has(&[Spoilt::Busy]),
        ("refused", Some(429), (true, false)) => evidence.has(&[Spoilt::Limit]),
        ("malformed", Some(200), (false, false)) => evidence.has(&[Spoilt::Page, Spoilt::Half]),
        // A refusal that was cut short.
        ("refused", Some(status @ (400 | 401)), (false, false)) if evidence.has_half_of(status) => {
            true
        }
        // A token ends, or is renewed by somebody else, while its request is held back: once the call mends that by itself.
        ("refused", Some(401), (false, false)) => evidence.refusals() >= 2,
        ("malformed", None, (false, false)) => {
            failed.text.contains("after the end of the token") && evidence.refusals() >= 2
        }
        _ => false,
    }
}

/// What a worker tells of an act: whose account, and from when to when.
fn act(told: &Value) -> Option<(Place, &str, u64, u64)> {
    let place = Place::of_word(told["place"].as_str()?)?;
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

    fn failed(kind: &str, status: Option<u64>, retryable: bool) -> Failed {
        Failed {
            place: Place::InfoFlora,
            user: "shared-0".to_owned(),
            by: "soak-0/tasks".to_owned(),
            act: "a read".to_owned(),
            call: 7,
            began: 100_000_000,
            ended: 101_000_000,
            kind: kind.to_owned(),
            status,
            needs_login: kind == "needs login",
            is_configuration: kind == "configuration",
            is_retryable: retryable,
            may_have_arrived: true,
            text: "it failed".to_owned(),
        }
    }

    fn passed(door: Door, spoilt: Option<Spoilt>, status: Option<u64>) -> Passed {
        Passed {
            spoilt,
            processed: false,
            status,
            ..Passed::example(door, (100_500_000, 100_600_000))
        }
    }

    fn judged(failed: Failed, passages: &[Passed]) -> Judge {
        let mut judge = Judge::default();
        passages.iter().for_each(|p| judge.passed(p.clone()));
        judge.waiting.push_back(failed);
        judge.close();
        judge
    }

    #[test]
    fn errors_have_to_be_explained() {
        let check = |failed: Failed, passages: &[Passed], expect: bool| {
            let judge = judged(failed.clone(), passages);
            assert_eq!(
                judge.unexplained.is_empty(),
                expect,
                "{failed:?} {passages:?}"
            );
        };
        for door in [Door::Api, Door::Renewal] {
            let reset = passed(door, Some(Spoilt::Reset), None);
            let broken = passed(door, Some(Spoilt::Broken), Some(500));
            let page = passed(door, Some(Spoilt::Page), Some(200));
            check(
                failed("transport", None, true),
                std::slice::from_ref(&reset),
                true,
            );
            check(
                failed("transport", None, true),
                std::slice::from_ref(&broken),
                false,
            );
            check(failed("transport", None, false), &[reset], false);
            check(
                failed("refused", Some(500), true),
                std::slice::from_ref(&broken),
                true,
            );
            check(
                failed("refused", Some(503), true),
                std::slice::from_ref(&broken),
                false,
            );
            check(failed("configuration", Some(500), false), &[broken], false);
            check(
                failed("malformed", Some(200), false),
                std::slice::from_ref(&page),
                true,
            );
            check(failed("malformed", Some(200), true), &[page], false);
        }
        check(failed("transport", None, true), &[], false);
        check(failed("timed out", None, true), &[], false);
        let refused = passed(Door::Api, None, Some(401));
        check(
            failed("refused", Some(401), false),
            std::slice::from_ref(&refused),
            false,
        );
        check(
            failed("refused", Some(401), false),
            &[refused.clone(), refused],
            true,
        );
    }

    #[test]
    fn others_faults_explain_nothing() {
        let check = |change: fn(&mut Passed), expect: bool| {
            let mut reset = passed(Door::Renewal, Some(Spoilt::Reset), None);
            change(&mut reset);
            let judge = judged(failed("transport", None, true), &[reset.clone()]);
            assert_eq!(judge.unexplained.is_empty(), expect, "{reset:?}");
        };
        check(|_| {}, true);
        check(|passed| passed.user = Some("shared-1".to_owned()), false);
        check(|passed| passed.place = Place::INaturalist, false);
        check(|passed| passed.ended = 98_000_000, false);
        check(|passed| passed.began = 102_000_000, false);
    }

    #[test]
    fn a_login_is_not_lost_for_nothing() {
        let judge = judged(failed("needs login", Some(400), false), &[]);
        assert_eq!((judge.lost_by_us.len(), judge.unexplained.len()), (1, 0));
        let mut lost = passed(Door::Renewal, Some(Spoilt::Lost), Some(200));
        (lost.processed, lost.refresh_token) = (true, Some(1));
        let judge = judged(failed("needs login", Some(400), false), &[lost]);
        assert_eq!((judge.lost_by_us.len(), judge.unexplained.len()), (0, 0));
    }

    #[test]
    fn a_write_is_done_once() {
        let mut write = passed(Door::Api, None, Some(200));
        (write.processed, write.is_write) = (true, true);
        let mut judge = Judge::default();
        judge.passed(write.clone());
        assert!(judge.written_twice.is_empty());
        judge.passed(write);
        assert_eq!(judge.written_twice.len(), 1);
    }
}
