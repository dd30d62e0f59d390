//! Reads the JSON that rustdoc writes about a crate: its public types, with their traits and methods.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A public type: the traits that are implemented for it, and its methods that set and get.
#[derive(Debug, Default)]
pub(super) struct Type {
    pub(super) traits: BTreeSet<String>,
    /// Consuming methods with one argument that return `Self`, perhaps in a `Result`.
    pub(super) setters: Vec<String>,
    pub(super) getters: BTreeSet<String>,
}

/// One crate as rustdoc describes it.
pub(super) struct Crate<'a> {
    index: &'a Value,
    found: BTreeMap<u64, String>,
}

impl<'a> Crate<'a> {
    /// Adds the public types of a crate by their paths.
    pub(super) fn read(json: &'a Value, types: &mut BTreeMap<String, Type>) {
        let index = &json["index"];
        let found = BTreeMap::new();
        let mut read = Self { index, found };
        let root = json["root"].as_u64().unwrap_or_default();
        let name = read.item(root)["name"].as_str().unwrap_or_default();
        read.module(root, name, &mut Vec::new());
        for (id, name) in &read.found {
            types.insert(name.clone(), read.kind(read.item(*id)));
        }
    }

    fn item(&self, id: u64) -> &'a Value {
        &self.index[id.to_string()]
    }

    /// Collects the public types of a module, under the shortest path of each.
    fn module(&mut self, id: u64, path: &str, above: &mut Vec<u64>) {
        if above.contains(&id) {
            return; // a glob of a module above
        }
        above.push(id);
        for item in ids(&self.item(id)["inner"]["module"]["items"]) {
            let value = self.item(item);
            if value["visibility"] != "public" {
                continue;
            }
            let import = &value["inner"]["use"];
            match import["id"].as_u64() {
                Some(target) if import["is_glob"] == true => self.module(target, path, above),
                Some(target) => self.named(target, &import["name"], path, above),
                None => self.named(item, &value["name"], path, above),
            }
        }
        above.pop();
    }

    fn named(&mut self, id: u64, name: &Value, path: &str, above: &mut Vec<u64>) {
        let path = format!("{path}::{}", name.as_str().unwrap_or_default());
        let inner = &self.item(id)["inner"];
        if inner["module"].is_object() {
            self.module(id, &path, above);
        } else if body(inner).is_some() {
            let known = self.found.entry(id).or_insert_with(|| path.clone());
            if path.len() < known.len() {
                *known = path;
            }
        }
    }

    fn kind(&self, item: &Value) -> Type {
        let mut kind = Type::default();
        let impls = body(&item["inner"]).map(|body| ids(&body["impls"]));
        for id in impls.into_iter().flatten() {
            let implementation = &self.item(id)["inner"]["impl"];
            if let Some(path) = implementation["trait"]["path"].as_str() {
                if implementation["blanket_impl"].is_null() {
                    let name = path.rsplit("::").next().unwrap_or(path);
                    kind.traits.insert(name.to_owned());
                }
                continue;
            }
            for method in ids(&implementation["items"]) {
                kind.method(self.item(method));
            }
        }
        kind
    }
}

impl Type {
    fn method(&mut self, item: &Value) {
        let signature = &item["inner"]["function"]["sig"];
        let (inputs, output) = (&signature["inputs"], &signature["output"]);
        let name = item["name"].as_str().unwrap_or_default().to_owned();
        let count = inputs.as_array().map_or(0, Vec::len);
        if item["visibility"] != "public" || inputs[0][0] != "self" {
            return;
        }
        let receiver = &inputs[0][1];
        let is_self = |value: &Value| value["generic"] == "Self";
        let of_result = &output["resolved_path"]["args"]["angle_bracketed"]["args"][0]["type"];
        if receiver["borrowed_ref"]["is_mutable"] == false {
            self.getters.insert(name);
        } else if count == 2 && is_self(receiver) && (is_self(output) || is_self(of_result)) {
            self.setters.push(name);
        }
    }
}

/// A struct, enum or union. `None` if it is something else.
fn body(inner: &Value) -> Option<&Value> {
    ["struct", "enum", "union"]
        .into_iter()
        .find_map(|kind| inner.get(kind))
}

fn ids(list: &Value) -> Vec<u64> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_u64).collect()
}
