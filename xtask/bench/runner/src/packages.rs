//! How many packages cargo builds for each of the minimal programs, the program itself left out.

use std::collections::HashSet;

use super::Depth;
use super::measured::Measured;
use super::workspace::BenchWorkspace;
use crate::{Stop, output};

/// Ours come first.
pub(super) const PROGRAMS: [&str; 7] = [
    "core",
    "tool",
    "ureq",
    "oauth2",
    "oauth2-ureq",
    "yup-oauth2",
    "google-cloud-auth",
];

pub(super) fn measure(
    workspace: &BenchWorkspace,
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    let programs = match depth {
        Depth::Steady => &PROGRAMS[..2],
        Depth::Everything => &PROGRAMS[..],
    };
    for program in programs {
        let mut cargo = workspace.cargo();
        cargo.args([
            "tree",
            "--locked",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ]);
        cargo.args(["--package", &format!("program-{program}")]);
        let count = count(&output(&mut cargo)?);
        measured.put(format!("packages/{program}"), count as f64);
    }
    Ok(())
}

/// Counts distinct lines, without the first one, which is the program.
fn count(tree: &str) -> usize {
    let lines = tree.lines().skip(1).filter(|line| !line.trim().is_empty());
    let package = |line: &str| {
        let words: Vec<_> = line.split_whitespace().take(2).collect();
        words.join(" ")
    };
    lines.map(package).collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_counts_once() {
        let tree = "program-core v0.0.0 (/a/b)\nauth-core v0.1.0 (/a/c)\nserde v1.0.1\n\
                    serde_derive v1.0.1 (proc-macro)\nserde v1.0.1 (*)\nserde v2.0.0\n\n";
        assert_eq!(count(tree), 4);
    }
}
