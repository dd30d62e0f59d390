//! v2's observations and account, with the real API's rules: only the requested fields, unknown
//! parameters refused, an invalid token refused.

use std::{iter::Peekable, str::Chars};

use auth_core::testkit::{Auth, Route, RouteRequest, Site, json};
use http::{Method, Response, header};
use serde_json::{Map, Value, json};

use super::{data, error, search};

/// The parameters of `GET /v2/observations` that have an effect here, and some that have none.
const PARAMETERS: [&str; 17] = [
    "d1",
    "d2",
    "fields",
    "id",
    "id_above",
    "id_below",
    "locale",
    "only_id",
    "order",
    "order_by",
    "page",
    "per_page",
    "preferred_place_id",
    "quality_grade",
    "taxon_id",
    "user_id",
    "user_login",
];

/// Adds the routes of v2. Reads are sent as a POST if their fields do not fit into a URL.
pub(super) fn routes(site: Site) -> Site {
    let both =
        |site: Site, pattern: &'static str, respond: fn(&RouteRequest<'_>) -> HttpResponse| {
            site.with_route(Route::get(pattern, Auth::Derived, respond))
                .with_route(Route::new(
                    Method::POST,
                    pattern,
                    Auth::Derived,
                    move |visit| {
                        let method = visit.request.headers().get("x-http-method-override");
                        match method.is_some_and(|method| method == "GET") {
                            true => respond(visit),
                            false => error(404, "Not Found"),
                        }
                    },
                ))
        };
    let site = both(site, "/v2/observations", observations);
    let site = both(site, "/v2/observations/{uuid}", by_uuid);
    both(site, "/v2/users/me", me)
}

type HttpResponse = Response<Vec<u8>>;

fn observations(visit: &RouteRequest<'_>) -> HttpResponse {
    let query = visit.request.uri().query().unwrap_or_default();
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    let mut unknown = names.filter(|name| !name.is_empty() && !PARAMETERS.contains(name));
    if let Some(name) = unknown.next() {
        let message = "Unknown query parameter";
        return json(
            422,
            &json!({"status": 422, "errors": [{"path": name, "message": message}]}),
        );
    }
    if let Some(refused) = refused(visit) {
        return refused;
    }
    let response = search::respond(visit);
    match serde_json::from_slice(response.body()) {
        Ok(page) if response.status().is_success() => selected(visit, page),
        _ => response,
    }
}

fn by_uuid(visit: &RouteRequest<'_>) -> HttpResponse {
    if let Some(refused) = refused(visit) {
        return refused;
    }
    let viewer = visit.caller.map(|caller| caller.user.as_str());
    let uuids: Vec<_> = visit
        .segment("uuid")
        .unwrap_or_default()
        .split(',')
        .collect();
    let found: Vec<_> = data::all()
        .map(|record| record.shown_to(viewer))
        .filter(|shown| {
            shown["uuid"]
                .as_str()
                .is_some_and(|uuid| uuids.contains(&uuid))
        })
        .collect();
    let count = found.len() as u64;
    match count {
        0 => error(404, "Not Found"),
        _ => selected(visit, search::envelope(count, 1, count, found)),
    }
}

fn me(visit: &RouteRequest<'_>) -> HttpResponse {
    match visit.caller {
        None => error(401, "Unauthorized"),
        Some(caller) => {
            let mut user = data::user(caller.user_id, &caller.user);
            user["email"] = json!(format!("{}@example.org", caller.user));
            selected(visit, search::envelope(1, 1, 1, vec![user]))
        }
    }
}

/// Unlike v1, v2 refuses a token that is not valid.
fn refused(visit: &RouteRequest<'_>) -> Option<HttpResponse> {
    let sent = visit.request.headers().contains_key(header::AUTHORIZATION);
    (sent && visit.caller.is_none()).then(|| error(401, "Unauthorized"))
}

/// Leaves the requested fields of each result: without `fields`, the UUID alone.
fn selected(visit: &RouteRequest<'_>, mut page: Value) -> HttpResponse {
    let body: Value = serde_json::from_slice(visit.request.body()).unwrap_or_default();
    let fields = match (visit.query("fields"), &body["fields"]) {
        (Some(rison), _) => parsed(&rison),
        (None, Value::Null) => Some(json!({})),
        (None, fields) => Some(fields.clone()),
    };
    let Some(fields) = fields else {
        let errors = json!([{"path": "fields", "message": "must be RISON"}]);
        return json(422, &json!({"status": 422, "errors": errors}));
    };
    for result in page["results"].as_array_mut().into_iter().flatten() {
        *result = reduced(result, &fields);
    }
    json(200, &page)
}

/// Returns the requested part of a value.
fn reduced(value: &Value, fields: &Value) -> Value {
    match (value, fields) {
        (Value::Array(items), _) => items.iter().map(|item| reduced(item, fields)).collect(),
        (Value::Object(all), Value::Object(wanted)) => {
            let named = wanted
                .iter()
                .filter_map(|(name, inner)| Some((name.clone(), reduced(all.get(name)?, inner))));
            let mut found: Map<String, Value> = named.collect();
            if let Some(uuid) = all.get("uuid") {
                found.insert("uuid".to_owned(), uuid.clone());
            }
            found.into()
        }
        // `true` of a record selects its id.
        (Value::Object(all), Value::Bool(_)) if all.contains_key("id") => json!({"id": all["id"]}),
        _ => value.clone(),
    }
}

/// Parses a selection in RISON: a word, `!t`, or `(name:selection,…)`.
fn parsed(rison: &str) -> Option<Value> {
    let mut rest = rison.chars().peekable();
    let value = selection(&mut rest)?;
    rest.next().is_none().then_some(value)
}

fn selection(rest: &mut Peekable<Chars<'_>>) -> Option<Value> {
    match rest.peek()? {
        '!' => {
            rest.next();
            (rest.next()? == 't').then(|| true.into())
        }
        '(' => {
            rest.next();
            let mut map = Map::new();
            while rest.next_if_eq(&')').is_none() {
                let name = word(rest)?;
                rest.next_if_eq(&':')?;
                map.insert(name, selection(rest)?);
                match rest.peek()? {
                    ',' => drop(rest.next()),
                    ')' => {}
                    _ => return None,
                }
            }
            Some(map.into())
        }
        _ => word(rest).map(Value::from),
    }
}

/// Parses a bare word, or a text in quotes.
fn word(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut text = String::new();
    if rest.next_if_eq(&'\'').is_some() {
        loop {
            match rest.next()? {
                '\'' => return Some(text),
                '!' => text.push(rest.next()?),
                other => text.push(other),
            }
        }
    }
    while let Some(c) = rest.next_if(|c| !matches!(c, ':' | ',' | '(' | ')' | '!')) {
        text.push(c);
    }
    (!text.is_empty()).then_some(text)
}
