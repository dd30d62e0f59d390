//! Where files belong, how they begin and how long they are.

use std::collections::BTreeSet;

use super::{Finding, tree::Tree};

/// The folders at the top: one for each library crate, and xtask.
const FOLDERS: [&str; 8] = [
    "auth-core",
    "auth-flows",
    "http-reqwest",
    "http-ureq",
    "keystore",
    "api-inat",
    "api-infoflora",
    "xtask",
];

/// The other names allowed at the top, besides those that begin with a dot.
const BESIDE: [&str; 15] = [
    "docs",
    "Cargo.toml",
    "Cargo.lock",
    "clippy.toml",
    "deny.toml",
    "rustfmt.toml",
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "RELEASING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "COMPARE.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
];

/// The most lines of a source file, tests included.
const LONGEST: usize = 450;

/// Finds names at the top other than the eight folders and the listed files, and folders that are
/// missing.
pub(super) fn top_level(tree: &Tree) -> Vec<Finding> {
    let top: BTreeSet<_> = tree
        .files()
        .map(|file| file.path.split('/').next().unwrap_or_default())
        .collect();
    let missing = FOLDERS.iter().filter(|folder| !top.contains(**folder));
    let stranger = |name: &&&str| {
        !(name.starts_with('.') || FOLDERS.contains(*name) || BESIDE.contains(*name))
    };
    let strangers = top.iter().filter(stranger);
    missing
        .map(|folder| Finding::new(*folder, "this folder is missing"))
        .chain(strangers.map(|name| {
            Finding::new(
                *name,
                "does not belong at the top; move it into one of the eight folders",
            )
        }))
        .collect()
}

/// Requires each source file to begin with `//!` and words, or with the README it includes.
pub(super) fn first_line(tree: &Tree) -> Vec<Finding> {
    let says = |line: &str| {
        let words = line.strip_prefix("//!").map(str::trim);
        words.is_some_and(|words| !words.is_empty()) || line.starts_with("#![doc = include_str!")
    };
    tree.sources()
        .filter(|file| !says(file.text.lines().next().unwrap_or_default()))
        .map(|file| {
            Finding::at_line(
                &file.path,
                1,
                "the first line does not say with `//!` what it is for",
            )
        })
        .collect()
}

/// Finds files over the limit: a long file usually holds two concepts.
pub(super) fn length(tree: &Tree) -> Vec<Finding> {
    let lines = |text: &str| text.lines().count();
    tree.sources()
        .filter(|file| lines(&file.text) > LONGEST)
        .map(|file| {
            let lines = lines(&file.text);
            Finding::at_line(
                &file.path,
                lines,
                format!("{lines} lines; split it by concept"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn strangers_and_gaps_at_the_top() {
        let own = FOLDERS.map(|folder| (format!("{folder}/src/lib.rs"), "//! x"));
        let mut files: Vec<_> = own
            .iter()
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        files.extend([(".ci/run", ""), ("docs/a.md", ""), ("Cargo.lock", "")]);
        assert_eq!(found(top_level, &Tree::of(&files)), [""; 0]);
        files.extend([
            ("notes.txt", ""),
            ("tools/x.rs", "//! x"),
            ("tools/y.rs", "//! y"),
        ]);
        files.remove(4);
        assert_eq!(
            found(top_level, &Tree::of(&files)),
            [
                "keystore: this folder is missing",
                "notes.txt: does not belong at the top; move it into one of the eight folders",
                "tools: does not belong at the top; move it into one of the eight folders",
            ]
        );
    }

    #[test]
    fn first_lines() {
        let check = |text: &str, is_fine: bool| {
            let tree = Tree::of(&[("a/b.rs", text), ("a/b.md", "no source")]);
            let expect = "a/b.rs:1: the first line does not say with `//!` what it is for";
            let expect = if is_fine { vec![] } else { vec![expect] };
            assert_eq!(found(first_line, &tree), expect, "{text}");
        };
        check("//! What it is for.\n", true);
        check("#![doc = include_str!(\"../README.md\")]\n", true);
        check("", false);
        check("//!\n//! What it is for.\n", false);
        check("// What it is for.\n", false);
        check("\n//! What it is for.\n", false);
        check("use std::fmt;\n//! What it is for.\n", false);
    }

    #[test]
    fn long_files() {
        let tree = |lines| Tree::of(&[("a/b.rs", &"//! x\n".repeat(lines))]);
        assert_eq!(found(length, &tree(450)), [""; 0]);
        assert_eq!(
            found(length, &tree(451)),
            ["a/b.rs:451: 451 lines; split it by concept"]
        );
    }
}
