//! `docs/LIVE.md`: each fact with its source, its verdict, what came, and the day.

use std::fmt::Write as _;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use support::table::{Column, Table};

use super::fact::{Fact, Finding};
use crate::generated_doc::Document;
use crate::{Stop, root};

const DOCUMENT: Document = Document {
    path: "docs/LIVE.md",
    command: "cargo xtask conformance live SERVICE",
};

const HEAD: &str = "\
# What the running services do

Facts about iNaturalist and Info Flora that our docs and code state from documentation and public
source code, each with a check that asks the running service. *confirmed* and *refuted* name what
came; *not tried* gives the reason.

`cargo xtask conformance live inat` and `cargo xtask conformance live infoflora` write a section
each, with a person's own login: CONTRIBUTING.md says how. CI runs the same checks against our test
server, which makes facts false one at a time; docs/CONFORMANCE.md has these results.
";

/// The titles of the sections, in their order.
const TITLES: [&str; 2] = ["iNaturalist", "Info Flora"];

/// A fact and its finding.
pub(super) type Row<'f> = (&'f Fact, Finding);

/// Writes the section of one service, and leaves the other one as it is.
pub(super) fn write(title: &str, section: &str) -> Result<(), Stop> {
    let known = fs::read_to_string(root().join(DOCUMENT.path)).unwrap_or_default();
    DOCUMENT.write(&replaced(&known, title, section))
}

fn replaced(known: &str, title: &str, section: &str) -> String {
    let mut text = HEAD.to_owned();
    for one in TITLES {
        let old = || known.split("\n## ").find(|part| part.starts_with(one));
        let part = match one == title {
            true => Some(section.trim_end().to_owned()),
            false => old().map(|part| format!("## {}", part.trim_end())),
        };
        if let Some(part) = part {
            let _infallible = write!(text, "\n{part}\n");
        }
    }
    text
}

/// The section of one service: `how` says with which login it ran.
pub(super) fn section(title: &str, day: &str, how: &str, rows: &[Row<'_>]) -> String {
    let count = |word: &str| {
        rows.iter()
            .filter(|(_, found)| found.word() == word)
            .count()
    };
    let mut table = Table::new(&["fact", "claim", "source", "verdict"].map(Column::Text));
    for (fact, found) in rows {
        let word = match found {
            Finding::Refuted(_) => "**refuted**",
            other => other.word(),
        };
        let (file, words) = (fact.source.file, cell(fact.source.words));
        table.row([
            cell(&fact.name),
            cell(&fact.claim),
            format!("[{file}](../{file}): \"{words}\""),
            format!("{word}: {}", cell(found.text())),
        ]);
    }
    format!(
        "## {title}\n\n{day}: {how}. {} facts: {} confirmed, {} refuted, {} not tried.\n\n{table}",
        rows.len(),
        count("confirmed"),
        count("refuted"),
        count("not tried"),
    )
}

/// Text of a server in a cell: no line ends, links or tags.
fn cell(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace('<', "&lt;").replace('[', "\\[")
}

/// Today, in UTC, as `2026-06-01`.
pub(super) fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let days = since.map_or(0, |since| since.as_secs() / 86_400);
    date(i64::try_from(days).unwrap_or_default())
}

/// The date of a day since 1970-01-01, by the proleptic Gregorian calendar.
fn date(days: i64) -> String {
    let day = api_inat::jiff::civil::date(1970, 1, 1);
    let span = api_inat::jiff::ToSpan::days(days);
    day.checked_add(span).unwrap_or(day).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::fact::Source;

    #[test]
    fn a_section_replaces_its_own_only() {
        let known = replaced("", "Info Flora", "## Info Flora\n\nold\n");
        let both = replaced(&known, "iNaturalist", "## iNaturalist\n\nnew\n");
        assert_eq!(
            both,
            format!("{HEAD}\n## iNaturalist\n\nnew\n\n## Info Flora\n\nold\n")
        );
        assert_eq!(
            replaced(&both, "iNaturalist", "## iNaturalist\n\nnew\n"),
            both
        );
    }

    #[test]
    fn rows_are_safe_in_a_table() {
        let source = Source::new("README.md", "so it says");
        let fact = Fact::new("a|b", "it is", source, |_| Ok(Finding::of(true, "")));
        let text = section(
            "X",
            "2026-06-01",
            "so",
            &[(
                &fact,
                Finding::Refuted("500, body: <html>\n[x](y)".to_owned()),
            )],
        );
        let row = "| a\\|b | it is | [README.md](../README.md): \"so it says\" | \
                   **refuted**: 500, body: &lt;html> \\[x](y) |\n";
        assert!(text.ends_with(row), "{text}");
        assert!(text.contains("1 facts: 0 confirmed, 1 refuted, 0 not tried."));
    }

    #[test]
    fn days() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(20_605), "2026-06-01");
    }
}
