//! Tests that each fact has its source, and each mark in our docs its fact.

use std::fs;

use super::fact::Fact;
use super::{inat, infoflora};
use crate::root;

/// Words by which our docs mark what no check has shown.
const MARKS: [&str; 6] = [
    "not verified",
    "Not verified",
    "not known",
    "probably",
    "Nothing was checked",
    "(read in the sources",
];

/// The most characters between a mark and the words of a fact that belong to it.
const NEAR: usize = 700;

/// Other places that state a fact: file, words, and the fact's name.
const REPEATED: [(&str, &str, &str); 6] = [
    (
        "api-infoflora/src/guide/versions.md",
        "it is not known when V4 will end",
        "the end of V4",
    ),
    (
        "api-inat/src/service.rs",
        "was read in its Rails application, and not verified",
        "an API token gets the next API token",
    ),
    (
        "api-inat/src/guide/plain_token.md",
        "was read in its source, and not verified",
        "an API token gets the next API token",
    ),
    (
        "api-inat/src/guide/trouble.md",
        "that v1 then has one observation is not verified",
        "v1 makes one observation of one UUID",
    ),
    (
        "api-inat/src/operation/mod.rs",
        "It is not verified for v1's observations",
        "v1 makes one observation of one UUID",
    ),
    (
        "api-inat/src/upload/mod.rs",
        "iNaturalist's own limit is not verified",
        "the size limit of files",
    ),
];

/// Marks that are no fact of a service: what a type reads, and an error's words.
const NO_FACTS: [(&str, &str); 4] = [
    (
        "api-inat/src/model/choice.rs",
        "values that are not known yet",
    ),
    ("api-inat/src/rest.rs", "not known"),
    ("api-inat/src/operation/paging.rs", "not known"),
    ("api-infoflora/examples", "not known"),
];

/// The text of a file in one line, without the marks of its comments.
fn flat(path: &str) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap_or_default();
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        line.trim_start_matches('/').trim_start_matches('!')
    });
    let words = lines.flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}

fn all() -> Vec<Fact> {
    let mut facts = inat::facts();
    facts.extend(infoflora::facts());
    facts
}

#[test]
fn each_fact_has_its_source() {
    for fact in all() {
        let words: Vec<_> = fact.source.words.split_whitespace().collect();
        let found = flat(fact.source.file).contains(&words.join(" "));
        assert!(
            found,
            "{}: {} has no `{}`",
            fact.name, fact.source.file, fact.source.words
        );
    }
}

#[test]
fn each_mark_has_its_fact() {
    let facts = all();
    let mut lacking = Vec::new();
    for path in files() {
        let text = flat(&path);
        for mark in MARKS {
            for (at, _) in text.match_indices(mark) {
                let excused = NO_FACTS.iter().any(|(file, _)| path.starts_with(file));
                let repeats = |(file, words, name): &(&str, &str, &str)| {
                    let mut found = text.match_indices(words);
                    *file == path
                        && facts.iter().any(|fact| fact.name == *name)
                        && found.any(|(i, _)| i <= at && at < i + words.len())
                };
                let excused = excused || REPEATED.iter().any(repeats);
                let near = |fact: &Fact| {
                    let found = text.match_indices(fact.source.words);
                    fact.source.file == path
                        && found.into_iter().any(|(i, _)| i.abs_diff(at) < NEAR)
                };
                if !excused && !facts.iter().any(near) {
                    let around: String =
                        text.chars().skip(at.saturating_sub(60)).take(140).collect();
                    lacking.push(format!("{path}: {around}"));
                }
            }
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

#[test]
fn each_line_of_the_readmes_list_has_its_fact() {
    let (facts, text) = (inat::facts(), flat(inat::README));
    let list = text.split("Not verified in particular:").nth(1);
    let list = list.and_then(|rest| rest.split("The maximum of records").next());
    let mut count = 0;
    for item in list.expect("the list").split("* ").skip(1) {
        let known = facts.iter().any(|fact| item.contains(fact.source.words));
        assert!(known, "no fact for: {item}");
        count += 1;
    }
    assert!(count >= 7, "{count}");
}

/// The READMEs, guides and sources of both api crates.
fn files() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: Vec<_> = ["api-inat", "api-infoflora"]
        .map(|name| root().join(name))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            if path.is_dir() {
                if !["tests", "target", "testkit"].contains(&name) {
                    folders.push(path);
                }
                continue;
            }
            let is_text = [".rs", ".md"].iter().any(|ending| name.ends_with(ending));
            if is_text && !name.starts_with("COVERAGE") {
                let relative = path.strip_prefix(root()).expect("a file of the workspace");
                found.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    found
}
