//! Where files belong, how they begin and how long they are.

use std::collections::BTreeSet;

use super::{
    Finding,
    tree::{File, Tree},
};

/// The names allowed at the top, besides those that begin with a dot: eight folders of packages, the
/// docs, and files. Cargo itself finds a package that is missing.
const TOP: [&str; 23] = [
    "auth-core",
    "auth-flows",
    "http-reqwest",
    "http-ureq",
    "keystore",
    "api-inat",
    "api-infoflora",
    "xtask",
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

/// Finds other names at the top.
pub(super) fn top_level(tree: &Tree) -> Vec<Finding> {
    let names = tree.files().filter_map(|file| file.path.split('/').next());
    let top: BTreeSet<_> = names.filter(|name| !name.starts_with('.')).collect();
    let strangers = top.into_iter().filter(|name| !TOP.contains(name));
    let what = "does not belong at the top; move it into one of the eight folders";
    strangers.map(|name| Finding::new(name, what)).collect()
}

/// Requires each source file to begin with `//!` and words, or with the README it includes.
pub(super) fn first_line(tree: &Tree) -> Vec<Finding> {
    let says = |file: &&File| {
        let first = file.text.lines().next().unwrap_or_default();
        let words = first.strip_prefix("//!").map(str::trim);
        words.is_some_and(|words| !words.is_empty()) || first.starts_with("#![doc = include_str!")
    };
    let what = "the first line does not say with `//!` what it is for";
    let silent = tree.sources().filter(|file| !says(file));
    silent
        .map(|file| Finding::at_line(&file.path, 1, what))
        .collect()
}

/// Finds files over the limit: a long file usually holds two concepts.
pub(super) fn length(tree: &Tree) -> Vec<Finding> {
    let lengths = tree
        .sources()
        .map(|file| (&file.path, file.text.lines().count()));
    let long = lengths.filter(|(_, lines)| *lines > LONGEST);
    long.map(|(path, lines)| {
        Finding::at_line(path, lines, format!("{lines} lines; split it by concept"))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn strangers_at_the_top() {
        let mut files = vec![("keystore/src/lib.rs", "//! x"), (".ci/run", "")];
        files.extend([("docs/a.md", ""), ("Cargo.lock", "")]);
        assert_eq!(found(top_level, &Tree::of(&files)), [""; 0]);
        files.extend([
            ("notes.txt", ""),
            ("tools/x.rs", "//! x"),
            ("tools/y.rs", "//! y"),
        ]);
        assert_eq!(
            found(top_level, &Tree::of(&files)),
            ["notes.txt", "tools"].map(|name| format!(
                "{name}: does not belong at the top; move it into one of the eight folders"
            ))
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
