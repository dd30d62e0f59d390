//! What was survived, in lines: a figure, and where something must hold, whether it does.

use std::time::Duration;

use serde_json::Value;

use super::Options;
use super::fault_class::FaultClass;
use super::lines::Door;
use super::run::{Came, Moment};
use crate::output;

/// Prints its lines as they come, and counts.
#[derive(Debug, Default)]
struct Summary {
    checks: usize,
    failed: usize,
}

/// How many of a kind of complaint are shown.
const SHOWN: usize = 10;

/// How much more memory may be in use at the end than at the reference moment.
const GROWTH: f64 = 1.05;

/// By so many KiB more the gaps in a heap may differ from one moment to another, and in either direction. A heap's own bytes do not.
const GAPS: u64 = 1024;

/// Of so many requests each way to spoil one has hit a hundred and more.
const MANY: u64 = 10_000;

/// Prints it all; gives the number of failures.
pub(super) fn tell(came: &Came, options: &Options) -> usize {
    let mut summary = Summary::default();
    summary.traffic(came);
    summary.faults(came);
    summary.errors(came);
    summary.logins(came);
    summary.progress(came);
    summary.memory(came, options);
    output::line(format_args!(
        "\nsoak: {} s, {} checks, {} failed",
        options.seconds, summary.checks, summary.failed
    ));
    summary.failed
}

impl Summary {
    fn heading(&self, text: &str) {
        output::line(format_args!("\n{text}"));
    }

    /// A figure that nothing hangs on.
    fn figure(&self, name: &str, figure: impl std::fmt::Display) {
        output::line(format_args!("        {name:<56}{figure:>26}"));
    }

    /// A figure that has to be so.
    fn check(&mut self, name: &str, figure: impl std::fmt::Display, holds: bool) {
        self.checks += 1;
        self.failed += usize::from(!holds);
        let verdict = if holds { "ok" } else { "FAILED" };
        output::line(format_args!("{verdict:<8}{name:<56}{figure:>26}"));
    }

    /// A list that has to be empty.
    fn none(&mut self, name: &str, complaints: &[String]) {
        self.check(name, complaints.len(), complaints.is_empty());
        for complaint in complaints.iter().take(SHOWN) {
            output::line(format_args!("          {complaint}"));
        }
        if complaints.len() > SHOWN {
            output::line(format_args!(
                "          and {} more",
                complaints.len() - SHOWN
            ));
        }
    }

    fn traffic(&mut self, came: &Came) {
        self.heading("traffic");
        let judge = &came.judge;
        let of_tallies = |name: &str| -> u64 {
            let last = came.crews.iter().map(|[_, last]| &last.tally);
            last.filter_map(|tally| tally[name].as_u64()).sum()
        };
        self.figure("calls of workers", of_tallies("calls"));
        self.figure("  that failed", of_tallies("failed"));
        self.figure("  whose future was dropped", of_tallies("dropped"));
        self.figure(
            "requests that the server saw",
            judge.requests.values().sum::<u64>(),
        );
        for door in Door::ALL {
            let count = judge.requests.get(&door).copied().unwrap_or_default();
            self.figure(&format!("  {}", door.word()), count);
        }
        let share = |ticks: u64| {
            let seconds = ticks as f64 / 100.0;
            format!(
                "{:.0} %",
                100.0 * seconds / came.load.as_secs_f64().max(1.0)
            )
        };
        let [crews, server] = came.ticks;
        self.figure("processor time of one core: workers", share(crews));
        self.figure("processor time of one core: server", share(server));
    }

    fn faults(&mut self, came: &Came) {
        let doors = [Door::Renewal, Door::Login, Door::Derived, Door::Api];
        let cells = |cells: [String; 4]| cells.map(|cell| format!("{cell:>10}")).concat();
        let words = cells(doors.map(|door| door.word().to_owned()));
        self.heading(&format!("{:<50}{words}", "answers that were spoilt"));
        for spoilt in FaultClass::ALL {
            let faults = &came.judge.faults;
            let count = |door| faults.get(&(spoilt, door)).copied().unwrap_or_default();
            let counts = cells(doors.map(|door| count(door).to_string()));
            output::line(format_args!("        {:<42}{counts}", spoilt.word()));
        }
        let unseen = FaultClass::ALL.into_iter().filter(|spoilt| {
            let hit = |(way, _): &&(FaultClass, Door)| way == spoilt;
            !came.judge.faults.keys().any(|key| hit(&key))
        });
        let unseen: Vec<_> = unseen.map(|spoilt| spoilt.word().to_owned()).collect();
        let name = "ways to spoil a response that did not occur";
        match came.judge.requests.values().sum::<u64>() {
            MANY.. => self.none(name, &unseen),
            _ => self.figure(name, unseen.len()),
        }
    }

    fn errors(&mut self, came: &Came) {
        self.heading("errors that workers were told");
        for ((kind, status), count) in &came.judge.errors {
            let name = match status {
                Some(status) => format!("{kind}, HTTP {status}"),
                None => kind.clone(),
            };
            self.figure(&name, count);
        }
        self.none("errors that no fault explains", &came.judge.unexplained);
        self.none(
            "wrong answers, shown secrets, strange lines",
            &came.judge.wrong,
        );
        self.none("writes that were done twice", &came.judge.written_twice);
    }

    fn logins(&mut self, came: &Came) {
        let judge = &came.judge;
        self.heading("logins");
        for (spoilt, (all, noticed)) in judge.logins.lost() {
            let name = format!("lost by the server: {} on a renewal", spoilt.word());
            self.figure(&name, all);
            self.figure("  of which a worker was told before a new login", noticed);
        }
        self.figure("new logins after that", judge.healed);
        self.none("lost without the server's doing", &judge.lost_by_us);
        self.none("refresh tokens used twice", &judge.logins.double_renewals);
        self.figure("renewals of young tokens", judge.needless.early);
        self.none("  that nobody needed", &judge.needless.found);
        self.none("renewals repeated before anybody was told", &judge.repeated);
        self.none(
            "token requests of one account at the same time",
            &judge.logins.at_once,
        );
        self.none(
            "dead logins tried again within a minute by one program",
            &judge.logins.asked_too_often,
        );
    }

    fn progress(&mut self, came: &Came) {
        self.heading("progress");
        for world in ["threads over ureq", "tasks over reqwest"] {
            let all = came
                .judge
                .renewals
                .get(world)
                .map_or(&[][..], Vec::as_slice);
            let last = all
                .iter()
                .filter(|ended| **ended >= came.last_tenth)
                .count();
            self.figure(&format!("renewals by {world}"), all.len());
            self.check("  in the last tenth of the time", last, last > 0);
        }
        let mut least = u64::MAX;
        for [first, last] in &came.crews {
            for (before, after) in done(first).into_iter().zip(done(last)) {
                least = least.min(before).min(after - before);
            }
        }
        let name = "calls of the slowest worker in the slower part of the time";
        self.check(name, least, (1..u64::MAX).contains(&least));
    }

    /// Memory in KiB, before and after. Where it is a check it must not have grown, but for so many KiB.
    fn grown(&mut self, name: &str, [before, after]: [u64; 2], but: Option<u64>) {
        let ratio = after as f64 / before.max(1) as f64;
        let figure = format!("{after} / {before} KiB = {ratio:.3}");
        match but {
            Some(but) => self.check(name, figure, ratio <= GROWTH || after <= before + but),
            None => self.figure(name, figure),
        }
    }

    fn memory(&mut self, came: &Came, options: &Options) {
        let reference = options.reference();
        let minute_2 = match options.is_short() {
            true => format!("second {reference}, half of this short run"),
            false => "minute 2".to_owned(),
        };
        self.heading(&format!(
            "at the end, beside {minute_2}; under load: the median of {} s",
            came.window
        ));
        for (number, [first, last]) in came.crews.iter().enumerate() {
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

/// What each worker had brought to a good end.
fn done(moment: &Moment) -> Vec<u64> {
    let done = moment.tally["done"].as_array().into_iter().flatten();
    done.filter_map(Value::as_u64).collect()
}

/// As a person says it.
pub(super) fn long(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds % 60 == 0 && seconds > 60 => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}
