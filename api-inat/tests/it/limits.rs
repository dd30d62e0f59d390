//! The limits of ids and of records on a page: the maximum is sent, one more is not. Lists every
//! operation with such a limit, and the source of its numbers. More records are requested as the
//! maximum, more ids are refused.

use std::{collections::BTreeSet, fs, path::Path};

use api_inat::{IdList, StringList, v0, v1, v2};
use auth_core::{BaseUrl, Error, ErrorKind, Operation, Request};
use serde_json::Value;

/// The source of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The controllers of the Node API, or the Rails application, as read.
    Read,
    /// No source: taken from a similar list. The README lists these.
    Assumed,
}
use Source::{Assumed, Read};

/// An operation: its default and its maximum, their source, and a request for a given number.
type Row = (
    &'static str,
    (u64, u64),
    Source,
    Box<dyn Fn(u64) -> Result<Request, Error>>,
);

fn leaves(operation: &impl Operation) -> Result<Request, Error> {
    operation.request(&BaseUrl::parse("https://api.example.org/v1").expect("a base"))
}

macro_rules! rows {
    ($($version:ident::$module:ident::$Name:ident ($usual:literal, $most:literal) $source:ident: |$n:ident| $ask:expr;)*) => {{
            let mut rows: Vec<Row> = Vec::new();
            $(rows.push((
                concat!(stringify!($version), "::", stringify!($module), "::", stringify!($Name)),
                ($usual, $most),
                $source,
                Box::new(move |$n: u64| {
                    use $version::$module::$Name;
                    leaves(&$ask)
                }),
            ));)*
            rows
        }};
}

fn pages() -> Vec<Row> {
    rows! {
        v0::observations::Export (30, 200) Read: |n| Export::new(v0::observations::Format::Csv).per_page(n);
        v1::identifications::Search (30, 200) Read: |n| Search::new().per_page(n);
        v1::identifications::Categories (30, 200) Assumed: |n| Categories::new().per_page(n);
        v1::identifications::SpeciesCounts (500, 500) Read: |n| SpeciesCounts::new().per_page(n);
        v1::identifications::Identifiers (500, 500) Read: |n| Identifiers::new().per_page(n);
        v1::identifications::Observers (500, 500) Read: |n| Observers::new().per_page(n);
        v1::identifications::RecentTaxa (30, 200) Assumed: |n| RecentTaxa::new().per_page(n);
        v1::observations::Search (30, 200) Read: |n| Search::new().per_page(n);
        v1::observations::SpeciesCounts (500, 500) Read: |n| SpeciesCounts::new().per_page(n);
        v1::observations::Observers (500, 500) Read: |n| Observers::new().per_page(n);
        v1::observations::Identifiers (500, 500) Read: |n| Identifiers::new().per_page(n);
        v1::observations::Updates (30, 200) Assumed: |n| Updates::new().per_page(n);
        v1::messages::Search (10, 200) Assumed: |n| Search::new().param("per_page", n);
        v1::posts::Search (10, 200) Assumed: |n| Search::new().per_page(n);
        v1::posts::ForUser (10, 200) Assumed: |n| ForUser::new().param("per_page", n);
        v1::places::Autocomplete (10, 20) Read: |n| Autocomplete::new("x").param("per_page", n);
        v1::places::Near (20, 100) Read: |n| Near::new(1.0, 1.0, 0.0, 0.0).per_page(n);
        v1::provider_authorizations::All (30, 100) Assumed: |n| All::new().per_page(n);
        v1::relationships::Search (30, 100) Assumed: |n| Search::new().per_page(n);
        v1::search::Search (30, 100) Read: |n| Search::new("x").per_page(n);
        v1::authorized_applications::All (30, 100) Assumed: |n| All::new().per_page(n);
        v1::taxa::Search (30, 500) Read: |n| Search::new().per_page(n);
        v1::taxa::Autocomplete (10, 30) Read: |n| Autocomplete::new("x").per_page(n);
        v1::users::Autocomplete (5, 100) Read: |n| Autocomplete::new("x").per_page(n);
        v1::users::Projects (10, 100) Read: |n| Projects::new("me").per_page(n);
        v1::projects::Search (10, 300) Read: |n| Search::new().per_page(n);
        v1::projects::Autocomplete (10, 300) Read: |n| Autocomplete::new("x").per_page(n);
        v1::projects::Members (30, 100) Read: |n| Members::new("x").per_page(n);
        v1::observation_fields::Autocomplete (5, 100) Read: |n| Autocomplete::new("x").per_page(n);
        v1::projects::Posts (10, 30) Read: |n| Posts::new("x").per_page(n);
        v1::projects::Followers (10, 100) Read: |n| Followers::new("x").per_page(n);
        v1::users::Followees (10, 200) Read: |n| Followees::new(1).per_page(n);
        v1::users::PlaceAndTaxonSubscriptions (10, 200) Read: |n| PlaceAndTaxonSubscriptions::new(1).per_page(n);
        v2::observations::Search (30, 200) Read: |n| Search::new().per_page(n);
        v2::observations::SpeciesCounts (500, 500) Read: |n| SpeciesCounts::new().per_page(n);
        v2::observations::Observers (500, 500) Read: |n| Observers::new().per_page(n);
        v2::observations::Identifiers (500, 500) Read: |n| Identifiers::new().per_page(n);
        v2::observations::Updates (30, 200) Assumed: |n| Updates::new().per_page(n);
        v2::places::Search (10, 20) Read: |n| Search::new().per_page(n);
        v2::places::Near (20, 100) Read: |n| Near::new(1.0, 1.0, 0.0, 0.0).per_page(n);
        v2::projects::Search (10, 300) Read: |n| Search::new().per_page(n);
        v2::projects::Members (30, 100) Read: |n| Members::new(3).per_page(n);
        v2::projects::Posts (10, 30) Read: |n| Posts::new(3).per_page(n);
        v2::users::Search (30, 100) Assumed: |n| Search::new().per_page(n);
        v2::users::Autocomplete (5, 100) Read: |n| Autocomplete::new("x").per_page(n);
        v2::users::Posts (10, 30) Read: |n| Posts::new("x").per_page(n);
        v2::identifications::Identifiers (500, 500) Read: |n| Identifiers::new().per_page(n);
        v2::identifications::RecentTaxa (30, 200) Assumed: |n| RecentTaxa::new(1).per_page(n);
        v2::exemplar_identifications::Search (50, 200) Read: |n| Search::new().per_page(n);
        v2::posts::ForUser (30, 200) Read: |n| ForUser::new().per_page(n);
        v2::messages::Search (10, 200) Assumed: |n| Search::new().param("per_page", n);
        v2::search::Search (30, 100) Read: |n| Search::new("x").per_page(n);
        v2::saved_locations::Search (30, 100) Assumed: |n| Search::new().param("per_page", n);
        v2::taxon_id_summaries::Search (30, 200) Assumed: |n| Search::new().per_page(n);
        v2::taxa::Search (30, 500) Read: |n| Search::new().per_page(n);
        v2::taxa::Autocomplete (10, 30) Read: |n| Autocomplete::new("x").per_page(n);
    }
}

fn ids() -> Vec<Row> {
    let numbers = |n: u64| (1..=n).collect::<IdList>();
    let words = |n: u64| {
        (1..=n)
            .map(|word| format!("slug-{word}"))
            .collect::<StringList>()
    };
    rows! {
        v1::identifications::Get (30, 200) Read: |n| Get::new(numbers(n));
        v1::observations::Get (30, 200) Read: |n| Get::new(numbers(n));
        v1::sites::Get (200, 200) Assumed: |n| Get::new(numbers(n));
        v1::places::Get (500, 500) Read: |n| Get::new(words(n));
        v1::taxa::Get (30, 30) Read: |n| Get::new(numbers(n));
        v1::projects::Get (30, 100) Read: |n| Get::new(words(n));
        v2::places::Get (500, 500) Read: |n| Get::new(words(n));
        v2::projects::Get (30, 100) Read: |n| Get::new(numbers(n));
        v2::observations::Get (200, 200) Assumed: |n| Get::new(words(n));
        v2::taxa::Get (30, 30) Read: |n| Get::new(numbers(n));
    }
}

fn refused(row: &Row, n: u64) -> Error {
    let (name, .., ask) = row;
    let error = ask(n).expect_err(name);
    assert_eq!(error.kind(), ErrorKind::Usage, "{name}: {error}");
    assert!(error.help().is_some(), "{name}: {error}");
    error
}

#[test]
fn a_page_has_no_more_than_the_most() {
    for row in pages() {
        let (name, (usual, most), _, ask) = &row;
        let parameter = |n: u64| format!("per_page={n}");
        for n in [0, *usual, *most] {
            let request = ask(n).expect(name);
            let query = request.uri().query().expect(name);
            assert!(
                query.split('&').any(|pair| pair == parameter(n)),
                "{name}: {query}"
            );
        }
        // The service returns no more than the most.
        let request = ask(most + 1).expect(name);
        let query = request.uri().query().expect(name);
        let sent = query.split('&').any(|pair| pair == parameter(*most));
        assert!(sent, "{name}: {query}");
    }
}

#[test]
fn a_path_names_no_more_than_the_most() {
    for row in ids() {
        let (name, (usual, most), _, ask) = &row;
        let asks_for = |n: u64| {
            let request = ask(n).expect(name);
            let query = request.uri().query().unwrap_or_default().to_owned();
            query.contains(&format!("per_page={n}"))
        };
        // As many ids as the default page require no `per_page`; more are refused without one.
        assert!(!asks_for(*usual), "{name}");
        if most > usual {
            assert!(asks_for(usual + 1) && asks_for(*most), "{name}");
        }
        let error = refused(&row, most + 1);
        assert!(
            error.to_string().contains(&format!("{most} at a time")),
            "{name}: {error}"
        );
        refused(&row, 0);
    }
}

/// The API splits at commas, so a text with commas counts as several.
#[test]
fn a_text_with_commas_is_several_ids() {
    let text = |n: u64| {
        (1..=n)
            .map(|id| format!("x{id}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let check = |ask: &dyn Fn(String) -> Result<Request, Error>, most: u64| {
        assert!(ask(text(most)).is_ok());
        let error = ask(text(most + 1)).expect_err("too many");
        assert!(
            error.to_string().contains(&format!("{} ids", most + 1)),
            "{error}"
        );
    };
    check(&|ids| leaves(&v2::observations::Get::new(ids)), 200);
    check(&|ids| leaves(&v1::projects::Get::new(ids)), 100);
    let several = leaves(&v2::observations::Get::new("a,b").of::<Value>().one());
    assert!(several.is_err(), "one record of two ids");
}

/// The clauses in the sources of this crate: `pages` or `ids`, the operation, its two numbers.
fn declared() -> BTreeSet<(String, String, u64, u64)> {
    fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => files(&path, found),
                false => found.push(path),
            }
        }
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut found, mut declared) = (Vec::new(), BTreeSet::new());
    for version in ["v0", "v1", "v2"] {
        files(&source.join(version), &mut found);
    }
    for path in found {
        let inner = path
            .strip_prefix(&source)
            .expect("inside")
            .with_extension("");
        let mut parts = inner.iter().map(|part| part.to_str().expect("text"));
        let module = [parts.next(), parts.next()]
            .map(Option::unwrap_or_default)
            .join("::");
        let mut name = String::new();
        for line in fs::read_to_string(&path)
            .expect("a file")
            .lines()
            .map(str::trim)
        {
            if let Some((is, _)) = line
                .strip_prefix("pub ")
                .and_then(|rest| rest.split_once(": "))
            {
                name = format!("{module}::{is}");
            }
            let mut words = line.split([' ', ',', ';']).filter(|word| !word.is_empty());
            let kind = words.next().unwrap_or_default();
            if let ("pages" | "ids", Some(Ok(usual)), Some(Ok(most))) = (
                kind,
                words.next().map(str::parse),
                words.next().map(str::parse),
            ) {
                declared.insert((kind.to_owned(), name.clone(), usual, most));
            }
        }
    }
    declared
}

#[test]
fn none_is_left_out_and_the_readme_lists_what_is_assumed() {
    let mut known = BTreeSet::new();
    let readme = include_str!("../../README.md");
    let unverified = readme.split("## Sources").nth(1).expect("a chapter");
    for (kind, rows) in [("pages", pages()), ("ids", ids())] {
        for (name, (usual, most), source, _) in rows {
            known.insert((kind.to_owned(), name.to_owned(), usual, most));
            let short = name.strip_prefix("v1::").unwrap_or(name);
            let listed = unverified.contains(&format!("`{short}`"));
            assert_eq!(listed, source == Assumed, "{name} in the README");
        }
    }
    assert_eq!(known, declared());
}
