//! What our operations sent, and which records they read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Version, described::Endpoint};

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct SentRequests {
    pub(super) requests: Vec<SentRequest>,
    /// The fields of each kind of record that we read, by its name.
    pub(super) records: BTreeMap<String, BTreeSet<String>>,
}

/// A request of one of our operations that arrived the same through both transports.
#[derive(Clone, Debug)]
pub(super) struct SentRequest {
    /// The path of its type within the crate.
    pub(super) name: String,
    pub(super) method: String,
    pub(super) path: String,
    /// `none`, `optional` or `required`.
    pub(super) access: String,
    pub(super) query: Vec<(String, String)>,
    /// The fields of the body or form, with dots between objects.
    pub(super) body: BTreeMap<String, Value>,
    pub(super) form: bool,
}

impl SentRequests {
    /// What the test of every operation recorded.
    pub(super) fn all() -> Self {
        Self::new(crate::recorded(), &crate::records::all())
    }

    pub(super) fn new(requests: &[Value], records: &Value) -> Self {
        let records = records.as_object().expect("records by name").iter();
        let names = |fields: &Value| fields.as_array().into_iter().flatten().map(text).collect();
        Self {
            requests: requests.iter().map(SentRequest::new).collect(),
            records: records
                .map(|(name, fields)| (name.clone(), names(fields)))
                .collect(),
        }
    }
}

impl SentRequest {
    fn new(record: &Value) -> Self {
        let query = record["query"].as_array().into_iter().flatten();
        let form = record["type"] == "multipart/form-data";
        let mut body = BTreeMap::new();
        // In a form, a file is recorded as an object.
        flat("", &record["body"], !form, &mut body);
        Self {
            name: public(&text(&record["name"])),
            method: text(&record["method"]),
            path: text(&record["path"]),
            access: text(&record["access"]),
            query: query.map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
            body,
            form,
        }
    }

    /// Its path below the prefix of this version, or `None` if it is of another one.
    pub(super) fn below(&self, version: Version) -> Option<&str> {
        let below = self.path.strip_prefix(version.prefix)?;
        below.starts_with('/').then_some(below)
    }

    /// The values of the endpoint's variable segments, or `None` if this request has another path.
    pub(super) fn at(&self, version: Version, endpoint: &Endpoint) -> Option<Vec<&str>> {
        let path = self.below(version)?;
        let (theirs, ours) = (endpoint.path.split('/'), path.split('/'));
        if self.method != endpoint.method || theirs.clone().count() != ours.clone().count() {
            return None;
        }
        let mut found = Vec::new();
        for (pattern, segment) in theirs.zip(ours) {
            match pattern.split_once('{') {
                None if pattern == segment => {}
                None => return None,
                Some((before, rest)) => {
                    let (_, after) = rest.split_once('}')?;
                    found.push(segment.strip_prefix(before)?.strip_suffix(after)?);
                }
            }
        }
        Some(found)
    }
}

/// The public path of a type: `v1::observations::search::Search` is `observations::Search` for
/// users.
fn public(path: &str) -> String {
    let mut parts: Vec<&str> = path.split("::").collect();
    if parts.len() > 3 {
        parts.remove(parts.len() - 2);
    }
    let path = parts.join("::");
    path.strip_prefix("v1::").unwrap_or(&path).to_owned()
}

fn flat(before: &str, value: &Value, deep: bool, found: &mut BTreeMap<String, Value>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        let name = format!("{before}{name}");
        // v2's selection of fields is one value.
        match deep && inner.is_object() && name != "fields" {
            true => flat(&format!("{name}."), inner, deep, found),
            false => drop(found.insert(name, inner.clone())),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
