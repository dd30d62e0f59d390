//! Writes, stored as long as the site lives: observations created, changed and deleted, their
//! photos and annotations, with the real service's refusals.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth_core::testkit::{Auth, Caller, Route, RouteRequest, Site, json};
use http::{Method, Response};
use serde_json::{Map, Value, json};

use super::{data, error, search::envelope};

/// The stored writes. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Written(Arc<Mutex<Books>>);

#[derive(Default)]
struct Books {
    made: Vec<Value>,
    deleted: Vec<u64>,
    /// By the id of the observation.
    annotations: HashMap<u64, Vec<Value>>,
    photos: HashMap<u64, Vec<Value>>,
    numbers: u64,
}

impl Written {
    /// Adds the routes of writes.
    pub(super) fn routes(&self, site: Site) -> Site {
        let route =
            |method: Method,
             pattern: &'static str,
             respond: fn(&mut Books, &Caller, &RouteRequest<'_>) -> HttpResponse| {
                let written = self.clone();
                Route::new(method, pattern, Auth::Derived, move |visit| {
                    match visit.caller {
                        None => error(401, "Unauthorized"),
                        Some(caller) => respond(&mut written.books(), caller, visit),
                    }
                })
            };
        site.with_route(route(Method::POST, "/v1/observations", create))
            .with_route(route(Method::PUT, "/v1/observations/{id}", update))
            .with_route(route(Method::DELETE, "/v1/observations/{id}", delete))
            .with_route(route(Method::POST, "/v1/annotations", annotate))
            .with_route(route(Method::POST, "/v1/observation_photos", add_photo))
    }

    /// Returns the created observations with one of these ids.
    pub(super) fn made(&self, ids: &[u64]) -> Vec<Value> {
        let books = self.books();
        let wanted = |observation: &&Value| id_of(observation).is_some_and(|id| ids.contains(&id));
        books.made.iter().filter(wanted).cloned().collect()
    }

    /// Adds the stored changes to an observation. `None` if it was deleted.
    pub(super) fn completed(&self, mut observation: Value) -> Option<Value> {
        let books = self.books();
        let id = id_of(&observation)?;
        if books.deleted.contains(&id) {
            return None;
        }
        if let Some(annotations) = books.annotations.get(&id) {
            observation["annotations"] = json!(annotations);
        }
        if let Some(photos) = books.photos.get(&id) {
            observation["photos"] = json!(photos);
        }
        Some(observation)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type HttpResponse = Response<Vec<u8>>;

/// Creates an observation, and returns a list of one, as the Rails application does. Changes the
/// existing one if the UUID is known.
fn create(books: &mut Books, caller: &Caller, visit: &RouteRequest<'_>) -> HttpResponse {
    let Some(fields) = object(visit, "observation") else {
        return error(422, "Error");
    };
    if let Some(refusal) = invalid(&fields) {
        return refusal;
    }
    let uuid = fields
        .get("uuid")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let known = books
        .made
        .iter()
        .position(|made| !uuid.is_empty() && made["uuid"] == uuid);
    let place = known.unwrap_or_else(|| {
        books.numbers += 1;
        let id = 300_000_000 + books.numbers;
        books.made.push(json!({
            "id": id,
            "uuid": uuid,
            "user": data::user(caller.user_id, &caller.user),
            "quality_grade": "casual",
            "photos": [],
            "ofvs": [],
        }));
        books.made.len() - 1
    });
    apply(&mut books.made[place], &fields);
    json(200, &as_written(&books.made[place]))
}

/// Changes an observation. Responds with 410 if it is missing or another user's (the Rails
/// application).
fn update(books: &mut Books, caller: &Caller, visit: &RouteRequest<'_>) -> HttpResponse {
    let own = |made: &Value| made["user"]["id"] == caller.user_id;
    let place =
        number(visit).and_then(|id| books.made.iter().position(|made| id_of(made) == Some(id)));
    match (
        place.filter(|place| own(&books.made[*place])),
        object(visit, "observation"),
    ) {
        (Some(place), fields) => {
            let fields = fields.unwrap_or_default();
            if let Some(refusal) = invalid(&fields) {
                return refusal;
            }
            apply(&mut books.made[place], &fields);
            json(200, &as_written(&books.made[place]))
        }
        (None, _) => from_rails(410, json!({"error": "Observation does not exist."})),
    }
}

/// Deletes an observation. Responds with 404 if it is unknown, 403 if it is another user's (the
/// Node API's description).
fn delete(books: &mut Books, caller: &Caller, visit: &RouteRequest<'_>) -> HttpResponse {
    let Some(id) = number(visit) else {
        return error(422, "Error");
    };
    match books.owner(id) {
        None => error(404, "Not Found"),
        Some(owner) if owner != caller.user_id => from_rails(
            403,
            json!({"error": "You don't have permission to do that."}),
        ),
        Some(_) => {
            books.deleted.push(id);
            books.made.retain(|made| id_of(made) != Some(id));
            json(200, &json!({}))
        }
    }
}

fn annotate(books: &mut Books, caller: &Caller, visit: &RouteRequest<'_>) -> HttpResponse {
    let fields = object(visit, "annotation").unwrap_or_default();
    let number = |name: &str| fields.get(name).and_then(Value::as_u64);
    let (Some(id), Some(attribute), Some(value)) = (
        number("resource_id"),
        number("controlled_attribute_id"),
        number("controlled_value_id"),
    ) else {
        return from_rails(422, json!({"error": ["Resource must be an observation"]}));
    };
    if books.owner(id).is_none() {
        return from_rails(422, json!({"error": ["Resource can't be blank"]}));
    }
    let known = books.annotations.entry(id).or_default();
    let same = |known: &&Value| {
        known["controlled_attribute_id"] == attribute && known["controlled_value_id"] == value
    };
    if known.iter().find(same).is_some() {
        return from_rails(
            422,
            json!({"error": ["Controlled value has already been taken"]}),
        );
    }
    let annotation = json!({
        "uuid": format!("00000000-0000-4000-9000-{:012}", id * 1000 + known.len() as u64),
        "controlled_attribute_id": attribute,
        "controlled_value_id": value,
        "user_id": caller.user_id,
    });
    known.push(annotation.clone());
    json(200, &annotation)
}

/// Adds a photo: JPEG, PNG or GIF by its first bytes. A photo with a known UUID is not added again.
fn add_photo(books: &mut Books, caller: &Caller, visit: &RouteRequest<'_>) -> HttpResponse {
    let body = visit.request.body();
    let text = String::from_utf8_lossy(body);
    let field = |name: &str| {
        let start = text.find(&format!("name=\"observation_photo[{name}]\""))?;
        let rest = text[start..].split_once("\r\n\r\n")?.1;
        Some(rest.split("\r\n").next()?.to_owned())
    };
    let id = field("observation_id").and_then(|id| id.parse().ok());
    let Some(id) = id.filter(|id| books.owner(*id) == Some(caller.user_id)) else {
        return from_rails(422, json!({"errors": [["Observation can't be blank"]]}));
    };
    let is_image = [
        &b"\r\n\r\n\xff\xd8\xff"[..],
        b"\r\n\r\n\x89PNG",
        b"\r\n\r\nGIF8",
    ]
    .iter()
    .any(|start| body.windows(start.len()).any(|window| window == *start));
    if !is_image {
        return from_rails(422, json!({"errors": [["Photo is not an image"]]}));
    }
    books.numbers += 1;
    let number = 400_000_000 + books.numbers;
    let uuid = field("uuid").unwrap_or_else(|| format!("photo-{number}"));
    let photos = books.photos.entry(id).or_default();
    if let Some(known) = photos.iter().find(|photo| photo["uuid"] == uuid) {
        return json(200, known);
    }
    let photo = json!({
        "id": number,
        "uuid": uuid,
        "observation_id": id,
        "url": format!("https://static.example.org/photos/{number}/square.jpg"),
        "photo": {"id": number},
    });
    photos.push(photo.clone());
    json(200, &photo)
}

impl Books {
    /// Returns the owner of an observation. `None` if it does not exist.
    fn owner(&self, id: u64) -> Option<u64> {
        if self.deleted.contains(&id) {
            return None;
        }
        let made = self.made.iter().find(|made| id_of(made) == Some(id));
        let made = made.and_then(|made| made["user"]["id"].as_u64());
        made.or_else(|| {
            data::all()
                .find(|record| record.id == id)
                .map(|record| record.user.0)
        })
    }
}

fn apply(observation: &mut Value, fields: &Map<String, Value>) {
    for (name, value) in fields {
        match name.as_str() {
            "observation_field_values_attributes" => {
                let values = value.as_array().cloned().unwrap_or_default();
                observation["ofvs"] = values
                    .iter()
                    .map(|set| json!({"field_id": set["observation_field_id"], "value": set["value"]}))
                    .collect();
            }
            "observed_on_string" => {
                observation["observed_on_string"] = value.clone();
                observation["observed_on"] = value.as_str().and_then(|text| text.get(..10)).into();
            }
            _ => observation[name] = value.clone(),
        }
    }
    if let (Some(latitude), Some(longitude)) = (
        observation["latitude"].as_f64(),
        observation["longitude"].as_f64(),
    ) {
        observation["location"] = json!(format!("{latitude},{longitude}"));
    }
}

/// Converts an observation into the Rails application's response to a write. It differs from the
/// Node API's: ids in place of records, coordinates as text, the licence in capitals
/// (pyinaturalist's `test/sample_data/v1/update_observation_result.json`).
fn as_written(observation: &Value) -> Value {
    let mut shown = observation.as_object().cloned().unwrap_or_default();
    for name in ["location", "geojson", "taxon", "photos", "ofvs"] {
        shown.remove(name);
    }
    if let Some(user) = shown.remove("user") {
        shown.insert("user_id".into(), user["id"].clone());
        shown.insert("user_login".into(), user["login"].clone());
    }
    for name in ["latitude", "longitude"] {
        if let Some(degrees) = shown.get_mut(name) {
            *degrees = json!(degrees.to_string());
        }
    }
    if let Some(license) = shown.get_mut("license") {
        *license = json!(license.as_str().unwrap_or_default().to_uppercase());
    }
    json!([shown])
}

/// The messages are invented. Their shape, a list of lists, is the Rails application's.
fn invalid(fields: &Map<String, Value>) -> Option<HttpResponse> {
    let beyond = |name: &str, most: f64| {
        let value = fields.get(name).and_then(Value::as_f64);
        value.is_some_and(|value| value.abs() > most)
    };
    let mut faults = Vec::new();
    if beyond("latitude", 90.0) {
        faults.push("Latitude must be less than or equal to 90");
    }
    if beyond("longitude", 180.0) {
        faults.push("Longitude must be less than or equal to 180");
    }
    (!faults.is_empty()).then(|| from_rails(422, json!({"errors": [faults]})))
}

/// Builds a refusal of the Rails application, as the Node API passes it on (`lib/util.js`,
/// `renderError`).
fn from_rails(status: u16, body: Value) -> HttpResponse {
    json(
        status,
        &json!({"error": {"original": body}, "status": status}),
    )
}

fn object(visit: &RouteRequest<'_>, name: &str) -> Option<Map<String, Value>> {
    let body: Value = serde_json::from_slice(visit.request.body()).ok()?;
    body.get(name)?.as_object().cloned()
}

fn number(visit: &RouteRequest<'_>) -> Option<u64> {
    visit.segment("id")?.parse().ok()
}

fn id_of(observation: &Value) -> Option<u64> {
    observation["id"].as_u64()
}

/// Serves `GET /v1/observations/{id}` for one id or several: generated and created observations,
/// with their stored changes. Leaves out unknown ids; that v1 then responds with 200 and an empty
/// list is not verified.
pub(super) fn by_id(written: &Written, visit: &RouteRequest<'_>) -> HttpResponse {
    let ids: Result<Vec<u64>, _> = visit
        .segment("id")
        .unwrap_or_default()
        .split(',')
        .map(str::parse)
        .collect();
    let Ok(ids) = ids else {
        return error(422, "Error");
    };
    let per_page = visit.query("per_page").and_then(|text| text.parse().ok());
    if ids.len() as u64 > per_page.unwrap_or(30).min(200) {
        return error(422, "Too many IDs");
    }
    let viewer = visit.caller.map(|caller| caller.user.as_str());
    let generated = data::all().filter(|record| ids.contains(&record.id));
    let results: Vec<_> = generated
        .map(|record| record.shown_to(viewer))
        .chain(written.made(&ids))
        .filter_map(|observation| written.completed(observation))
        .collect();
    let total = results.len() as u64;
    json(200, &envelope(total, 1, total, results))
}
