//! Compares the description with what was sent: what is missing, what is beyond the description,
//! and what has another type.

use std::collections::BTreeSet;

use super::described::{Described, Endpoint, Kind};
use super::known::{ANY_MISSING, EVERYWHERE, ReadAs, Reason, Version};
use super::sent::{Call, Sent};

/// Both, and their differences.
#[derive(Debug)]
pub(super) struct Compared<'a> {
    pub(super) operations: Vec<Row<'a>>,
    /// Operations that no description has, with their source.
    pub(super) beyond: Vec<(&'a Call, &'static str)>,
    pub(super) records: Vec<Record<'a>>,
    pub(super) gaps: Vec<Gap>,
}

/// A described operation, and our operations that send it.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) calls: Vec<&'a Call>,
    pub(super) query: Names,
    pub(super) body: Names,
}

/// A described kind of record, and our types that read it.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) name: &'a str,
    pub(super) read_as: Option<ReadAs>,
    pub(super) fields: Names,
}

/// Names by whether they are described, sent or read, or both.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) both: BTreeSet<String>,
    pub(super) missing: BTreeSet<String>,
    pub(super) more: BTreeSet<String>,
}

/// A difference: where, and what. `-name` is missing, `+name` is beyond the description, `!name`
/// has another type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gap {
    pub(super) of: String,
    pub(super) what: String,
}

pub(super) fn compare<'a>(
    version: &Version,
    described: &'a Described,
    sent: &'a Sent,
) -> Compared<'a> {
    let mut all = Compared {
        operations: described.endpoints.iter().map(Row::empty).collect(),
        beyond: Vec::new(),
        records: Vec::new(),
        gaps: Vec::new(),
    };
    for call in &sent.calls {
        all.place(version, call);
    }
    for row in &mut all.operations {
        row.finish(&mut all.gaps);
    }
    for (name, described) in &described.records {
        let read_as = version.read_as.iter().find(|(theirs, _)| theirs == name);
        let read_as = read_as.map(|(_, ours)| *ours);
        let read = match read_as {
            Some(ReadAs::Record(ours)) => sent.records.get(ours).cloned().unwrap_or_default(),
            // Read as a whole, or not at all, for the reason given in the list.
            Some(ReadAs::Otherwise(_)) => described.clone(),
            None => BTreeSet::new(),
        };
        let mut fields = Names::of(described, &read);
        // Fields that only our records have are no gap: the service sends more than it describes.
        fields.more.clear();
        all.gaps.extend(fields.gaps(name));
        all.records.push(Record {
            name,
            read_as,
            fields,
        });
    }
    all
}

impl<'a> Compared<'a> {
    fn place(&mut self, version: &Version, call: &'a Call) {
        let source = version.beyond.iter().find(|(name, _)| *name == call.name);
        let source = source.map(|(_, source)| *source);
        let ours = || call.is_of(version) && source.is_none();
        let rows = self.operations.iter_mut();
        let fitting = rows.filter_map(|row| Some((call.at(version, row.endpoint)?, row)));
        match fitting.min_by_key(|(values, _)| values.len()) {
            Some((values, row)) if ours() => {
                let of = row.of();
                let kinds = values.iter().zip(&row.endpoint.segments);
                let unfit = kinds.filter(|(value, kind)| !kind.takes(value));
                self.gaps
                    .extend(unfit.map(|(value, _)| Gap::new(&of, '!', value)));
                row.calls.push(call);
            }
            _ if ours() => self.gaps.push(Gap::new(&call.name, '+', &call.path)),
            _ => self.beyond.push((call, source.unwrap_or_default())),
        }
    }

    /// The differences without a reason, and the reasons without a difference.
    pub(super) fn unexplained(&self, version: &Version) -> Vec<String> {
        let names = || {
            let each = |reason: &'static Reason| reason.what.iter().map(|what| (reason.of, *what));
            version.reasons.iter().flat_map(each)
        };
        let same = |gap: &Gap, (of, what): (&str, &str)| {
            let any_missing = what == ANY_MISSING && gap.what.starts_with('-');
            (gap.of == of || of == EVERYWHERE) && (gap.what == what || any_missing)
        };
        let open = self
            .gaps
            .iter()
            .filter(|gap| !names().any(|name| same(gap, name)));
        let idle = names().filter(|name| !self.gaps.iter().any(|gap| same(gap, *name)));
        let open = open.map(|gap| format!("{} {}", gap.of, gap.what));
        let idle =
            idle.map(|(of, what)| format!("{of} {what}: has a reason, but no such difference"));
        open.chain(idle).collect()
    }
}

impl<'a> Row<'a> {
    fn empty(endpoint: &'a Endpoint) -> Self {
        Self {
            endpoint,
            calls: Vec::new(),
            query: Names::default(),
            body: Names::default(),
        }
    }

    pub(super) fn of(&self) -> String {
        format!("{} {}", self.endpoint.method, self.endpoint.path)
    }

    fn finish(&mut self, gaps: &mut Vec<Gap>) {
        let of = self.of();
        if self.calls.is_empty() {
            gaps.push(Gap::new(&of, '-', ""));
        }
        let named = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect();
        let endpoint = self.endpoint;
        let queries: BTreeSet<String> = named(
            &mut self
                .calls
                .iter()
                .flat_map(|call| call.query.iter().map(|(name, _)| name)),
        );
        let bodies: BTreeSet<String> =
            named(&mut self.calls.iter().flat_map(|call| call.body.keys()));
        self.query = Names::of(&named(&mut endpoint.query.keys()), &queries);
        self.body = Names::of(&named(&mut endpoint.body.keys()), &bodies);
        if !self.calls.is_empty() {
            gaps.extend(self.query.gaps(&of));
            gaps.extend(self.body.gaps(&of));
        }
        for call in &self.calls {
            gaps.extend(unfit(endpoint, call).map(|name| Gap::new(&of, '!', &name)));
        }
    }
}

/// The values of a request that have another type than described.
fn unfit<'a>(endpoint: &'a Endpoint, call: &'a Call) -> impl Iterator<Item = String> + 'a {
    let kind = |names: &'a std::collections::BTreeMap<String, Kind>, name: &String| {
        names.get(name).cloned().unwrap_or_default()
    };
    let queries = call
        .query
        .iter()
        .filter(move |(name, value)| !kind(&endpoint.query, name).takes(value));
    let bodies = call.body.iter().filter(move |(name, value)| {
        let kind = kind(&endpoint.body, name);
        match (call.form, value.as_str()) {
            (true, Some(text)) => !kind.takes(text),
            (true, None) => kind.0["type"] != "file" && !kind.0.is_null(),
            (false, _) => !kind.takes_json(value),
        }
    });
    let form = (!endpoint.body.is_empty() && endpoint.form != call.form)
        .then(|| "the type of the body".to_owned());
    let token = (endpoint.token && call.access == "none").then(|| "the token".to_owned());
    let queries = queries.map(|(name, value)| format!("{name}={value}"));
    let bodies = bodies.map(|(name, value)| format!("{name}={value}"));
    queries.chain(bodies).chain(form).chain(token)
}

impl Names {
    fn of(described: &BTreeSet<String>, ours: &BTreeSet<String>) -> Self {
        Self {
            both: described.intersection(ours).cloned().collect(),
            missing: described.difference(ours).cloned().collect(),
            more: ours.difference(described).cloned().collect(),
        }
    }

    fn gaps(&self, of: &str) -> impl Iterator<Item = Gap> {
        let missing = self.missing.iter().map(|name| Gap::new(of, '-', name));
        let more = self.more.iter().map(|name| Gap::new(of, '+', name));
        missing.chain(more)
    }

    pub(super) fn described(&self) -> usize {
        self.both.len() + self.missing.len()
    }
}

impl Gap {
    fn new(of: &str, sign: char, what: &str) -> Self {
        Self {
            of: of.to_owned(),
            what: format!("{sign}{what}"),
        }
    }
}
