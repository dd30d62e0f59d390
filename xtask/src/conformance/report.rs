//! What a run found: a row for each case, a column for each transport, complaints at the end.

use std::fmt::Display;
use std::time::{Duration, Instant};

use super::rig::Rig;
use crate::say;

/// Why a case did not go as it should.
pub(crate) type Complaint = Box<dyn std::error::Error + Send + Sync>;

/// How a case went.
pub(crate) type Checked = Result<(), Complaint>;

/// How wide a case's name may be, with its indent.
pub(crate) const NAME_WIDTH: usize = 60;
const CELL_WIDTH: usize = 16;

/// Prints its rows as they come, and counts.
#[derive(Debug, Default)]
pub(crate) struct Report {
    passed: usize,
    complaints: Vec<String>,
}

impl Report {
    /// The heading of the rows that follow.
    pub(crate) fn heading(&mut self, title: impl Display, rigs: &[Rig; 2]) {
        say::line(format_args!("\n{title}"));
        let [left, right] = rigs.each_ref().map(Rig::name);
        let blank = "";
        say::line(format_args!(
            "{blank:NAME_WIDTH$}{left:>CELL_WIDTH$}{right:>CELL_WIDTH$}"
        ));
    }

    /// Runs a case over both transports: one row.
    pub(crate) fn row(&mut self, name: &str, rigs: &[Rig; 2], case: impl Fn(&Rig) -> Checked) {
        say::part(format_args!("  {name:<width$}", width = NAME_WIDTH - 2));
        for rig in rigs {
            let began = Instant::now();
            let checked = case(rig);
            let cell = self.note(name, rig.name(), checked, began.elapsed());
            say::part(format_args!("{cell:>CELL_WIDTH$}"));
        }
        say::line("");
    }

    /// Runs a case that has nothing to do with transports: one cell.
    pub(crate) fn single(&mut self, name: &str, case: impl FnOnce() -> Checked) {
        let began = Instant::now();
        let cell = self.note(name, "stores", case(), began.elapsed());
        say::line(format_args!(
            "  {name:<width$}{cell:>CELL_WIDTH$}",
            width = NAME_WIDTH - 2
        ));
    }

    fn note(&mut self, name: &str, transport: &str, checked: Checked, took: Duration) -> String {
        match checked {
            Ok(()) => {
                self.passed += 1;
                format!("ok {:>6} ms", took.as_millis())
            }
            Err(complaint) => {
                self.complaints
                    .push(format!("FAILED  {name} ({transport}): {complaint}"));
                "FAILED".to_owned()
            }
        }
    }

    /// What went wrong, after an empty line.
    pub(crate) fn complaints(&self) -> impl Iterator<Item = &str> {
        std::iter::once("").chain(self.complaints.iter().map(String::as_str))
    }

    pub(crate) fn failed(&self) -> usize {
        self.complaints.len()
    }

    /// The last line.
    pub(crate) fn summary(&self) -> String {
        format!("{} passed, {} failed", self.passed, self.failed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_counts() {
        let mut report = Report::default();
        let took = Duration::from_millis(45);
        assert_eq!(report.note("a case", "ureq", Ok(()), took), "ok     45 ms");
        assert_eq!(report.summary(), "1 passed, 0 failed");
        let refused = Err("no token came".into());
        assert_eq!(report.note("a case", "reqwest", refused, took), "FAILED");
        assert_eq!(report.summary(), "1 passed, 1 failed");
        let complaints: Vec<_> = report.complaints().collect();
        assert_eq!(complaints, ["", "FAILED  a case (reqwest): no token came"]);
    }
}
