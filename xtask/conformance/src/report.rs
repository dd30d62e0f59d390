//! The result of a run: a row for each case, a column for each transport, failures at the end.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use support::table::{Width, line};

use crate::output;
use worlds::World;

/// Why a case failed.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The result of a case.
pub(crate) type CheckResult = Result<(), Failure>;

/// The most characters of a case's name, with its indent.
pub(crate) const NAME_WIDTH: usize = 60;

/// How many cases that mostly wait run at the same time: a server with tokens for 2 s serves so many.
const AT_ONCE: usize = 3;

/// The columns: a case, and its result in each world.
const COLUMNS: [Width; 3] = [Width::Left(NAME_WIDTH), CELL, CELL];
const CELL: Width = Width::Right(16);

/// Prints rows as they come, stores their results, and counts.
#[derive(Debug, Default)]
pub(crate) struct Report {
    server: String,
    rows: Vec<Row>,
    failures: Vec<String>,
    pictures: Option<PathBuf>,
    /// What another report prints later.
    held: Option<String>,
}

/// The result of one case on one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) server: String,
    pub(crate) case: String,
    pub(crate) result: Outcome,
}

/// How a row ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Whether it passed, for each world it ran in.
    Run(Vec<(&'static str, bool)>),
    /// The server lacks the feature, for this reason. That was proved, and is not counted as
    /// passed.
    NotOffered(String),
}

impl Report {
    /// A report with pictures, in this folder.
    pub(crate) fn with_pictures(folder: Option<PathBuf>) -> Self {
        Self {
            pictures: folder,
            ..Self::default()
        }
    }

    /// A report that prints nothing: for cases that run beside others. [`Self::append`] prints it.
    pub(crate) fn held() -> Self {
        Self {
            held: Some(String::new()),
            ..Self::default()
        }
    }

    /// Prints a report that was held, and takes its results.
    pub(crate) fn append(&mut self, other: Self) {
        output::part(other.held.unwrap_or_default());
        self.rows.extend(other.rows);
        self.failures.extend(other.failures);
    }

    fn line(&mut self, line: impl Display) {
        match &mut self.held {
            Some(held) => *held += &format!("{line}\n"),
            None => output::line(line),
        }
    }

    /// The folder for pictures, if the user requested them.
    pub(crate) fn pictures(&self) -> Option<&Path> {
        self.pictures.as_deref()
    }

    /// The heading of the rows that follow: their server.
    pub(crate) fn heading(&mut self, title: impl Display, worlds: &[World; 2]) {
        self.about(title);
        let [left, right] = worlds.each_ref().map(World::name);
        output::line(line(&COLUMNS, ["", left, right]));
    }

    /// The heading of rows that run without transports.
    pub(crate) fn about(&mut self, title: impl Display) {
        self.server = title.to_string();
        self.line(format_args!("\n{title}"));
    }

    /// Runs a case over both transports, one after the other: one row.
    pub(crate) fn row(
        &mut self,
        name: &str,
        worlds: &[World; 2],
        case: impl Fn(&World) -> CheckResult,
    ) {
        output::part(line(&COLUMNS, [format!("  {name}")]));
        let ended = worlds.each_ref().map(|world| timed(|| case(world)));
        self.end_row(name, worlds, ended);
    }

    /// Runs a case over both transports at the same time: for cases that share only the server, and
    /// mostly wait.
    pub(crate) fn row_at_once(
        &mut self,
        name: &str,
        worlds: &[World; 2],
        case: impl Fn(&World) -> CheckResult + Sync,
    ) {
        self.rows_at_once(&[(name, ())], worlds, |(), world| case(world));
    }

    /// The same for several cases, of which some run at the same time.
    pub(crate) fn rows_at_once<C: Sync>(
        &mut self,
        cases: &[(&str, C)],
        worlds: &[World; 2],
        run: impl Fn(&C, &World) -> CheckResult + Sync,
    ) {
        let run = &run;
        for some in cases.chunks(AT_ONCE) {
            let ended: Vec<_> = thread::scope(|scope| {
                let start = |case| {
                    worlds
                        .each_ref()
                        .map(|world| scope.spawn(move || timed(|| run(case, world))))
                };
                let started: Vec<_> = some.iter().map(|(_, case)| start(case)).collect();
                let panicked = |_| (Err("it panicked".into()), Duration::ZERO);
                let ends = started.into_iter();
                ends.map(|row| row.map(|one| one.join().unwrap_or_else(panicked)))
                    .collect()
            });
            for ((name, _), ended) in some.iter().zip(ended) {
                output::part(line(&COLUMNS, [format!("  {name}")]));
                self.end_row(name, worlds, ended);
            }
        }
    }

    fn end_row(&mut self, name: &str, worlds: &[World; 2], ended: [(CheckResult, Duration); 2]) {
        let mut results = Vec::new();
        for (world, (checked, took)) in worlds.iter().zip(ended) {
            results.push((world.name(), checked.is_ok()));
            let cell = self.cell(name, world.name(), checked, took);
            output::part(line(&[CELL], [cell]));
        }
        output::line("");
        self.keep(name, Outcome::Run(results));
    }

    /// Runs a case without transports: one cell.
    pub(crate) fn single(&mut self, name: &str, case: impl FnOnce() -> CheckResult) {
        let cell = self.alone(name, case);
        self.line(line(&COLUMNS, [format!("  {name}"), cell]));
    }

    /// A case that the server does not offer. If the proof fails, the server offers it and the case
    /// is missing: a failure.
    pub(crate) fn not_offered(
        &mut self,
        name: &str,
        reason: &'static str,
        proof: impl FnOnce() -> CheckResult,
    ) {
        let cell = self.absent(name, reason, proof);
        let cells = [format!("  {name}"), format!("  {cell}")];
        output::line(line(&[COLUMNS[0], Width::Left(0)], cells));
    }

    fn alone(&mut self, name: &str, case: impl FnOnce() -> CheckResult) -> String {
        let (checked, took) = timed(case);
        self.keep(name, Outcome::Run(vec![("here", checked.is_ok())]));
        self.cell(name, "here", checked, took)
    }

    fn absent(
        &mut self,
        name: &str,
        reason: &'static str,
        proof: impl FnOnce() -> CheckResult,
    ) -> String {
        match proof() {
            Ok(()) => {
                self.keep(name, Outcome::NotOffered(reason.to_owned()));
                format!("not offered: {reason}")
            }
            Err(failure) => {
                self.keep(name, Outcome::Run(vec![("proof", false)]));
                let failure = format!("is it offered? {failure}").into();
                self.cell(name, "proof", Err(failure), Duration::ZERO)
            }
        }
    }

    /// Adds a row that another run brought.
    pub(crate) fn add(&mut self, name: &str, result: Outcome) {
        let words = match &result {
            Outcome::NotOffered(reason) => format!("not offered: {reason}"),
            Outcome::Run(results) if results.iter().all(|(_, passed)| *passed) => "ok".to_owned(),
            Outcome::Run(results) => {
                let lacking = results.iter().filter(|(_, passed)| !passed);
                let lacking: Vec<_> = lacking.map(|(world, _)| *world).collect();
                let (server, lacking) = (&self.server, lacking.join(", "));
                self.failures
                    .push(format!("FAILED  {server}: {name} ({lacking}): no row"));
                "FAILED".to_owned()
            }
        };
        output::line(format_args!("  {name}: {words}"));
        self.keep(name, result);
    }

    fn keep(&mut self, case: &str, result: Outcome) {
        self.rows.push(Row {
            server: self.server.clone(),
            case: case.to_owned(),
            result,
        });
    }

    fn cell(&mut self, name: &str, world: &str, checked: CheckResult, took: Duration) -> String {
        match checked {
            Ok(()) => format!("ok {:>6} ms", took.as_millis()),
            Err(failure) => {
                let server = &self.server;
                self.failures
                    .push(format!("FAILED  {server}: {name} ({world}): {failure}"));
                "FAILED".to_owned()
            }
        }
    }

    /// The results, in the order of the run.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The failures, after an empty line.
    pub(crate) fn failures(&self) -> impl Iterator<Item = &str> {
        std::iter::once("").chain(self.failures.iter().map(String::as_str))
    }

    /// Counts runs that passed and failed, and cases that are not offered.
    pub(crate) fn counts(&self) -> Counts {
        Counts::of(self.rows.iter())
    }
}

fn timed(case: impl FnOnce() -> CheckResult) -> (CheckResult, Duration) {
    let began = Instant::now();
    let checked = case();
    (checked, began.elapsed())
}

/// The sums over rows. A case over two transports counts twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) not_offered: usize,
}

impl Counts {
    pub(crate) fn of<'r>(rows: impl Iterator<Item = &'r Row>) -> Self {
        let mut counts = Self::default();
        for row in rows {
            match &row.result {
                Outcome::NotOffered(_) => counts.not_offered += 1,
                Outcome::Run(results) => {
                    let passed = results.iter().filter(|(_, passed)| *passed).count();
                    counts.passed += passed;
                    counts.failed += results.len() - passed;
                }
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_counts() {
        let mut report = Report {
            server: "a server".to_owned(),
            ..Report::default()
        };
        assert!(report.alone("a case", || Ok(())).starts_with("ok "));
        let cell = report.alone("another", || Err("no token came".into()));
        assert_eq!(cell, "FAILED");
        let cell = report.absent("a third", "it has none", || Ok(()));
        assert_eq!(cell, "not offered: it has none");
        let cell = report.absent("a fourth", "it has none", || {
            Err("it responds with 200".into())
        });
        assert_eq!(cell, "FAILED");
        let expect = Counts {
            passed: 1,
            failed: 2,
            not_offered: 1,
        };
        assert_eq!(report.counts(), expect);
        let results: Vec<_> = report.rows().iter().map(|row| row.result.clone()).collect();
        let expect = [
            Outcome::Run(vec![("here", true)]),
            Outcome::Run(vec![("here", false)]),
            Outcome::NotOffered("it has none".to_owned()),
            Outcome::Run(vec![("proof", false)]),
        ];
        assert_eq!(results, expect);
        let failures: Vec<_> = report.failures().collect();
        assert_eq!(
            failures,
            [
                "",
                "FAILED  a server: another (here): no token came",
                "FAILED  a server: a fourth (proof): is it offered? it responds with 200",
            ]
        );
    }
}
