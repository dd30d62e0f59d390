//! `api-inat/COVERAGE.md` and `COVERAGE-v2.md`: written from what is described and what was sent, and
//! read back if no description is at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::compare::{Compared, Names, Row};
use super::described::{Described, Endpoint, Kind};
use super::known::{ReadAs, Version};
use super::sent::Call;

const OPERATIONS: &str = "\
| described | token | sent by | query | body or form |
| --- | --- | --- | --- | --- |
";

const RECORDS: &str = "| described | read as | fields |\n| --- | --- | --- |\n";

/// The size of the description, and how much of it is sent or read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    operations: Share,
    /// Each parameter of each operation.
    parameters: Share,
    /// The different names of query, path and JSON body, objects counted too.
    names: Share,
    /// The different names in forms.
    form_names: Share,
    fields: Share,
    /// Fields that are read in another form than by their names.
    otherwise: usize,
    records: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Share {
    sent: usize,
    all: usize,
}

pub(super) fn of(version: &Version, described: &Described, compared: &Compared<'_>) -> String {
    let groups = groups(version, &described.endpoints);
    let head = version.head;
    let mut text = format!(
        "{head}\nDescription: version {}. Counted: {}.\n\n## Names for groups of parameters\n\n",
        described.version,
        Figures::of(compared)
    );
    for (name, members) in &groups {
        line(
            &mut text,
            format_args!("- *{name}*: {}", ticked("", members)),
        );
    }
    text.push_str("\n## Operations\n\n");
    text.push_str(OPERATIONS);
    for row in &compared.operations {
        operation(&mut text, row, &groups);
    }
    text.push_str("\n## Records\n\n");
    text.push_str(RECORDS);
    for record in &compared.records {
        let read_as = match record.read_as {
            Some(ReadAs::Record(ours)) => format!("`{ours}`"),
            Some(ReadAs::Otherwise(words)) => words.to_owned(),
            None => "nothing".to_owned(),
        };
        let fields = cell(&record.fields, &BTreeMap::new());
        line(
            &mut text,
            format_args!("| `{}` | {read_as} | {fields} |", record.name),
        );
    }
    text.push_str("\n## Reasons for differences\n\n");
    for reason in version.reasons {
        let what: Vec<_> = reason.what.iter().map(|what| format!("`{what}`")).collect();
        let (of, what, why) = (reason.of, what.join(" "), reason.why);
        line(&mut text, format_args!("- `{of}`: {what}. {why}"));
    }
    text.push_str("\n## Beyond the description\n\n");
    text.push_str("| sent by | arrives as | token | known from |\n| --- | --- | --- | --- |\n");
    let ours = |call: &Call| call.is_of(version);
    let mut beyond: Vec<_> = compared.beyond.iter().collect();
    beyond.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    for (call, source) in beyond.iter().filter(|(call, _)| ours(call)) {
        line(
            &mut text,
            format_args!(
                "| `{}` | `{} {}` | {} | {source} |",
                call.name,
                call.method,
                call.path.trim_start_matches(version.prefix),
                call.access
            ),
        );
    }
    text
}

fn operation(text: &mut String, row: &Row<'_>, groups: &BTreeMap<&str, BTreeSet<String>>) {
    let Endpoint {
        method,
        path,
        token,
        ..
    } = row.endpoint;
    let accesses: BTreeSet<_> = row.calls.iter().map(|call| call.access.as_str()).collect();
    let accesses: Vec<_> = accesses.into_iter().collect();
    let types: BTreeSet<_> = row.calls.iter().map(|call| call.name.clone()).collect();
    let described = if *token { ", described" } else { "" };
    let form = if row.endpoint.form { "form: " } else { "" };
    line(
        text,
        format_args!(
            "| `{method} {path}` | {}{described} | {} | {} | {form}{} |",
            accesses.join(", "),
            ticked("", &types),
            cell(&row.query, groups),
            cell(&row.body, groups),
        ),
    );
}

/// Formats names with their signs; a complete group is replaced by its name.
fn cell(names: &Names, groups: &BTreeMap<&str, BTreeSet<String>>) -> String {
    let mut both = names.both.clone();
    let mut parts = Vec::new();
    for (name, members) in groups {
        if !members.is_empty() && members.is_subset(&both) {
            parts.push(format!("*{name}*"));
            both.retain(|name| !members.contains(name));
        }
    }
    let rest = [
        ticked("", &both),
        ticked("-", &names.missing),
        ticked("+", &names.more),
    ];
    parts.extend(rest.into_iter().filter(|part| !part.is_empty()));
    parts.join(" ")
}

fn ticked(sign: &str, names: &BTreeSet<String>) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{sign}{name}`")).collect();
    names.join(" ")
}

fn groups(version: &Version, endpoints: &[Endpoint]) -> BTreeMap<&'static str, BTreeSet<String>> {
    let common = |mark: &str| {
        let members = endpoints.iter().filter(|one| one.query.contains_key(mark));
        let sets = members.map(|one| one.query.keys().cloned().collect::<BTreeSet<_>>());
        sets.reduce(|one, other| one.intersection(&other).cloned().collect())
            .unwrap_or_default()
    };
    let all = version
        .groups
        .iter()
        .map(|(name, mark)| (*name, common(mark)));
    all.collect()
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _infallible = text.write_fmt(arguments);
    text.push('\n');
}

/// Reads the description back from our own document: names without types.
pub(super) fn read_back(text: &str) -> Option<Described> {
    let mut described = Described::default();
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut chapter = "";
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            chapter = title;
        } else if let Some(rest) = line.strip_prefix("Description: version ") {
            described.version = rest.split(". ").next()?.to_owned();
        } else if let Some(rest) = line.strip_prefix("- *") {
            let (name, members) = rest.split_once("*: ")?;
            groups.insert(name.to_owned(), names(members, &groups));
        } else if let Some(rest) = line.strip_prefix("| `") {
            let cells: Vec<_> = rest.trim_end_matches(" |").split(" | ").collect();
            match (chapter, &cells[..]) {
                ("Operations", [operation, token, _, query, body]) => {
                    let (method, path) = operation.trim_end_matches('`').split_once(' ')?;
                    described.endpoints.push(Endpoint {
                        method: method.to_owned(),
                        path: path.to_owned(),
                        token: token.ends_with("described"),
                        segments: path.matches('{').map(|_| Kind::default()).collect(),
                        query: kinds(names(query, &groups)),
                        form: body.starts_with("form: "),
                        body: kinds(names(body, &groups)),
                    });
                }
                ("Records", [record, _, fields]) => {
                    let fields = names(fields, &groups).into_iter().collect();
                    let name = record.trim_end_matches('`').to_owned();
                    described.records.insert(name, fields);
                }
                ("Operations" | "Records", _) => return None,
                _ => {}
            }
        }
    }
    (!described.endpoints.is_empty()).then_some(described)
}

/// The described names of a cell.
fn names(cell: &str, groups: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for (place, piece) in cell.split('`').enumerate() {
        match place % 2 {
            0 => {
                let spoken = piece.split('*').skip(1).step_by(2);
                found.extend(
                    spoken
                        .filter_map(|name| groups.get(name))
                        .flatten()
                        .cloned(),
                );
            }
            _ if piece.starts_with('+') => {}
            _ => found.push(piece.trim_start_matches('-').to_owned()),
        }
    }
    found
}

fn kinds(names: Vec<String>) -> BTreeMap<String, Kind> {
    names
        .into_iter()
        .map(|name| (name, Kind::default()))
        .collect()
}

impl Figures {
    pub(super) fn of(compared: &Compared<'_>) -> Self {
        let mut figures = Self {
            records: compared.records.len(),
            ..Self::default()
        };
        let mut names = [BTreeSet::new(), BTreeSet::new()];
        let mut form_names = [BTreeSet::new(), BTreeSet::new()];
        for row in &compared.operations {
            let sent = !row.calls.is_empty();
            figures.operations.add(usize::from(sent), 1);
            let braces = row.endpoint.path.split('{').skip(1);
            let segments: BTreeSet<String> = braces
                .filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
                .collect();
            let segments = match sent {
                true => Names {
                    both: segments,
                    ..Names::default()
                },
                false => Names {
                    missing: segments,
                    ..Names::default()
                },
            };
            for part in [&segments, &row.query, &row.body] {
                figures.parameters.add(part.both.len(), part.described());
            }
            let (json, form) = match row.endpoint.form {
                true => (None, Some(&row.body)),
                false => (Some(&row.body), None),
            };
            let plain = [Some(&segments), Some(&row.query), json];
            collect(plain.into_iter().flatten(), &mut names);
            collect(form.into_iter(), &mut form_names);
        }
        let count = |[sent, all]: &[BTreeSet<String>; 2]| Share {
            sent: sent.len(),
            all: all.len(),
        };
        (figures.names, figures.form_names) = (count(&names), count(&form_names));
        for record in &compared.records {
            let (read, described) = (record.fields.both.len(), record.fields.described());
            match record.read_as {
                Some(ReadAs::Otherwise(_)) => {
                    figures.otherwise += read;
                    figures.fields.add(0, described);
                }
                _ => figures.fields.add(read, described),
            }
        }
        figures
    }
}

/// Collects the single words of dotted names, sent and described.
fn collect<'a>(parts: impl Iterator<Item = &'a Names>, into: &mut [BTreeSet<String>; 2]) {
    for part in parts {
        let words = |names: &BTreeSet<String>| -> BTreeSet<String> {
            let words = names.iter().flat_map(|name| name.split('.'));
            words.map(str::to_owned).collect()
        };
        into[0].extend(words(&part.both));
        into[1].extend(words(&part.both));
        into[1].extend(words(&part.missing));
    }
}

impl Share {
    fn add(&mut self, sent: usize, all: usize) {
        self.sent += sent;
        self.all += all;
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.sent, self.all)
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            operations,
            parameters,
            names,
            form_names,
            fields,
            otherwise,
            records,
        } = self;
        write!(
            f,
            "operations {operations}; parameters {parameters}, by {names} names and {form_names} in forms; \
             fields of {records} records {fields}, and {otherwise} in another form"
        )
    }
}
