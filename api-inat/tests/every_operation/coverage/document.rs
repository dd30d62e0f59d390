//! `COVERAGE.md` and `COVERAGE-v2.md`: what is described, the facts beside it, and how much is
//! sent.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Version,
    compare::{Compared, Names, Row},
    described::{Described, Endpoint, ValueKind},
};

/// The source of an operation that has none in the document yet.
pub(super) const NO_SOURCE: &str = "?";

/// How a record is read that has no fact in the document yet.
const NOT_READ: &str = "nothing";

/// A document, without what the test writes from what was sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    /// What comes before the figures.
    pub(super) head: String,
    pub(super) described: Described,
    /// How each described record is read.
    pub(super) read_as: BTreeMap<String, String>,
    /// Operations that the description lacks, by our names, with their sources.
    pub(super) beyond: BTreeMap<String, String>,
    pub(super) reasons: Vec<Reason>,
}

/// A necessary difference, and the reason for it.
#[derive(Clone, Debug)]
pub(super) struct Reason {
    /// The operation or record.
    pub(super) of: String,
    /// The signed names.
    pub(super) what: Vec<String>,
    why: String,
}

type Groups = BTreeMap<String, BTreeSet<String>>;

impl Document {
    /// Reads a document: names without types. `None` if it has no tables.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (head, rest) = text.split_once("\nDescription: version ")?;
        let mut all = Self {
            head: head.to_owned(),
            ..Self::default()
        };
        all.described.version = rest.split(". ").next()?.to_owned();
        let mut groups = Groups::new();
        let mut chapter = "";
        for line in rest.lines() {
            if let Some(title) = line.strip_prefix("## ") {
                chapter = title;
            } else if let Some(rest) = line.strip_prefix("- *") {
                let (name, members) = rest.split_once("*: ")?;
                groups.insert(name.to_owned(), names(members, &groups));
            } else if let Some(rest) = line.strip_prefix("- `") {
                all.reasons.push(Reason::read(rest)?);
            } else if let Some(rest) = line.strip_prefix("| `") {
                let rest = rest.strip_suffix(" |")?;
                let (first, rest) = rest.split_once("` | ")?;
                let cells: Vec<_> = rest.split(" | ").collect();
                match (chapter, &cells[..]) {
                    ("Operations", [token, _, query, body]) => {
                        let (method, path) = first.split_once(' ')?;
                        all.described.endpoints.push(Endpoint {
                            method: method.to_owned(),
                            path: path.to_owned(),
                            token: token.ends_with("described"),
                            segments: path.matches('{').map(|_| ValueKind::default()).collect(),
                            query: untyped(names(query, &groups)),
                            form: body.starts_with("form: "),
                            body: untyped(names(body, &groups)),
                        });
                    }
                    ("Records", [read_as, fields]) => {
                        let fields = names(fields, &groups);
                        all.described.records.insert(first.to_owned(), fields);
                        if *read_as != NOT_READ {
                            all.read_as.insert(first.to_owned(), (*read_as).to_owned());
                        }
                    }
                    ("Beyond the description", [_, _, source]) if *source != NO_SOURCE => {
                        all.beyond.insert(first.to_owned(), (*source).to_owned());
                    }
                    ("Beyond the description", [_, _, _]) => {}
                    _ => return None,
                }
            }
        }
        (!all.described.endpoints.is_empty()).then_some(all)
    }

    /// Writes the whole document.
    pub(super) fn written(&self, version: Version, compared: &Compared<'_>) -> String {
        let groups = groups(version, &self.described.endpoints);
        let mut lines = vec![
            self.head.clone(),
            format!(
                "Description: version {}. Counted: {}.",
                self.described.version,
                figures(compared)
            ),
            "\n## Names for groups of parameters\n".to_owned(),
        ];
        for (name, members) in &groups {
            lines.push(format!("- *{name}*: {}", ticked("", members)));
        }
        lines.push("\n## Operations\n".to_owned());
        table(
            &mut lines,
            "described | token | sent by | query | body or form",
        );
        lines.extend(compared.rows.iter().map(|row| operation(row, &groups)));
        lines.push("\n## Records\n".to_owned());
        table(&mut lines, "described | read as | fields");
        for record in &compared.records {
            let fields = cell(&record.fields, &Groups::new());
            let read_as = record.read_as.unwrap_or(NOT_READ);
            lines.push(format!("| `{}` | {read_as} | {fields} |", record.name));
        }
        lines.push("\n## Reasons for differences\n".to_owned());
        for Reason { of, what, why } in &self.reasons {
            let what: Vec<_> = what.iter().map(|what| format!("`{what}`")).collect();
            lines.push(format!("- `{of}`: {}. {why}", what.join(" ")));
        }
        lines.push("\n## Beyond the description\n".to_owned());
        table(&mut lines, "sent by | arrives as | token | known from");
        for (call, source) in &compared.beyond {
            let (name, method, access) = (&call.name, &call.method, &call.access);
            let path = call.below(version).unwrap_or_default();
            lines.push(format!(
                "| `{name}` | `{method} {path}` | {access} | {source} |"
            ));
        }
        lines.join("\n") + "\n"
    }
}

impl Reason {
    fn read(line: &str) -> Option<Self> {
        let (of, rest) = line.split_once("`: ")?;
        let (what, why) = rest.split_once("`. ")?;
        let what = what.split('`').skip(1).step_by(2);
        Some(Self {
            of: of.to_owned(),
            what: what.map(str::to_owned).collect(),
            why: why.to_owned(),
        })
    }
}

fn table(lines: &mut Vec<String>, titles: &str) {
    lines.push(format!("| {titles} |"));
    lines.push(format!("|{}", " --- |".repeat(titles.split(" | ").count())));
}

fn operation(row: &Row<'_>, groups: &Groups) -> String {
    let Endpoint {
        method,
        path,
        token,
        form,
        ..
    } = row.endpoint;
    let accesses: BTreeSet<_> = row
        .requests
        .iter()
        .map(|call| call.access.as_str())
        .collect();
    let accesses: Vec<_> = accesses.into_iter().collect();
    let types: BTreeSet<_> = row.requests.iter().map(|call| call.name.clone()).collect();
    format!(
        "| `{method} {path}` | {}{} | {} | {} | {}{} |",
        accesses.join(", "),
        if *token { ", described" } else { "" },
        ticked("", &types),
        cell(&row.query, groups),
        if *form { "form: " } else { "" },
        cell(&row.body, groups),
    )
}

/// Formats names with their signs; a complete group is replaced by its name.
fn cell(names: &Names, groups: &Groups) -> String {
    let mut both = names.both.clone();
    let mut parts = Vec::new();
    for (name, members) in groups {
        if !members.is_empty() && members.is_subset(&both) {
            parts.push(format!("*{name}*"));
            both.retain(|name| !members.contains(name));
        }
    }
    let rest = [("", &both), ("-", &names.missing), ("+", &names.more)];
    parts.extend(rest.map(|(sign, names)| ticked(sign, names)));
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

fn ticked(sign: &str, names: &BTreeSet<String>) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{sign}{name}`")).collect();
    names.join(" ")
}

fn groups(version: Version, endpoints: &[Endpoint]) -> Groups {
    let common = |mark: &str| {
        let members = endpoints.iter().filter(|one| one.query.contains_key(mark));
        let sets = members.map(|one| one.query.keys().cloned().collect::<BTreeSet<_>>());
        sets.reduce(|one, other| one.intersection(&other).cloned().collect())
    };
    let groups = version.groups.iter();
    groups
        .map(|(name, mark)| ((*name).to_owned(), common(mark).unwrap_or_default()))
        .collect()
}

/// The described names of a cell.
fn names(cell: &str, groups: &Groups) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (place, piece) in cell.split('`').enumerate() {
        match place % 2 {
            0 => {
                let words = piece.split('*').skip(1).step_by(2);
                found.extend(words.filter_map(|name| groups.get(name)).flatten().cloned());
            }
            _ if piece.starts_with('+') => {}
            _ => drop(found.insert(piece.trim_start_matches('-').to_owned())),
        }
    }
    found
}

fn untyped(names: BTreeSet<String>) -> BTreeMap<String, ValueKind> {
    let names = names.into_iter();
    names.map(|name| (name, ValueKind::default())).collect()
}

/// The size of the description, and how much of it is sent or read.
fn figures(compared: &Compared<'_>) -> String {
    let (mut parameters, mut fields, mut otherwise) = (Share::default(), Share::default(), 0);
    let (mut names, mut form_names) = (NameParts::default(), NameParts::default());
    for row in &compared.rows {
        let braces = row.endpoint.path.split('{').skip(1);
        let mut segments = Names {
            both: braces
                .filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
                .collect(),
            ..Names::default()
        };
        if row.requests.is_empty() {
            std::mem::swap(&mut segments.both, &mut segments.missing);
        }
        for part in [&segments, &row.query, &row.body] {
            parameters.add(part.both.len(), part.described());
        }
        names.add(&segments);
        names.add(&row.query);
        match row.endpoint.form {
            true => form_names.add(&row.body),
            false => names.add(&row.body),
        }
    }
    for record in &compared.records {
        let (read, described) = (record.fields.both.len(), record.fields.described());
        // NameParts in place of the name of a record.
        let in_words = record
            .read_as
            .is_some_and(|cell| !(cell.starts_with('`') && cell.ends_with('`')));
        otherwise += if in_words { read } else { 0 };
        fields.add(if in_words { 0 } else { read }, described);
    }
    let sent = compared.rows.iter().filter(|row| !row.requests.is_empty());
    format!(
        "operations {} of {}; parameters {parameters}, by {} names and {} in forms; fields of {} records \
         {fields}, and {otherwise} in another form",
        sent.count(),
        compared.rows.len(),
        names.share(),
        form_names.share(),
        compared.records.len(),
    )
}

/// How many of all.
#[derive(Clone, Copy, Debug, Default)]
struct Share(usize, usize);

impl Share {
    fn add(&mut self, sent: usize, all: usize) {
        self.0 += sent;
        self.1 += all;
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.0, self.1)
    }
}

/// The single words of dotted names, sent and described.
#[derive(Clone, Debug, Default)]
struct NameParts {
    sent: BTreeSet<String>,
    all: BTreeSet<String>,
}

impl NameParts {
    fn add(&mut self, names: &Names) {
        let words = |names: &BTreeSet<String>| -> BTreeSet<String> {
            let words = names.iter().flat_map(|name| name.split('.'));
            words.map(str::to_owned).collect()
        };
        self.sent.extend(words(&names.both));
        self.all.extend(words(&names.both));
        self.all.extend(words(&names.missing));
    }

    fn share(&self) -> Share {
        Share(self.sent.len(), self.all.len())
    }
}
