//! Reads a description of the API: operations with their parameters and bodies, and the fields of
//! records.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// A whole description.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Described {
    pub(super) version: String,
    pub(super) endpoints: Vec<Endpoint>,
    /// The fields of each kind of record, by its name.
    pub(super) records: BTreeMap<String, BTreeSet<String>>,
}

/// An operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Endpoint {
    pub(super) method: String,
    /// Its path, with braces around the variable segments.
    pub(super) path: String,
    /// Whether it requires a token.
    pub(super) token: bool,
    /// The types of the path's variable segments, in order.
    pub(super) segments: Vec<ValueKind>,
    pub(super) query: BTreeMap<String, ValueKind>,
    /// The fields of the body or form, with dots between objects.
    pub(super) body: BTreeMap<String, ValueKind>,
    /// Whether the body is a form.
    pub(super) form: bool,
}

/// The type of a value, from its schema. Our own document has no schemas; without one, any value is
/// valid.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ValueKind(pub(super) Value);

/// Reads a description in Swagger 2.0 or OpenAPI 3.0.
pub(super) fn read(whole: &Value) -> Described {
    let mut all = Described {
        version: text(&whole["info"]["version"]),
        ..Described::default()
    };
    for (path, methods) in object(&whole["paths"]) {
        for (method, operation) in object(methods).filter(|(name, _)| *name != "parameters") {
            let operation = resolved(whole, operation);
            all.endpoints.push(endpoint(whole, method, path, operation));
            let schema = &operation["responses"]["200"]["schema"];
            if schema["$ref"].is_null() {
                let name = format!("{} {path}", method.to_uppercase());
                records(whole, &name, schema, &mut all.records);
            }
        }
    }
    all.endpoints
        .sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
    for (name, schema) in object(&whole["definitions"]) {
        // Definitions with these prefixes are request bodies.
        if !["Post", "Put", "Update"]
            .iter()
            .any(|verb| name.starts_with(verb))
        {
            records(whole, name, schema, &mut all.records);
        }
    }
    // OpenAPI 3: only the schemas of responses, and what they refer to.
    let mut names = BTreeSet::new();
    for (_, methods) in object(&whole["paths"]) {
        for (_, operation) in object(methods) {
            let response = resolved(whole, &operation["responses"]["200"]);
            referred(whole, &response["content"], &mut names);
        }
    }
    for name in names {
        records(
            whole,
            &name,
            &whole["components"]["schemas"][&name],
            &mut all.records,
        );
    }
    all
}

/// Collects the names of the schemas that a value refers to, directly or not.
fn referred(whole: &Value, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| referred(whole, item, found)),
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str);
            let name = name.and_then(|name| name.strip_prefix("#/components/schemas/"));
            match name {
                Some(name) if found.insert(name.to_owned()) => {
                    referred(whole, &whole["components"]["schemas"][name], found);
                }
                Some(_) => {}
                None => fields
                    .values()
                    .for_each(|inner| referred(whole, inner, found)),
            }
        }
        _ => {}
    }
}

fn endpoint(whole: &Value, method: &str, path: &str, operation: &Value) -> Endpoint {
    let mut endpoint = Endpoint {
        method: method.to_uppercase(),
        path: path.to_owned(),
        token: operation["security"]
            .as_array()
            .is_some_and(|all| !all.is_empty() && !all.iter().any(is_optional)),
        ..Endpoint::default()
    };
    let mut segments = BTreeMap::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let parameter = resolved(whole, parameter);
        let name = text(&parameter["name"]);
        let kind = match parameter["schema"].is_null() {
            true => ValueKind(parameter.clone()),
            false => ValueKind(resolved(whole, &parameter["schema"]).clone()),
        };
        match parameter["in"].as_str() {
            Some("query") => drop(endpoint.query.insert(name, kind)),
            Some("path") => drop(segments.insert(name, kind)),
            Some("formData") => {
                endpoint.form = true;
                endpoint.body.insert(name, kind);
            }
            Some("body") => fields(whole, "", &parameter["schema"], &mut endpoint.body),
            _ => {}
        }
    }
    // OpenAPI 3: as JSON if that is described, else as a form.
    let bodies = &operation["requestBody"]["content"];
    match (&bodies["application/json"], &bodies["multipart/form-data"]) {
        (Value::Null, Value::Null) => {}
        (Value::Null, form) => {
            endpoint.form = true;
            for (name, inner) in properties(whole, &form["schema"]) {
                let kind = match inner["format"] == "binary" {
                    true => json!({"type": "file"}),
                    false => inner.clone(),
                };
                endpoint.body.insert(name.to_owned(), ValueKind(kind));
            }
        }
        (json, _) => fields(whole, "", &json["schema"], &mut endpoint.body),
    }
    let braces = path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'));
    endpoint.segments = braces
        .map(|(name, _)| segments.remove(name).unwrap_or_default())
        .collect();
    endpoint
}

/// Whether a requirement names a token that may be left out (v2's `userJwtOptional`).
fn is_optional(requirement: &Value) -> bool {
    object(requirement).any(|(name, _)| name.ends_with("Optional"))
}

/// Collects the fields of a body's schema, by their names with dots between.
fn fields(whole: &Value, before: &str, schema: &Value, found: &mut BTreeMap<String, ValueKind>) {
    for (name, inner) in properties(whole, schema) {
        let name = format!("{before}{name}");
        match properties(whole, inner).is_empty() {
            true => drop(found.insert(name, ValueKind(inner.clone()))),
            false => fields(whole, &format!("{name}."), inner, found),
        }
    }
}

/// Collects the fields of a record's schema, and of the unnamed records in it.
fn records(
    whole: &Value,
    name: &str,
    schema: &Value,
    found: &mut BTreeMap<String, BTreeSet<String>>,
) {
    let fields = properties(whole, schema);
    if fields.is_empty() {
        return;
    }
    for (field, inner) in &fields {
        let inner = match inner["items"].is_null() {
            true => inner,
            false => &inner["items"],
        };
        if inner["$ref"].is_null() && !inner["properties"].is_null() {
            records(whole, &format!("{name}.{field}"), inner, found);
        }
    }
    let names = fields.keys().map(|field| (*field).to_owned()).collect();
    found.insert(name.to_owned(), names);
}

/// The properties of an object's schema and of the schemas it is composed of.
fn properties<'a>(whole: &'a Value, schema: &'a Value) -> BTreeMap<&'a str, &'a Value> {
    let schema = resolved(whole, schema);
    let mut found = BTreeMap::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        found.extend(properties(whole, part));
    }
    let own = object(&schema["properties"]);
    found.extend(own.map(|(name, inner)| (name.as_str(), inner)));
    found
}

/// Follows a reference.
fn resolved<'a>(whole: &'a Value, value: &'a Value) -> &'a Value {
    let place = value["$ref"]
        .as_str()
        .and_then(|name| name.strip_prefix('#'));
    place
        .and_then(|place| whole.pointer(place))
        .unwrap_or(value)
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl ValueKind {
    /// Whether a text in a path or query is a valid value.
    pub(super) fn takes(&self, text: &str) -> bool {
        let allowed = |text: &str| {
            let choices = self.0["enum"].as_array();
            choices.is_none_or(|all| all.iter().any(|choice| plain(choice) == text))
        };
        match self.0["type"].as_str() {
            Some("integer") => text.parse::<i64>().is_ok() && allowed(text),
            Some("number") => text.parse::<f64>().is_ok() && allowed(text),
            Some("boolean") => ["true", "false"].contains(&text),
            Some("array") => {
                let items = Self(self.0["items"].clone());
                text.split(',').all(|item| items.takes(item))
            }
            _ => allowed(text),
        }
    }

    /// Whether a value in a JSON body is valid.
    pub(super) fn takes_json(&self, value: &Value) -> bool {
        let fits = match self.0["type"].as_str() {
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            Some("string") => value.is_string(),
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            _ => true,
        };
        let choices = self.0["enum"].as_array();
        fits && choices.is_none_or(|all| all.contains(value))
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
