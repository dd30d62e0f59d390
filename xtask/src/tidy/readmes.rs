//! The links of the READMEs, which are pages of a forge and of a registry too: neither knows the
//! names of Rust's items.

use std::collections::BTreeSet;

use super::{
    Finding,
    pages::resolved,
    tree::{File, Tree},
};

/// Finds links that are neither absolute nor a file of the repository; in the README of a package
/// that is published, of the package.
pub(super) fn links(tree: &Tree) -> Vec<Finding> {
    let is_readme = |file: &&File| file.path == "README.md" || file.path.ends_with("/README.md");
    let mut findings = Vec::new();
    for file in tree.files().filter(is_readme) {
        let folder = file.path.trim_end_matches("README.md");
        let manifest = tree.file(&format!("{folder}Cargo.toml"));
        let published = manifest.is_some_and(|manifest| {
            manifest.text.contains("[package]") && !manifest.text.contains("publish = false")
        });
        let defined = definitions(file).map(|(_, label, _)| label).collect();
        let targets = definitions(file).map(|(number, _, target)| (number, target));
        let inline = prose(file).flat_map(|(number, line)| {
            let parts = line.split("](").skip(1);
            parts.map(move |part| (number, part.split(')').next().unwrap_or_default()))
        });
        for (number, target) in targets.chain(inline) {
            if let Some(what) = fault(tree, folder, published, target) {
                findings.push(Finding::at_line(&file.path, number, what));
            }
        }
        for (number, label) in undefined(file, &defined) {
            let what = format!("the link `[{label}]` has no target");
            findings.push(Finding::at_line(&file.path, number, what));
        }
    }
    findings
}

/// What is wrong with the target of a link.
fn fault(tree: &Tree, folder: &str, published: bool, target: &str) -> Option<String> {
    let path = target.split('#').next().unwrap_or_default();
    if target.starts_with("https://") || target.starts_with("http://") || path.is_empty() {
        return None;
    }
    let path = resolved(&format!("{folder}README.md"), path.trim_end_matches('/'));
    let inside = |file: &File| file.path == path || file.path.starts_with(&format!("{path}/"));
    if !tree.files().any(inside) {
        return Some(format!("the link `{target}` leads nowhere"));
    }
    let leaves = published && !path.starts_with(folder);
    leaves.then(|| format!("the link `{target}` leads out of the package"))
}

/// The lines outside fenced code, with code in backticks left as it is.
fn prose(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut code = false;
    file.lines().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !(code || fence)
    })
}

/// Lines such as ``[`X`]: https://…``: number, label and target.
fn definitions(file: &File) -> impl Iterator<Item = (usize, &str, &str)> {
    prose(file).filter_map(|(number, line)| {
        let (label, target) = line.strip_prefix('[')?.split_once("]: ")?;
        let one_word = !target.trim().contains(' ');
        one_word.then_some((number, label, target.trim()))
    })
}

/// Links by label, ``[`X`]`` or `[text][label]`, whose label is not defined.
fn undefined<'t>(file: &'t File, defined: &BTreeSet<&str>) -> Vec<(usize, &'t str)> {
    let mut found = Vec::new();
    for (number, line) in prose(file) {
        for (at, _) in line.match_indices('[') {
            let Some((label, rest)) = line[at + 1..].split_once(']') else {
                continue;
            };
            let second = line[..at].ends_with(']');
            // A colon makes a definition only at the start of a line.
            let defines = at == 0 && rest.starts_with(':');
            let shortcut = label.starts_with('`') && !defines && !rest.starts_with(['(', '[']);
            if (second || shortcut) && !defined.contains(label) {
                found.push((number, label));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn dead_links_are_found() {
        let check = |readme: &str, manifest: &str, expect: &[&str]| {
            let tree = Tree::of(&[
                (
                    "README.md",
                    "[a](a) [b](a/src/guide) [c](docs/X.md) [d](LICENSE)",
                ),
                ("LICENSE", ""),
                ("docs/X.md", ""),
                ("a/Cargo.toml", manifest),
                ("a/README.md", readme),
                ("a/src/guide/mod.rs", ""),
            ]);
            assert_eq!(found(links, &tree), expect, "{readme}");
        };
        let (published, private) = ("[package]\n", "[package]\npublish = false\n");
        check(
            "[`X`](https://x.org) [y](#y) [z](src/guide)",
            published,
            &[],
        );
        check(
            "see [`X`] and [y][X::y]\n\n[`X`]: https://x.org\n[X::y]: https://y.org\n",
            published,
            &[],
        );
        check("```rust\na[`x`][0](y)\n```\n", published, &[]);
        let nowhere = "a/README.md:1: the link `Error::X` leads nowhere";
        check("[y](Error::X)", published, &[nowhere]);
        let no_target = "a/README.md:2: the link `[`X`]` has no target";
        check("\n[`X`].", published, &[no_target]);
        check("\nSee [`X`]: it helps.", published, &[no_target]);
        let no_target = "a/README.md:1: the link `[X::y]` has no target";
        check("[x][X::y]", published, &[no_target]);
        let nowhere = "a/README.md:1: the link `crate::X` leads nowhere";
        check("[`X`]: crate::X", published, &[nowhere]);
        let outside = "a/README.md:1: the link `../docs/X.md` leads out of the package";
        check("[x](../docs/X.md)", published, &[outside]);
        check("[x](../docs/X.md)", private, &[]);
    }
}
