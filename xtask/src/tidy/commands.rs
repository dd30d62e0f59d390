//! The two commands for newcomers: README shows them, CI runs them.

use super::{Finding, tree::Tree};

const COMMANDS: [&str; 2] = ["cargo xtask demo", "cargo test --workspace"];

/// The files that must contain both.
const FILES: [&str; 2] = ["README.md", ".ci/run"];

pub(super) fn newcomer(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in FILES {
        let text = tree.file(path).map_or("", |file| &file.text);
        for command in COMMANDS.iter().filter(|command| !has(text, command)) {
            findings.push(Finding::new(path, format!("`{command}` is missing")));
        }
    }
    findings
}

/// Whether a line runs the command, with at most a comment after it. A line that is only a comment
/// does not count.
fn has(text: &str, command: &str) -> bool {
    let mut code = text.lines().filter_map(|line| line.split('#').next());
    code.any(|code| code.trim().ends_with(command))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    const README: &str = "cargo xtask demo        # no account\ncargo test --workspace\n";
    const RUN: &str = "stage test cargo test --workspace\nstage demo cargo xtask demo\n";

    #[test]
    fn shown_and_run() {
        let check = |readme: &str, run: &str, expect: &[&str]| {
            let tree = Tree::of(&[("README.md", readme), (".ci/run", run)]);
            assert_eq!(found(newcomer, &tree), expect);
        };
        check(README, RUN, &[]);
        check(
            "Run cargo test --workspace --release or cargo xtask demolish\n",
            RUN,
            &[
                "README.md: `cargo xtask demo` is missing",
                "README.md: `cargo test --workspace` is missing",
            ],
        );
        check(
            README,
            "stage test cargo test --workspace\n# stage demo cargo xtask demo\n",
            &[".ci/run: `cargo xtask demo` is missing"],
        );
        let missing = found(newcomer, &Tree::of(&[(".ci/run", RUN)]));
        assert_eq!(missing.len(), 2, "{missing:?}");
    }
}
