//! Reads what our operations sent, as the test of every operation wrote it, and which records they
//! read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::described::Endpoint;
use super::known::Version;
use crate::Stop;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sent {
    pub(super) calls: Vec<Call>,
    /// The fields of each kind of record that we read, by its name.
    pub(super) records: BTreeMap<String, BTreeSet<String>>,
}

/// A request of one of our operations that arrived the same through both transports.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Call {
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

/// Runs the test and reads its output.
pub(super) fn run() -> Result<Sent, Stop> {
    let failed = |what: String| Stop::Failed(format!("cannot read what the test sent: {what}"));
    let folder = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
    let file = folder.path().join("sent.json");
    let test = ["test", "-p", "api-inat", "--test", "every_operation"];
    crate::output(crate::cargo().args(test).env("INAT_COVERAGE", &file))?;
    let text = std::fs::read(&file).map_err(|error| failed(error.to_string()))?;
    let whole = serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))?;
    Ok(Sent::from_json(&whole))
}

impl Sent {
    pub(super) fn from_json(whole: &Value) -> Self {
        let names = |fields: &Value| {
            let fields = fields.as_array().into_iter().flatten();
            fields.map(text).collect()
        };
        let records = whole["records"].as_object().into_iter().flatten();
        let calls = whole["operations"].as_array().into_iter().flatten();
        Self {
            calls: calls.map(Call::from_json).collect(),
            records: records
                .map(|(name, fields)| (name.clone(), names(fields)))
                .collect(),
        }
    }
}

impl Call {
    fn from_json(record: &Value) -> Self {
        let query = record["query"].as_array().into_iter().flatten();
        let form = record["type"] == "multipart/form-data";
        let mut body = BTreeMap::new();
        match form {
            // In a form, a file is recorded as an object.
            true => body.extend(
                (record["body"].as_object().into_iter().flatten())
                    .map(|(name, value)| (name.clone(), value.clone())),
            ),
            false => flat("", &record["body"], &mut body),
        }
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

    /// Whether it was sent to this version of the API.
    pub(super) fn is_of(&self, version: &Version) -> bool {
        let below = self.path.strip_prefix(version.prefix);
        below.is_some_and(|below| below.starts_with('/'))
    }

    /// The values of the endpoint's variable segments, or `None` if this request has another path.
    pub(super) fn at(&self, version: &Version, endpoint: &Endpoint) -> Option<Vec<&str>> {
        if self.method != endpoint.method {
            return None;
        }
        let path = self.path.strip_prefix(version.prefix)?;
        let (mut theirs, mut ours) = (endpoint.path.split('/'), path.split('/'));
        let mut found = Vec::new();
        loop {
            match (theirs.next(), ours.next()) {
                (None, None) => return Some(found),
                (Some(pattern), Some(segment)) => match pattern.split_once('{') {
                    None if pattern == segment => {}
                    None => return None,
                    Some((before, rest)) => {
                        let (_, after) = rest.split_once('}')?;
                        let value = segment.strip_prefix(before)?.strip_suffix(after)?;
                        found.push(value);
                    }
                },
                _ => return None,
            }
        }
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

fn flat(before: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        let name = format!("{before}{name}");
        // v2's selection of fields is one value.
        match inner.is_object() && name != "fields" {
            true => flat(&format!("{name}."), inner, found),
            false => drop(found.insert(name, inner.clone())),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
