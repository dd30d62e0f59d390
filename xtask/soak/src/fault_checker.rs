//! Compares the reports: each error has to be explained by one of the server's faults at that time.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::SystemTime;

use serde::Deserialize;
use serde_json::Value;

use super::evidence::Evidence;
use super::fault_class::FaultClass;
use super::lines::{Failed, Line, Passed, Purpose};
use super::logins::Logins;
use super::needless::Needless;
use super::tested_service::micros;

/// Receives all reports, from the server and from the workers.
#[derive(Debug, Default)]
pub(super) struct FaultChecker {
    pub(super) logins: Logins,
    pub(super) needless: Needless,
    /// What may explain an error: responses with a fault and refusals, the latest last.
    exchanges: VecDeque<Passed>,
    /// Errors that are checked once all reports that may explain them have arrived.
    waiting: VecDeque<Failed>,
    pub(super) requests: BTreeMap<Purpose, u64>,
    pub(super) faults: BTreeMap<(FaultClass, Purpose), u64>,
    pub(super) errors: BTreeMap<(String, Option<u64>), u64>,
    /// The end of each renewal that arrived, by the world that sent it.
    pub(super) renewals: BTreeMap<&'static str, Vec<u64>>,
    /// How often each write was done.
    writes: HashMap<u64, u32>,
    pub(super) healed: u64,
    /// Errors without an explanation.
    pub(super) unexplained: Vec<String>,
    /// Logins that were lost without a fault of the server.
    pub(super) lost_by_us: Vec<String>,
    /// Renewals that may have arrived and were sent again before an error was returned.
    pub(super) repeated: Vec<String>,
    pub(super) written_twice: Vec<String>,
    /// Broken promises that workers reported.
    pub(super) wrong: Vec<String>,
}

/// The longest delay of a report that may explain an error, in microseconds.
const LATE: u64 = 5_000_000;

/// How long explanations are stored, in microseconds: longer than any call takes, and than the
/// longest pause.
const KEPT: u64 = 400_000_000;

/// How long a token may be in use after the server has ended it by a renewal whose response was
/// faulty, in microseconds: its life, and that of the one before it.
const FAULTY: u64 = 4_000_000;

/// How long a failed renewal is remembered at most, in microseconds: its error then comes again
/// without a request.
const PAUSE: u64 = 300_000_000;

impl FaultChecker {
    /// Reads a line of a process.
    pub(super) fn hear(&mut self, line: &Value) {
        match Line::deserialize(line) {
            Ok(Line::Passed(passed)) => self.passed(passed),
            Ok(Line::Failed(failed)) => self.waiting.push_back(failed),
            Ok(Line::Healed(act)) => {
                self.healed += 1;
                self.logins
                    .healed(act.place, &act.user, act.began, act.ended);
            }
            Ok(Line::Hurried(act)) => {
                let time = (act.began, act.ended);
                self.needless.wanted(act.place, &act.user, time);
            }
            Ok(Line::Wrong(wrong)) => self.wrong.push(wrong),
            Err(_) => self.wrong.push(format!("unknown line: {line}")),
        }
        self.check_until(micros(SystemTime::now()).saturating_sub(LATE));
    }

    fn passed(&mut self, passed: Passed) {
        *self.requests.entry(passed.purpose).or_default() += 1;
        if let Some(fault) = passed.fault {
            *self.faults.entry((fault, passed.purpose)).or_default() += 1;
        }
        self.logins.passed(&passed);
        self.needless.passed(&passed);
        let good = passed.processed && passed.status == Some(200);
        if passed.purpose == Purpose::Renewal && good && !passed.is_lost() {
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
        if passed.fault.is_some() || passed.status != Some(200) || passed.is_late {
            self.exchanges.push_back(passed);
        }
    }

    /// Checks the errors that are older than this moment.
    fn check_until(&mut self, moment: u64) {
        while self
            .waiting
            .front()
            .is_some_and(|failed| failed.ended < moment)
        {
            if let Some(failed) = self.waiting.pop_front() {
                self.check(failed);
            }
        }
        let oldest = moment.saturating_sub(KEPT);
        while self
            .exchanges
            .pop_front_if(|passed| passed.ended < oldest)
            .is_some()
        {}
        self.needless.check_until(moment, oldest);
    }

    /// Checks the rest: no more reports will come.
    pub(super) fn close(&mut self) {
        self.check_until(u64::MAX);
    }

    fn check(&mut self, failed: Failed) {
        let kind = (failed.kind.clone(), failed.status);
        *self.errors.entry(kind).or_default() += 1;
        let (place, user) = (failed.place, failed.user.as_str());
        let (began, ended) = (failed.began, failed.ended);
        let evidence = Evidence::for_error(&self.exchanges, &failed);
        if !failed.needs_login {
            if !evidence.explains(&failed)
                && !self.is_remembered(&failed)
                && !self.is_of_a_faulty_renewal(&failed)
            {
                self.unexplained.push(shown(&failed));
            }
            return;
        }
        if !self.logins.needs_login(place, user, began, ended) {
            self.lost_by_us.push(shown(&failed));
        }
        // A caller that required a newer token than the first renewal gives has waited for two.
        let waited = failed.is_plain && !self.needless.is_wanted(place, user, (began, ended));
        if waited && evidence.shows_a_repeated_renewal(&failed) {
            self.repeated.push(shown(&failed));
        }
    }
}

impl FaultChecker {
    /// Whether it may be the error of an earlier renewal, which holds until its pause is over.
    fn is_remembered(&self, failed: &Failed) -> bool {
        let tokens = self.exchanges.iter().filter(|p| p.purpose != Purpose::Api);
        let tokens: VecDeque<Passed> = tokens.cloned().collect();
        let mut earlier = failed.clone();
        earlier.began = earlier.began.saturating_sub(PAUSE);
        Evidence::for_error(&tokens, &earlier).explains(&earlier)
    }

    /// Whether it is the verdict on a new token, and the server has ended that token by a renewal
    /// whose response was faulty. Until the token expires, the client takes its rejection for the
    /// API's verdict on the operation.
    fn is_of_a_faulty_renewal(&self, failed: &Failed) -> bool {
        let is_verdict = failed.text.contains("the service rejected a new token");
        let mut since = failed.clone();
        since.began = since.began.saturating_sub(FAULTY);
        is_verdict && Evidence::for_error(&self.exchanges, &since).has_a_faulty_renewal()
    }
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

    fn passed(purpose: Purpose, fault: Option<FaultClass>, status: Option<u64>) -> Passed {
        Passed {
            fault,
            processed: false,
            status,
            ..Passed::example(purpose, (100_500_000, 100_600_000))
        }
    }

    fn checked(failed: Failed, exchanges: &[Passed]) -> FaultChecker {
        let mut checker = FaultChecker::default();
        exchanges.iter().for_each(|p| checker.passed(p.clone()));
        checker.waiting.push_back(failed);
        checker.close();
        checker
    }

    #[test]
    fn errors_are_checked_against_earlier_faults() {
        let check = |fault, expect: usize| {
            let passed = passed(Purpose::Renewal, Some(fault), None);
            let checker = checked(failed("transport", None), &[passed]);
            assert_eq!(checker.unexplained.len(), expect, "{fault:?}");
        };
        check(FaultClass::Reset, 0);
        check(FaultClass::Busy, 1);
    }

    #[test]
    fn the_verdict_on_a_new_token_needs_a_faulty_renewal_of_late() {
        let check = |fault, ended: u64, text: &str, expect: usize| {
            let renewal = Passed {
                fault: Some(fault),
                ..Passed::example(Purpose::Renewal, (ended - 1000, ended))
            };
            let mut verdict = failed("refused", Some(401));
            (verdict.text, verdict.is_retryable) = (text.to_owned(), false);
            let checker = checked(verdict, &[renewal]);
            assert_eq!(
                checker.unexplained.len(),
                expect,
                "{fault:?} {ended} {text}"
            );
        };
        let verdict = "refused: the service rejected a new token";
        check(FaultClass::Lost, 97_000_000, verdict, 0);
        check(FaultClass::Delay, 97_000_000, verdict, 1);
        check(FaultClass::Lost, 94_000_000, verdict, 1);
        check(FaultClass::Lost, 97_000_000, "refused: rejected", 1);
    }

    #[test]
    fn a_lost_login_needs_a_fault() {
        let checker = checked(failed("needs login", Some(400)), &[]);
        assert_eq!(
            (checker.lost_by_us.len(), checker.unexplained.len()),
            (1, 0)
        );
        let mut lost = passed(Purpose::Renewal, Some(FaultClass::Lost), Some(200));
        (lost.processed, lost.refresh_token) = (true, Some(1));
        let checker = checked(failed("needs login", Some(400)), &[lost]);
        assert_eq!(
            (checker.lost_by_us.len(), checker.unexplained.len()),
            (0, 0)
        );
    }

    #[test]
    fn a_write_is_done_once() {
        let mut write = passed(Purpose::Api, None, Some(200));
        (write.processed, write.is_write) = (true, true);
        let mut checker = FaultChecker::default();
        checker.passed(write.clone());
        assert!(checker.written_twice.is_empty());
        checker.passed(write);
        assert_eq!(checker.written_twice.len(), 1);
    }
}
