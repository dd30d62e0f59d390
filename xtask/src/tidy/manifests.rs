//! What each manifest has to contain: the shared settings, those of docs.rs, and a reason for each dependency and
//! feature.

use super::{
    Finding,
    tree::{File, Tree},
};

/// A line of a manifest, with the table that holds it.
type Line = (&'static str, &'static str);

/// What docs.rs requires to show every item, with the feature that it requires. In each manifest
/// of a package that is published.
const PAGES: [Line; 2] = [
    ("package.metadata.docs.rs", "all-features = true"),
    (
        "package.metadata.docs.rs",
        "rustdoc-args = [\"--cfg\", \"docsrs\"]",
    ),
];

/// The package with lints of its own: an allocator cannot be written without `unsafe`, which the
/// workspace forbids. It has the other lints, and denies `unsafe` outside one `impl`.
const OWN_LINTS: &str = "xtask/wiped/Cargo.toml";

/// Requires the licence, the lints, a description and an existing README.
pub(super) fn package(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in manifests(tree) {
        let entries: Vec<_> = entries(file).collect();
        let has = |(table, line): &Line| {
            let mut of_table = entries.iter().filter(|entry| entry.table == *table);
            of_table.any(|entry| entry.line.starts_with(line) && !entry.line.ends_with("\"\""))
        };
        let lints = match file.path == OWN_LINTS {
            true => ("lints.rust", "unsafe_code = \"deny\""),
            false => ("lints", "workspace = true"),
        };
        let license = ("package", "license.workspace = true");
        let mut wanted = vec![license, ("package", "description = \""), lints];
        if !has(&("package", "publish = false")) {
            wanted.extend(PAGES);
        }
        let missing = wanted.iter().filter(|line| !has(line));
        findings.extend(missing.map(|(table, line)| {
            Finding::new(&file.path, format!("`{line}` is missing in [{table}]"))
        }));
        let readme = file.path.replace("Cargo.toml", "README.md");
        if tree.file(&readme).is_none() {
            findings.push(Finding::new(&file.path, format!("{readme} is missing")));
        }
    }
    findings
}

/// Requires a comment on each dependency and feature, on its line or above it.
///
/// Dependencies within the workspace are exempt: the star is their reason.
pub(super) fn reasons(tree: &Tree) -> Vec<Finding> {
    let is_own = |name: &str| tree.packages().iter().any(|package| package.name == name);
    let mut findings = Vec::new();
    for file in manifests(tree) {
        for entry in entries(file) {
            let kind = match entry.table.rsplit('.').next() {
                Some("dependencies" | "dev-dependencies" | "build-dependencies") => "dependency",
                Some("features") => "feature",
                _ => continue,
            };
            let name = entry.name();
            let obvious = is_own(name) || (kind == "feature" && name == "default");
            if !obvious && !entry.commented {
                let what = format!("the {kind} `{name}` does not say why");
                findings.push(Finding::at_line(&file.path, entry.number, what));
            }
        }
    }
    findings
}

fn manifests(tree: &Tree) -> impl Iterator<Item = &File> {
    let manifests = tree.packages().iter().map(|package| &package.manifest);
    manifests.filter_map(|path| tree.file(path))
}

/// One `name = value` of a manifest; a value may span several lines.
struct Entry<'t> {
    table: &'t str,
    line: &'t str,
    number: usize,
    commented: bool,
}

impl<'t> Entry<'t> {
    /// The text before `=`, without `.workspace` and the like.
    fn name(&self) -> &'t str {
        let key = self.line.split('=').next().unwrap_or_default().trim();
        key.split('.').next().unwrap_or_default().trim_matches('"')
    }
}

fn entries(file: &File) -> impl Iterator<Item = Entry<'_>> {
    let (mut table, mut above, mut open) = ("", false, 0);
    file.lines().filter_map(move |(number, line)| {
        let line = line.trim();
        let (inside, code) = (open > 0, without_strings(line));
        let is_table = !inside && line.starts_with('[');
        if !is_table {
            open += code.matches(['[', '{']).count();
            open -= code.matches([']', '}']).count().min(open);
        }
        let commented = above || code.contains('#');
        above = !inside && line.starts_with('#');
        if is_table {
            table = line.trim_matches(['[', ']']);
        }
        let is_entry = !(inside || is_table || line.is_empty() || line.starts_with('#'));
        is_entry.then_some(Entry {
            table,
            line,
            number,
            commented,
        })
    })
}

/// Blanks out strings: a bracket or `#` in a string has no meaning.
fn without_strings(line: &str) -> String {
    line.split('"').step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tidy::found;

    fn tree(manifest: &str, readme: bool) -> Tree {
        let mut files = vec![("a/Cargo.toml", manifest)];
        if readme {
            files.push(("a/README.md", ""));
        }
        Tree::of(&files).with_metadata(&json!({ "workspace_root": "/ws", "packages": [
            { "name": "a", "manifest_path": "/ws/a/Cargo.toml" },
            { "name": "own", "manifest_path": "/ws/own/Cargo.toml" },
        ]}))
    }

    #[test]
    fn missing_settings_are_found() {
        let good = "[package]\npublish = false\ndescription = \"what\"\nlicense.workspace = true\n\n[lints]\nworkspace = true\n";
        let check = |manifest: &str, readme: bool, expect: Option<&str>| {
            let expect = expect.map(|what| format!("a/Cargo.toml: {what}"));
            let found = found(package, &tree(manifest, readme));
            assert_eq!(found, Vec::from_iter(expect), "{manifest}");
        };
        check(good, true, None);
        check(good, false, Some("a/README.md is missing"));
        for (own, other, what) in [
            (
                "license.workspace = true",
                "license = \"MIT\"",
                "`license.workspace = true` is missing in [package]",
            ),
            (
                "[lints]",
                "[other]",
                "`workspace = true` is missing in [lints]",
            ),
            (
                "\"what\"",
                "\"\"",
                "`description = \"` is missing in [package]",
            ),
        ] {
            check(&good.replace(own, other), true, Some(what));
        }
        let published = good.replace("publish = false\n", "");
        let pages = "[package.metadata.docs.rs]\nall-features = true\n";
        let badges = "rustdoc-args = [\"--cfg\", \"docsrs\"]";
        check(&format!("{published}{pages}{badges}\n"), true, None);
        let what = format!("`{badges}` is missing in [package.metadata.docs.rs]");
        check(&format!("{published}{pages}"), true, Some(&what));
    }

    #[test]
    fn missing_reasons_are_found() {
        let check = |table: &str, lines: &str, expect: &[&str]| {
            let manifest = format!("[package]\nname = \"a\"\n\n[{table}]\n{lines}\n[x]\ny = 1\n");
            assert_eq!(found(reasons, &tree(&manifest, true)), expect, "{manifest}");
        };
        check("dependencies", "own.workspace = true", &[]);
        check("dependencies", "http.workspace = true # why", &[]);
        check("dependencies", "# why\nhttp.workspace = true", &[]);
        check(
            "dependencies",
            "# why\nhttp = { version = \"1\", features = [\n    \"a\",\n    \"b\",\n] }\nbytes = \"#1\"",
            &["a/Cargo.toml:10: the dependency `bytes` does not say why"],
        );
        check(
            "dev-dependencies",
            "# why\n\nhttp.workspace = true",
            &["a/Cargo.toml:7: the dependency `http` does not say why"],
        );
        check(
            "target.'cfg(unix)'.dependencies",
            "rustix = \"1\"",
            &["a/Cargo.toml:5: the dependency `rustix` does not say why"],
        );
        check(
            "features",
            "default = [\"rustls\"]\nrustls = [\"x/rustls\"]\n# why\nother = []",
            &["a/Cargo.toml:6: the feature `rustls` does not say why"],
        );
    }
}
