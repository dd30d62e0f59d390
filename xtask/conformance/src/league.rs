//! Info Flora's service against our own test server, which behaves like league/oauth2-server 8 and
//! 9: no package manager installs either here. The cases are tests of api-infoflora, which write
//! their rows.

use std::collections::BTreeMap;
use std::fs;

use super::report::{Outcome, Report};
use crate::{Stop, cargo, output};
use worlds::World;

/// The transport of each world, as the suite names the worlds.
const WORLDS: [(&str, &str); 2] = [("blocking", "ureq"), ("async", "reqwest")];

/// The rows of a version, by case: where it passed, and why it is not offered if it is not.
type Rows = BTreeMap<String, (Vec<&'static str>, String)>;

pub(super) fn run(_worlds: &[World; 2], report: &mut Report) -> Result<(), Stop> {
    let failed = |error: std::io::Error| Stop::Failed(format!("cannot read the rows: {error}"));
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = folder.path().join("rows");
    let mut suite = cargo();
    // Of the whole workspace, so that what `cargo test --workspace` has built serves.
    suite.args(["test", "--workspace", "--test", "league"]);
    output::line("\nInfo Flora at our test server: cargo test --workspace --test league");
    // A case that fails has no row; its test names it.
    crate::output(suite.env("CONFORMANCE_ROWS", &path))?;
    let text = fs::read_to_string(&path).map_err(failed)?;
    for version in ["8", "9"] {
        report.about(format_args!(
            "Info Flora at our test server, as league {version}"
        ));
        for (case, (worlds, reason)) in rows(&text, version) {
            let result = match reason.is_empty() {
                true => {
                    let ended =
                        WORLDS.map(|(_, transport)| (transport, worlds.contains(&transport)));
                    Outcome::Run(ended.to_vec())
                }
                false => Outcome::NotOffered(reason),
            };
            report.add(&case, result);
        }
    }
    Ok(())
}

fn rows(text: &str, version: &str) -> Rows {
    let mut found = Rows::new();
    for line in text.lines() {
        let cells: Vec<_> = line.split('\t').collect();
        let [of, world, case, reason] = cells[..] else {
            continue;
        };
        let transport = WORLDS.iter().find(|(name, _)| *name == world);
        if let (true, Some((_, transport))) = (of == version, transport) {
            let row = found.entry(case.to_owned()).or_default();
            row.0.push(*transport);
            row.1 = reason.to_owned();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_by_version() {
        let text =
            "8\tblocking\tone\t\n9\tblocking\tone\t\n8\tasync\tone\t\n8\tasync\ttwo\tit has none\n";
        let eight = rows(text, "8");
        assert_eq!(eight["one"], (vec!["ureq", "reqwest"], String::new()));
        assert_eq!(eight["two"].1, "it has none");
        assert_eq!(rows(text, "9").len(), 1);
    }
}
