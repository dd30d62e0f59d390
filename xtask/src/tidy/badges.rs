//! The badges of items that require a feature, on the pages of rustdoc.

use super::{
    Finding,
    pages::Pages,
    tree::{File, Tree},
};

/// Rustdoc's words for what an item requires.
const BADGE: &str = "Available on ";

/// Finds items behind `#[cfg(feature = …)]` whose place on the pages does not name the feature.
pub(super) fn missing(pages: &Pages, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (krate, file) in tree.of_crates() {
        let is_root = file.path.ends_with("/src/lib.rs");
        for (line, feature, name) in gated(file) {
            let has_badge = |text: &str| text.contains(BADGE) && text.contains(feature);
            let shown = if is_root {
                pages
                    .item(&krate, name)
                    .is_some_and(|page| has_badge(&page.text))
            } else {
                let id = format!(" id=\"method.{name}\"");
                let mut of_crate = pages.pages.iter();
                of_crate.any(|(path, page)| {
                    let at = page.text.find(&id).filter(|_| path.starts_with(&krate));
                    at.is_some_and(|at| {
                        let end = page.text[at..].find("</summary>");
                        has_badge(&page.text[at..at + end.unwrap_or_default()])
                    })
                })
            };
            if !shown {
                let what = format!("`{name}` has no badge of the feature `{feature}`");
                findings.push(Finding::at_line(&file.path, line, what));
            }
        }
    }
    findings
}

/// The public items that a file gates by one feature: line, feature, name.
fn gated(file: &File) -> Vec<(usize, &str, &str)> {
    let (mut found, mut feature) = (Vec::new(), None);
    for (number, line) in file.compiled() {
        let line = line.trim();
        if let Some(named) = line.strip_prefix("#[cfg(feature = \"") {
            feature = named.split('"').next();
        }
        if line.starts_with('#') {
            continue;
        }
        let Some(feature) = feature.take() else {
            continue;
        };
        let names = ["pub mod ", "pub fn ", "pub use "];
        let Some(rest) = names.iter().find_map(|word| line.strip_prefix(word)) else {
            continue;
        };
        let rest = rest.split(['(', ';', '<']).next().unwrap_or_default();
        let last = rest.rsplit("::").next().unwrap_or_default();
        for name in last.trim_matches(['{', '}']).split(',') {
            found.push((number, feature, name.trim()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::texts;

    #[test]
    fn a_missing_badge_is_found() {
        let lib = "//! A\n#[cfg(feature = \"f\")]\npub use x::{One, Two};\npub use y::Three;\n";
        let other = "//! B\nimpl A {\n    #[cfg(feature = \"f\")]\n    #[inline]\n    pub fn m(&self) {}\n}\n";
        let tree = Tree::of(&[
            ("a-b/Cargo.toml", ""),
            ("a-b/src/lib.rs", lib),
            ("a-b/src/y.rs", other),
        ]);
        let tree = tree.with_metadata(&serde_json::json!({ "workspace_root": "/w", "packages": [
            { "name": "a-b", "manifest_path": "/w/a-b/Cargo.toml" },
        ]}));
        let badge = "Available on <strong>crate feature <code>f</code></strong> only.";
        let method = |badge: &str| format!("<section id=\"method.m\">{badge}</summary>");
        let check = |two: &str, of_method: &str, expect: &[&str]| {
            let all = Pages::of(&[
                ("a_b/struct.One.html", badge),
                ("a_b/struct.Two.html", two),
                ("a_b/struct.Three.html", &method(of_method)),
            ]);
            assert_eq!(texts(&missing(&all, &tree)), expect);
        };
        check(badge, badge, &[]);
        let two = "a-b/src/lib.rs:3: `Two` has no badge of the feature `f`";
        let m = "a-b/src/y.rs:5: `m` has no badge of the feature `f`";
        check("", badge, &[two]);
        check(badge, "", &[m]);
    }
}
