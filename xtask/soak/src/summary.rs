//! The result of a run, in lines: each figure, and for each check whether it passed.

use std::fmt::Display;
use std::time::Duration;

use serde_json::Value;
use support::table::{Width, line};

use super::Options;
use super::fault_class::FaultClass;
use super::lines::Purpose;
use super::run::{Moment, RunResult};
use crate::output;

/// Prints lines as they come, and counts failures.
#[derive(Debug, Default)]
pub(super) struct Summary {
    checks: usize,
    failed: usize,
}

/// The columns of a figure: its verdict, its name, and itself.
const FIGURE: [Width; 3] = [Width::Left(8), Width::Left(56), Width::Right(26)];

/// How many failures of a kind are shown.
const SHOWN: usize = 10;

/// The most that memory may grow from the reference moment to the end.
const GROWTH: f64 = 1.05;

/// The gaps in a heap may vary by this many KiB from one moment to another, in either direction. A
/// heap's own bytes do not.
const GAPS: u64 = 1024;

/// In this many requests each class of fault has occurred a hundred times and more.
const MANY: u64 = 10_000;

/// Prints the summary; returns the number of failures.
pub(super) fn tell(mut summary: Summary, result: &RunResult, options: &Options) -> usize {
    summary.traffic(result);
    summary.faults(result);
    summary.errors(result);
    summary.logins(result);
    summary.progress(result);
    summary.memory(result, options);
    summary.close(options.seconds)
}

impl Summary {
    /// Prints the last line; returns the number of failures.
    pub(super) fn close(&self, seconds: u64) -> usize {
        let (checks, failed) = (self.checks, self.failed);
        output::line(format_args!(
            "\nsoak: {seconds} s, {checks} checks, {failed} failed"
        ));
        failed
    }

    pub(super) fn heading(&self, text: &str) {
        output::line(format_args!("\n{text}"));
    }

    /// Prints a figure without a check.
    pub(super) fn figure(&self, name: &str, figure: impl Display) {
        output::line(line(&FIGURE, ["", name, &figure.to_string()]));
    }

    /// Prints a figure with its check.
    pub(super) fn check(&mut self, name: &str, figure: impl Display, holds: bool) {
        self.row(&FIGURE, [name.to_owned(), figure.to_string()], holds);
    }

    /// Prints a row of a table with its check; `widths` begins with the column of verdicts.
    pub(super) fn row(
        &mut self,
        widths: &[Width],
        cells: impl IntoIterator<Item = String>,
        holds: bool,
    ) {
        self.checks += 1;
        self.failed += usize::from(!holds);
        let verdict = if holds { "ok" } else { "FAILED" };
        let cells = std::iter::once(verdict.to_owned()).chain(cells);
        output::line(line(widths, cells));
    }

    /// Checks that a list is empty.
    pub(super) fn none(&mut self, name: &str, failures: &[String]) {
        self.check(name, failures.len(), failures.is_empty());
        for failure in failures.iter().take(SHOWN) {
            output::line(format_args!("          {failure}"));
        }
        if failures.len() > SHOWN {
            output::line(format_args!(
                "          and {} more",
                failures.len() - SHOWN
            ));
        }
    }

    fn traffic(&mut self, result: &RunResult) {
        self.heading("traffic");
        let checker = &result.checker;
        let of_tallies = |name: &str| -> u64 {
            let last = result.processes.iter().map(|[_, last]| &last.tally);
            last.filter_map(|tally| tally[name].as_u64()).sum()
        };
        self.figure("calls of workers", of_tallies("calls"));
        self.figure("  that failed", of_tallies("failed"));
        self.figure("  whose future was dropped", of_tallies("dropped"));
        self.figure(
            "requests that the server received",
            checker.requests.values().sum::<u64>(),
        );
        for purpose in Purpose::ALL {
            let count = checker.requests.get(&purpose).copied().unwrap_or_default();
            self.figure(&format!("  {}", purpose.word()), count);
        }
        let share = |ticks: u64| {
            let seconds = ticks as f64 / 100.0;
            format!(
                "{:.0} %",
                100.0 * seconds / result.load.as_secs_f64().max(1.0)
            )
        };
        let [processes, server] = result.ticks;
        self.figure("processor time of one core: workers", share(processes));
        self.figure("processor time of one core: server", share(server));
    }

    fn faults(&mut self, result: &RunResult) {
        let purposes = [
            Purpose::Renewal,
            Purpose::Login,
            Purpose::Derived,
            Purpose::Api,
        ];
        let number = Width::Right(10);
        let widths = [Width::Left(50), number, number, number, number];
        let words = purposes.map(Purpose::word);
        let heading = ["responses with a fault"].into_iter().chain(words);
        self.heading(&line(&widths, heading));
        for fault in FaultClass::ALL {
            let faults = &result.checker.faults;
            let count = |purpose| faults.get(&(fault, purpose)).copied().unwrap_or_default();
            let counts = purposes.map(|purpose| count(purpose).to_string());
            let name = format!("        {}", fault.word());
            output::line(line(&widths, [name].into_iter().chain(counts)));
        }
        let missing = FaultClass::ALL.into_iter().filter(|fault| {
            let hit = |(class, _): &&(FaultClass, Purpose)| class == fault;
            !result.checker.faults.keys().any(|key| hit(&key))
        });
        let missing: Vec<_> = missing.map(|fault| fault.word().to_owned()).collect();
        let name = "classes of faults that did not occur";
        match result.checker.requests.values().sum::<u64>() {
            MANY.. => self.none(name, &missing),
            _ => self.figure(name, missing.len()),
        }
    }

    fn errors(&mut self, result: &RunResult) {
        self.heading("errors that workers got");
        for ((kind, status), count) in &result.checker.errors {
            let name = match status {
                Some(status) => format!("{kind}, HTTP {status}"),
                None => kind.clone(),
            };
            self.figure(&name, count);
        }
        self.none("errors that no fault explains", &result.checker.unexplained);
        self.none(
            "wrong responses, exposed secrets, unknown lines",
            &result.checker.wrong,
        );
        self.none("duplicate writes", &result.checker.written_twice);
    }

    fn logins(&mut self, result: &RunResult) {
        let checker = &result.checker;
        self.heading("logins");
        for (fault, (all, noticed)) in checker.logins.lost() {
            let name = format!("lost by the server: {} on a renewal", fault.word());
            self.figure(&name, all);
            self.figure("  of which a worker noticed before a new login", noticed);
        }
        self.figure("new logins after that", checker.healed);
        self.none("lost without a fault of the server", &checker.lost_by_us);
        self.none("refresh tokens used twice", &checker.logins.double_renewals);
        self.figure("renewals of fresh tokens", checker.needless.early);
        self.none("  without a reason", &checker.needless.found);
        self.none(
            "renewals repeated before an error was returned",
            &checker.repeated,
        );
        self.none(
            "token requests of one account at the same time",
            &checker.logins.at_once,
        );
        self.none(
            "invalid logins tried again within a minute by one program",
            &checker.logins.asked_too_often,
        );
    }

    fn progress(&mut self, result: &RunResult) {
        self.heading("progress");
        for world in ["threads over ureq", "tasks over reqwest"] {
            let all = result
                .checker
                .renewals
                .get(world)
                .map_or(&[][..], Vec::as_slice);
            let last = all
                .iter()
                .filter(|ended| **ended >= result.last_tenth)
                .count();
            self.figure(&format!("renewals by {world}"), all.len());
            self.check("  in the last tenth of the time", last, last > 0);
        }
        let mut least = u64::MAX;
        for [first, last] in &result.processes {
            for (before, after) in done(first).into_iter().zip(done(last)) {
                least = least.min(before).min(after - before);
            }
        }
        let name = "calls of the slowest worker in the slower part of the time";
        self.check(name, least, (1..u64::MAX).contains(&least));
    }

    /// Prints memory in KiB, before and after. With `but`, checks that it grew by at most that many
    /// KiB.
    fn grown(&mut self, name: &str, [before, after]: [u64; 2], but: Option<u64>) {
        let ratio = after as f64 / before.max(1) as f64;
        let figure = format!("{after} / {before} KiB = {ratio:.3}");
        match but {
            Some(but) => self.check(name, figure, ratio <= GROWTH || after <= before + but),
            None => self.figure(name, figure),
        }
    }

    fn memory(&mut self, result: &RunResult, options: &Options) {
        let reference = options.reference();
        let minute_2 = match options.is_short() {
            true => format!("second {reference}, half of this short run"),
            false => "minute 2".to_owned(),
        };
        self.heading(&format!(
            "at the end, beside {minute_2}; under load: the median of {} s",
            result.window
        ));
        for (number, [first, last]) in result.processes.iter().enumerate() {
            let number = number + 1;
            let (before, after) = (first.quiet, last.quiet);
            let heap = [before.heap / 1024, after.heap / 1024];
            self.grown(&format!("process {number}: heap at rest"), heap, Some(0));
            let heap = [first, last].map(|moment| moment.loaded[0] / 1024);
            self.grown("  under load", heap, None);
            let name = format!("process {number}: memory at rest");
            let rest = [before.own_kib, after.own_kib];
            self.grown(&name, rest, (!options.is_short()).then_some(GAPS));
            let own = [first, last].map(|moment| moment.loaded[1]);
            self.grown("  under load", own, None);
            let all = [before.all_kib, after.all_kib];
            self.grown("  at rest, with the pages of the program's file", all, None);
            let pairs = [
                ("open handles", before.handles, after.handles),
                ("threads", before.threads, after.threads),
            ];
            for (what, before, after) in pairs {
                let figure = format!("{after} / {before}");
                let name = format!("process {number}: {what} at rest");
                self.check(&name, figure, after == before);
            }
        }
    }
}

/// How many acts each worker has completed.
fn done(moment: &Moment) -> Vec<u64> {
    let done = moment.tally["done"].as_array().into_iter().flatten();
    done.filter_map(Value::as_u64).collect()
}

/// Formats a duration for people.
pub(super) fn long(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds % 60 == 0 && seconds > 60 => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}
