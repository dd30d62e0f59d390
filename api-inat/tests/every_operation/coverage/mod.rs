//! Compares what arrived with iNaturalist's descriptions of v1 and v2, and with `COVERAGE.md` and
//! `COVERAGE-v2.md`.
//!
//! The descriptions are not part of this repository: each document has what they name, and beside
//! it the facts that they lack (which of our records reads which of theirs, the sources of further
//! operations, a reason for each difference). `UPDATE=1` writes the documents anew.
//! `INAT_DESCRIPTION=FILE UPDATE=1` writes that of the file's version from the description, and
//! compares types, permitted values and tokens as well; a new fact is then written into the
//! document by hand.

mod compare;
mod described;
mod document;
mod faults;
mod sent;

use std::{env, fs, path::PathBuf};

use self::{compare::compare, described::Described, document::Document, sent::SentRequests};

/// A version of the API.
#[derive(Clone, Copy, Debug)]
struct Version {
    /// The document's file in this package.
    document: &'static str,
    /// The prefix of its paths.
    prefix: &'static str,
    /// Names for groups of parameters, each by one of them: a group is what all operations with
    /// that parameter have in common.
    groups: &'static [(&'static str, &'static str)],
}

const V1: Version = Version {
    document: "COVERAGE.md",
    prefix: "/v1",
    groups: &[
        ("observation filters", "unobserved_by_user_id"),
        ("identification filters", "own_observation"),
        ("project filters", "noteworthy"),
    ],
};

const V2: Version = Version {
    document: "COVERAGE-v2.md",
    prefix: "/v2",
    groups: &[("observation filters", "unobserved_by_user_id")],
};

#[test]
fn v1_is_sent_and_read_as_described() {
    check(V1, 105, 59);
}

#[test]
fn v2_is_sent_and_read_as_described() {
    check(V2, 143, 157);
}

/// Compares the version's document with what is sent, and writes it if that is wanted.
fn check(version: Version, operations: usize, records: usize) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(version.document);
    let known = fs::read_to_string(&path).expect("the document is there");
    // A checkout on Windows may have the line ends of its system.
    let known = known.replace("\r\n", "\n");
    let mut document = Document::read(&known).expect("it has its tables");
    let described = description(version);
    if let Some(described) = &described {
        document.described = described.clone();
    }
    let (text, unexplained) = beside(version, &document, &SentRequests::all());
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &text).expect("the document can be written");
    }
    assert_eq!(unexplained, [""; 0], "{}", version.document);
    let new: Vec<_> = text.lines().filter(|line| !known.contains(line)).collect();
    let help = "run the test with UPDATE=1";
    assert!(
        text == known || env::var_os("UPDATE").is_some(),
        "{help}: {new:#?}"
    );
    if described.is_none() {
        let size = (
            document.described.endpoints.len(),
            document.described.records.len(),
        );
        assert_eq!(size, (operations, records), "the whole API is described");
    }
}

/// The description that the environment names, if it is one of this version.
fn description(version: Version) -> Option<Described> {
    let text = fs::read(env::var_os("INAT_DESCRIPTION")?).expect("the description can be read");
    let whole = serde_json::from_slice(&text).expect("the description is JSON");
    let described = described::read(&whole);
    assert!(
        !described.endpoints.is_empty(),
        "the description has no operation"
    );
    let major = described.version.split('.').next();
    (Some(version.prefix.trim_start_matches("/v")) == major).then_some(described)
}

/// Writes the document, and lists the differences without a reason.
fn beside(version: Version, document: &Document, sent: &SentRequests) -> (String, Vec<String>) {
    let compared = compare(version, document, sent);
    (
        document.written(version, &compared),
        compared.unexplained(document),
    )
}
