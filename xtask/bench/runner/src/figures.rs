//! The figures that repeat exactly: committed as text, and compared with a run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use super::measured::{Measured, shown};
use crate::{Stop, Verdict, output, root};

/// Where they are committed.
pub(super) const PATH: &str = "docs/performance-figures.txt";

/// How much a committed figure may grow: 5 %.
const GROWTH: f64 = 1.05;

const HEAD: &str = "\
# The figures that repeat on each run: instructions (user mode, x86-64, callgrind), system calls,
# allocations, token requests, connections, packages, bytes. `cargo xtask bench --check` measures them
# again and fails if one grew by more than 5 %; CI runs it. If your change makes one grow, update it here
# in the same commit, with a reason after `#`: cargo xtask bench --write-figures
";

/// The committed figures by their names, each with its reason.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Committed(BTreeMap<String, (f64, String)>);

impl Committed {
    fn parse(text: &str) -> Result<Self, Stop> {
        let mut figures = BTreeMap::new();
        for (line, number) in text.lines().zip(1..) {
            let (figure, reason) = line.split_once('#').unwrap_or((line, ""));
            let words: Vec<_> = figure.split_whitespace().collect();
            let [name, figure] = words[..] else {
                if words.is_empty() {
                    continue;
                }
                return Err(wrong(number, "expected a name and a figure"));
            };
            let figure: f64 = figure
                .parse()
                .map_err(|_| wrong(number, "the figure must be a number"))?;
            let entry = (figure, reason.trim().to_owned());
            if figures.insert(name.to_owned(), entry).is_some() {
                return Err(wrong(number, "duplicate name"));
            }
        }
        Ok(Self(figures))
    }

    /// The text with these figures. A figure that moved by less than 1 % stays as it was, with its
    /// reason. One that grew gets its old value as a note, until the author of the change adds a
    /// reason.
    fn with(&self, measured: &Measured) -> String {
        let mut text = HEAD.to_owned();
        for (name, figure) in measured.all() {
            let (figure, reason) = match self.0.get(name) {
                Some((old, reason)) if (figure - old).abs() <= old * 0.01 => {
                    (written(*old), reason.clone())
                }
                Some((old, _)) if figure > *old => {
                    (written(figure), format!("was {}", written(*old)))
                }
                _ => (written(figure), String::new()),
            };
            let line = match reason.as_str() {
                "" => format!("{name} {figure}"),
                reason => format!("{name} {figure} # {reason}"),
            };
            let _infallible = writeln!(text, "{line}");
        }
        text
    }
}

fn wrong(line: usize, words: &str) -> Stop {
    Stop::Failed(format!("{PATH}:{line}: {words}"))
}

/// The form in the file: large figures are whole, allocations may have one decimal.
fn written(figure: f64) -> String {
    match figure {
        100.0.. => format!("{figure:.0}"),
        _ => format!("{}", (figure * 10.0).round() / 10.0),
    }
}

/// Reads the committed figures; empty if there is no file.
pub(super) fn committed() -> Result<Committed, Stop> {
    Committed::parse(&fs::read_to_string(root().join(PATH)).unwrap_or_default())
}

/// Writes the figures of this run.
pub(super) fn write(committed: &Committed, measured: &Measured) -> Result<(), Stop> {
    let text = committed.with(measured);
    fs::write(root().join(PATH), text)
        .map_err(|error| Stop::Failed(format!("cannot write {PATH}: {error}")))?;
    output::line(format_args!("wrote {PATH}"));
    Ok(())
}

/// Prints what grew, shrank, is missing or is new.
pub(super) fn check(committed: &Committed, measured: &Measured) -> Verdict {
    let Compared { failures, hints } = compare(committed, measured);
    hints.iter().for_each(output::line);
    failures.iter().for_each(output::line);
    let count = measured.all().count();
    if failures.is_empty() {
        output::line(format_args!(
            "bench: {count} figures, none grew by more than 5 %"
        ));
    } else {
        output::line(format_args!(
            "bench: {count} figures, {} differ from the committed ones. Profile what grew (see xtask/bench/README.md), or, with a\n\
             reason, change its figure in the same commit: `cargo xtask bench --write-figures` writes {PATH}",
            failures.len()
        ));
    }
    Verdict::of(failures.len())
}

/// The result of comparing a run with the committed figures.
#[derive(Debug, Default, PartialEq, Eq)]
struct Compared {
    failures: Vec<String>,
    hints: Vec<String>,
}

fn compare(committed: &Committed, measured: &Measured) -> Compared {
    let mut compared = Compared::default();
    for (name, (old, _)) in &committed.0 {
        let Some(new) = measured.get(name) else {
            let words = format!("MISSING  {name}: committed is {}", shown(*old));
            compared.failures.push(words);
            continue;
        };
        let change = || {
            let percent = (new / old - 1.0) * 100.0;
            let percent = if percent.is_finite() {
                format!("{percent:+.1} %")
            } else {
                "from nothing".to_owned()
            };
            format!("{name}: {} → {} ({percent})", shown(*old), shown(new))
        };
        // A committed figure is rounded, so a difference by rounding alone does not count; zero has
        // to stay zero.
        if new > old * GROWTH && written(new) != written(*old) {
            compared.failures.push(format!("GREW     {}", change()));
        } else if new * GROWTH < *old {
            compared.hints.push(format!("smaller  {}", change()));
        }
    }
    for (name, figure) in measured.all() {
        if !committed.0.contains_key(name) {
            let words = format!("UNKNOWN  {name}: {} is not committed", shown(figure));
            compared.failures.push(words);
        }
    }
    compared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(figures: &[(&str, f64)]) -> Measured {
        let mut measured = Measured::default();
        for (name, figure) in figures {
            measured.put(*name, *figure);
        }
        measured
    }

    #[test]
    fn growth_fails_and_a_little_passes() {
        let check = |text: &str, figures: &[(&str, f64)], failures: &[&str], hints: &[&str]| {
            let committed = Committed::parse(text).expect("figures");
            let compared = compare(&committed, &measured(figures));
            assert_eq!(compared.failures, failures, "{text}");
            assert_eq!(compared.hints, hints, "{text}");
        };
        check("a 1000\n", &[("a", 1000.0)], &[], &[]);
        check("a 1000\n", &[("a", 1040.0)], &[], &[]);
        check(
            "a 1000 # since then it checks\n",
            &[("a", 1060.0)],
            &["GREW     a: 1,000 → 1,060 (+6.0 %)"],
            &[],
        );
        check(
            "a 0\nb 0\n",
            &[("a", 1.0), ("b", 0.01)],
            &["GREW     a: 0 → 1 (from nothing)"],
            &[],
        );
        check(
            "a 1000\n",
            &[("a", 900.0)],
            &[],
            &["smaller  a: 1,000 → 900 (-10.0 %)"],
        );
        check(
            "# figures\n\na 3\nb 4\n",
            &[("a", 3.0)],
            &["MISSING  b: committed is 4"],
            &[],
        );
        check(
            "a 3\n",
            &[("a", 3.0), ("b", 4.0)],
            &["UNKNOWN  b: 4 is not committed"],
            &[],
        );
        check("", &[("a", 3.0)], &["UNKNOWN  a: 3 is not committed"], &[]);
    }

    #[test]
    fn invalid_figures_are_named() {
        let check = |text: &str, expect: &str| {
            let error = Committed::parse(text).expect_err("no figures").to_string();
            assert!(error.contains(expect), "{error}");
        };
        check(
            "a\n",
            "docs/performance-figures.txt:1: expected a name and a figure",
        );
        check("a 1\nb two # why\n", ".txt:2: the figure must be a number");
        check("a 1\na 1\n", ".txt:2: duplicate name");
    }

    #[test]
    fn reasons_stay_with_their_figures() {
        let text = "a 3 # two of them are the response's\nb 100\nc 1\ne 10000 # why\nf 9 # dear\n";
        let committed = Committed::parse(text);
        let committed = committed.expect("figures");
        let text = committed.with(&measured(&[
            ("a", 3.0),
            ("b", 120.04),
            ("c", 1.0),
            ("d", 7.3),
            ("e", 10_040.0),
            ("f", 8.0),
        ]));
        let figures = text.strip_prefix(HEAD).expect("the head");
        assert_eq!(
            figures,
            "a 3 # two of them are the response's\nb 120 # was 100\nc 1\nd 7.3\ne 10000 # why\nf 8\n"
        );
        assert!(Committed::parse(&text).is_ok());
    }
}
