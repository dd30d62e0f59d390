//! What is missing of the description, what is beyond it, and what has another type.

use std::collections::BTreeSet;

use super::{
    Version,
    described::Endpoint,
    document::{Document, NO_SOURCE},
    sent::{SentRequest, SentRequests},
};

/// Matches any operation in a reason.
const EVERYWHERE: &str = "every operation";

/// Matches all missing names of an operation in a reason.
const ANY_MISSING: &str = "-*";

/// Both, and their differences.
#[derive(Debug)]
pub(super) struct Compared<'a> {
    pub(super) rows: Vec<Row<'a>>,
    /// Operations that the description lacks, with their source.
    pub(super) beyond: Vec<(&'a SentRequest, &'a str)>,
    pub(super) records: Vec<Record<'a>>,
    /// Where a difference is, and what: `-name` is missing, `+name` is beyond the description,
    /// `!name` has another type.
    pub(super) gaps: Vec<(String, String)>,
}

/// A described operation, and our operations that send it.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) requests: Vec<&'a SentRequest>,
    pub(super) query: Names,
    pub(super) body: Names,
}

/// A described kind of record, and how we read it.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) name: &'a str,
    /// One of our records in backticks, or in words how else it is read.
    pub(super) read_as: Option<&'a str>,
    pub(super) fields: Names,
}

/// Names by whether they are described, sent or read, or both.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) both: BTreeSet<String>,
    pub(super) missing: BTreeSet<String>,
    pub(super) more: BTreeSet<String>,
}

pub(super) fn compare<'a>(
    version: Version,
    document: &'a Document,
    sent: &'a SentRequests,
) -> Compared<'a> {
    let described = &document.described;
    let mut all = Compared {
        rows: described.endpoints.iter().map(Row::empty).collect(),
        beyond: Vec::new(),
        records: Vec::new(),
        gaps: Vec::new(),
    };
    for call in &sent.requests {
        if call.below(version).is_some() {
            all.place(
                version,
                document.beyond.get(&call.name).map(String::as_str),
                call,
            );
        }
    }
    for row in &mut all.rows {
        row.finish(&mut all.gaps);
    }
    for (name, described) in &described.records {
        let read_as = document.read_as.get(name).map(String::as_str);
        let ours = read_as.map(|cell| {
            cell.strip_prefix('`')
                .and_then(|cell| cell.strip_suffix('`'))
        });
        let read = match ours {
            Some(Some(ours)) => sent.records.get(ours).cloned().unwrap_or_default(),
            // Read as a whole, or not at all, for the reason given in words.
            Some(None) => described.clone(),
            None => BTreeSet::new(),
        };
        let mut fields = Names::of(described, &read);
        // Fields that only our records have are no gap: the service sends more than it describes.
        fields.more.clear();
        fields.gaps(name, &mut all.gaps);
        all.records.push(Record {
            name,
            read_as,
            fields,
        });
    }
    all.beyond
        .sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    all
}

impl<'a> Compared<'a> {
    fn place(&mut self, version: Version, source: Option<&'a str>, call: &'a SentRequest) {
        let rows = self.rows.iter_mut();
        let fitting = rows.filter_map(|row| Some((call.at(version, row.endpoint)?, row)));
        match (source, fitting.min_by_key(|(values, _)| values.len())) {
            (Some(source), _) => self.beyond.push((call, source)),
            (None, Some((values, row))) => {
                let kinds = values.iter().zip(&row.endpoint.segments);
                let unfit = kinds.filter(|(value, kind)| !kind.takes(value));
                let of = row.of();
                self.gaps
                    .extend(unfit.map(|(value, _)| (of.clone(), format!("!{value}"))));
                row.requests.push(call);
            }
            (None, None) => {
                self.gaps
                    .push((call.name.clone(), format!("+{}", call.path)));
                self.beyond.push((call, NO_SOURCE));
            }
        }
    }

    /// The differences without a reason, and the reasons without a difference.
    pub(super) fn unexplained(&self, document: &Document) -> Vec<String> {
        let reasons = || {
            let all = document.reasons.iter();
            all.flat_map(|reason| reason.what.iter().map(|what| (&reason.of, what)))
        };
        let same = |(place, gap): &(String, String), (of, what): (&String, &String)| {
            let any_missing = what == ANY_MISSING && gap.starts_with('-');
            (place == of || of == EVERYWHERE) && (gap == what || any_missing)
        };
        let open = self
            .gaps
            .iter()
            .filter(|gap| !reasons().any(|reason| same(gap, reason)));
        let idle = reasons().filter(|reason| !self.gaps.iter().any(|gap| same(gap, *reason)));
        let open = open.map(|(of, what)| format!("{of} {what}"));
        open.chain(
            idle.map(|(of, what)| format!("{of} {what}: has a reason, but no such difference")),
        )
        .collect()
    }
}

impl<'a> Row<'a> {
    fn empty(endpoint: &'a Endpoint) -> Self {
        Self {
            endpoint,
            requests: Vec::new(),
            query: Names::default(),
            body: Names::default(),
        }
    }

    fn of(&self) -> String {
        format!("{} {}", self.endpoint.method, self.endpoint.path)
    }

    fn finish(&mut self, gaps: &mut Vec<(String, String)>) {
        let (of, endpoint) = (self.of(), self.endpoint);
        let queries = self.requests.iter().flat_map(|call| call.query.iter());
        let queries = queries.map(|(name, _)| name.clone()).collect();
        let bodies = self.requests.iter().flat_map(|call| call.body.keys());
        self.query = Names::of(&endpoint.query.keys().cloned().collect(), &queries);
        self.body = Names::of(
            &endpoint.body.keys().cloned().collect(),
            &bodies.cloned().collect(),
        );
        match self.requests.is_empty() {
            true => gaps.push((of.clone(), "-".to_owned())),
            false => {
                self.query.gaps(&of, gaps);
                self.body.gaps(&of, gaps);
            }
        }
        for call in &self.requests {
            let unfit = unfit(endpoint, call);
            gaps.extend(unfit.map(|name| (of.clone(), format!("!{name}"))));
        }
    }
}

/// The values of a request that have another type than described.
fn unfit<'a>(endpoint: &'a Endpoint, call: &'a SentRequest) -> impl Iterator<Item = String> + 'a {
    let queries = call.query.iter().filter(|(name, value)| {
        let kind = endpoint.query.get(name);
        kind.is_some_and(|kind| !kind.takes(value))
    });
    let bodies = call.body.iter().filter(|(name, value)| {
        let Some(kind) = endpoint.body.get(*name) else {
            return false;
        };
        match (call.form, value.as_str()) {
            (true, Some(text)) => !kind.takes(text),
            (true, None) => kind.0["type"] != "file" && !kind.0.is_null(),
            (false, _) => !kind.takes_json(value),
        }
    });
    let form = !endpoint.body.is_empty() && endpoint.form != call.form;
    let token = endpoint.token && call.access == "none";
    let others = [(form, "the type of the body"), (token, "the token")];
    let others = others.into_iter().filter(|(unfit, _)| *unfit);
    let queries = queries.map(|(name, value)| format!("{name}={value}"));
    queries
        .chain(bodies.map(|(name, value)| format!("{name}={value}")))
        .chain(others.map(|(_, what)| what.to_owned()))
}

impl Names {
    fn of(described: &BTreeSet<String>, ours: &BTreeSet<String>) -> Self {
        Self {
            both: described.intersection(ours).cloned().collect(),
            missing: described.difference(ours).cloned().collect(),
            more: ours.difference(described).cloned().collect(),
        }
    }

    fn gaps(&self, of: &str, gaps: &mut Vec<(String, String)>) {
        for (sign, names) in [('-', &self.missing), ('+', &self.more)] {
            gaps.extend(
                names
                    .iter()
                    .map(|name| (of.to_owned(), format!("{sign}{name}"))),
            );
        }
    }

    pub(super) fn described(&self) -> usize {
        self.both.len() + self.missing.len()
    }
}
