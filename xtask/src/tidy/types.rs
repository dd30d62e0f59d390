//! `cargo xtask tidy --types DIR`: reads the JSON that rustdoc wrote about each library, and checks
//! which traits every public type has (`types.txt` gives a reason for each that it lacks), and that no
//! property has a setter and a getter of two names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{
    Finding, listed,
    rustdoc::{Crate, Type},
    unreadable,
};
use crate::{Stop, output};

/// The reasons, beside this file.
const REASONS: &str = include_str!("types.txt");
const PLACE: &str = "xtask/src/tidy/types.txt";

/// The traits that a public type has, or lacks for a reason. `FromStr` is asked only of a type that is
/// a text: one with `Display`.
const TRAITS: [&str; 7] = [
    "Debug",
    "Clone",
    "PartialEq",
    "Eq",
    "Hash",
    "Serialize",
    "FromStr",
];

/// Checks the files of a folder. Returns the number of findings.
pub(super) fn check(folder: &Path) -> Result<usize, Stop> {
    let mut types = BTreeMap::new();
    let is_json = |path: &PathBuf| path.extension().is_some_and(|end| end == "json");
    let files: Vec<_> = listed(folder)?.into_iter().filter(is_json).collect();
    for path in &files {
        let text = fs::read(path).map_err(|error| unreadable(path, &error))?;
        let json = serde_json::from_slice(&text).map_err(|error| unreadable(path, &error))?;
        Crate::read(&json, &mut types);
    }
    if types.is_empty() {
        let what = format!("no public type in the JSON files of {}", folder.display());
        return Err(Stop::Failed(what));
    }
    let findings = findings(&types, REASONS);
    for finding in &findings {
        output::line(finding);
    }
    let (types, crates, found) = (types.len(), files.len(), findings.len());
    output::line(format_args!(
        "tidy: {types} public types of {crates} crates, {found} findings"
    ));
    Ok(found)
}

fn findings(types: &BTreeMap<String, Type>, reasons: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    let reasons = read_reasons(reasons, &mut found);
    let mut excused = |name: &str, kind: &Type, lacks: &str| {
        let mut is_excused = false;
        for (number, (lack, pattern)) in reasons.iter().enumerate() {
            if lack == lacks && matches(pattern, name, kind) {
                is_excused = true;
                used.insert(number);
            }
        }
        is_excused
    };
    for (name, kind) in types {
        let is_text = kind.traits.contains("Display");
        for lacks in TRAITS {
            let is_asked = lacks != "FromStr" || is_text;
            if is_asked && !kind.traits.contains(lacks) && !excused(name, kind, lacks) {
                let what = format!("lacks `{lacks}` without a reason in {PLACE}");
                found.push(Finding::new(name, what));
            }
        }
        for (setter, what) in kind.unpaired() {
            if !excused(name, kind, &setter) {
                found.push(Finding::new(name, what));
            }
        }
    }
    let idle = (reasons.iter().enumerate()).filter(|(number, _)| !used.contains(number));
    found.extend(idle.map(|(_, (lack, pattern))| {
        Finding::new(PLACE, format!("`{lack}` needs no reason for `{pattern}`"))
    }));
    found
}

impl Type {
    /// The setters that break the rule of one name: `with_x` and `x`. Only of a type that follows it
    /// anywhere: one that is merely written, as operations are, keeps bare setters.
    fn unpaired(&self) -> Vec<(String, String)> {
        if self.traits.contains("Operation") {
            return Vec::new();
        }
        let getter = |setter: &str| {
            let name = setter.strip_prefix("with_").unwrap_or(setter);
            let forms = [name.to_owned(), format!("is_{name}"), format!("{name}s")];
            forms.iter().any(|form| self.getters.contains(form))
        };
        let is_with = |setter: &&String| setter.starts_with("with");
        let pairs = (self.setters.iter().filter(is_with)).any(|setter| getter(setter));
        let mut found = Vec::new();
        for setter in &self.setters {
            let has_other_style = self.setters.iter().any(|other| is_with(&other));
            if !is_with(&setter) && has_other_style {
                let what = format!("`{setter}` sets, beside setters called `with_…`");
                found.push((setter.clone(), what));
            } else if is_with(&setter) && pairs && !getter(setter) {
                let what = format!("`{setter}` sets, and nothing of this name gets");
                found.push((setter.clone(), what));
            }
        }
        found
    }
}

/// Whether a line of the reasons is about this type: by its name, by the beginning of its name, or by a
/// trait that it implements.
fn matches(pattern: &str, name: &str, kind: &Type) -> bool {
    match (pattern.strip_suffix('*'), pattern.strip_prefix("impl:")) {
        (Some(start), _) => name.starts_with(start),
        (_, Some(implemented)) => kind.traits.contains(implemented),
        _ => name == pattern,
    }
}

/// Reads the reasons as pairs: what is lacking, and of which types.
fn read_reasons(text: &str, found: &mut Vec<Finding>) -> Vec<(String, String)> {
    let (mut reasons, mut lacking) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some((list, reason)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            lacking = list.split(' ').map(str::to_owned).collect();
            if reason.trim().is_empty() {
                found.push(Finding::at_line(PLACE, number + 1, "gives no reason"));
            }
            continue;
        }
        for pattern in line.split_whitespace() {
            let each = lacking.iter().cloned();
            reasons.extend(each.map(|lack| (lack, pattern.to_owned())));
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(traits: &[&str], setters: &[&str], getters: &[&str], reasons: &str, expect: &[&str]) {
        let owned = |names: &[&str]| -> Vec<String> {
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        let kind = Type {
            traits: owned(traits).into_iter().collect(),
            setters: owned(setters),
            getters: owned(getters).into_iter().collect(),
        };
        let types = BTreeMap::from([("a::B".to_owned(), kind)]);
        let found = findings(&types, reasons);
        let shown = crate::tidy::texts(&found);
        assert_eq!(shown.len(), expect.len(), "{shown:?}");
        for (shown, expect) in shown.iter().zip(expect) {
            assert!(shown.starts_with(expect), "{shown}");
        }
    }

    /// All but `FromStr`.
    const ALL: &[&str] = TRAITS.split_at(6).0;

    #[test]
    fn each_lacking_trait_has_a_reason_and_each_reason_a_need() {
        let without_hash = ["Debug", "Clone", "PartialEq", "Eq", "Serialize"];
        check(ALL, &[], &[], "", &[]);
        check(&without_hash, &[], &[], "", &["a::B: lacks `Hash`"]);
        for pattern in ["a::B", "a::*", "impl:Eq"] {
            let reasons = format!("[Hash] why\n{pattern}");
            check(&without_hash, &[], &[], &reasons, &[]);
        }
        let idle = "xtask/src/tidy/types.txt: `Hash` needs no reason for `a::B`";
        check(ALL, &[], &[], "[Hash] why\na::B", &[idle]);
        let bare = "xtask/src/tidy/types.txt:1: gives no reason";
        check(&without_hash, &[], &[], "[Hash]\na::B", &[bare]);
        let text = [ALL, &["Display"]].concat();
        check(&text, &[], &[], "", &["a::B: lacks `FromStr`"]);
    }

    #[test]
    fn a_property_has_one_name() {
        check(ALL, &["with_x", "with_y"], &["x", "is_y"], "", &[]);
        check(ALL, &["x", "y"], &["z"], "", &[]);
        let lacks = "a::B: `with_y` sets, and nothing of this name gets";
        check(ALL, &["with_x", "with_y"], &["x"], "", &[lacks]);
        check(
            ALL,
            &["with_x", "with_y"],
            &["x"],
            "[with_y] why\na::B",
            &[],
        );
        check(ALL, &["with_x", "y"], &[], "", &["a::B: `y` sets, beside"]);
    }
}
