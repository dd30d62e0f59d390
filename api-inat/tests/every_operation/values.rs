//! Compares a response with what the crate writes after reading it: no value may be lost.

use api_inat::model::{Location, Moment};
use serde_json::{Map, Value};

/// Returns why records leave out a field of this record of a response. `None` if they do not.
fn left_out(record: &Map<String, Value>, name: &str) -> Option<&'static str> {
    let of_a_user = record.contains_key("login");
    match name {
        "votes" if record[name].is_object() => {
            Some("in responses of the Rails application: the numbers of votes by scope")
        }
        "login_autocomplete" | "login_exact" | "name_autocomplete" | "universal_search_rank"
            if of_a_user =>
        {
            Some("an internal field of the search for users")
        }
        _ => None,
    }
}

/// Returns the values of `response` that `written` lacks, each with its path.
pub(crate) fn lost(response: &Value, written: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect("", response, written, &mut found);
    found
}

fn collect(path: &str, response: &Value, written: &Value, found: &mut Vec<String>) {
    match (response, written) {
        (Value::Null, _) => {}
        (Value::Array(items), _) if items.is_empty() => {}
        (Value::Object(fields), Value::Object(others)) => {
            for (name, value) in fields {
                if left_out(fields, name).is_some() {
                    continue;
                }
                let other = others.get(name).unwrap_or(&Value::Null);
                collect(&format!("{path}.{name}"), value, other, found);
            }
        }
        (Value::Array(items), Value::Array(others)) => {
            let items = items.iter().filter(|item| !item.is_null());
            for (at, item) in items.enumerate() {
                let other = others.get(at).unwrap_or(&Value::Null);
                collect(&format!("{path}[{at}]"), item, other, found);
            }
        }
        _ if same(response, written) => {}
        _ => found.push(format!("{path}: {response} became {written}")),
    }
}

/// Returns whether two values mean the same: numbers may be text, and locations and moments may
/// be written in another way.
fn same(response: &Value, written: &Value) -> bool {
    let number = |value: &Value| {
        let text = value.as_str().and_then(|text| text.parse::<f64>().ok());
        value.as_f64().or(text)
    };
    let location = |value: &Value| Location::parse(value.as_str()?);
    let moment = |value: &Value| value.as_str()?.parse::<Moment>().ok();
    let both = |one: Option<f64>, other: Option<f64>| one.is_some() && one == other;
    response == written
        || both(number(response), number(written))
        || (moment(response).is_some() && moment(response) == moment(written))
        || (location(response).is_some() && location(response) == location(written))
}
