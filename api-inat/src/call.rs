//! What every operation of this crate is made of: a path, a body, a place among its pages; and what must never leave.

use std::{borrow::Cow, fmt};

use auth_core::{Base, Body, Error, ErrorKind, Manner, Query, Repeat, Request};
use http::{HeaderName, HeaderValue, Method, header};
use serde_json::{Map, Value};

use crate::{
    cursor::Cursor,
    fields::Fields,
    model::Identified,
    page::Page,
    paging::{Place, Progress, Rules},
    plausible,
    upload::{self, Medium, Upload},
    value::{Field, Segment},
};

/// The longest URL that is sent: beyond it, iNaturalist's own client `inaturalistjs` moves the fields of v2 into a body.
const LONGEST_URL: usize = 2000;

/// The part of an operation that its parameters are not. Made by [`operation!`](crate::operation).
#[derive(Clone)]
pub(crate) struct Call {
    method: Method,
    path: String,
    /// How many ids the path names; `None` where a segment has nothing in it.
    ids: Option<usize>,
    body: Option<Map<String, Value>>,
    /// The name of a file's part in the form, what it has to be, and the file.
    file: Option<(&'static str, Medium, Upload)>,
    /// Which fields v2 is asked for.
    fields: Option<Fields>,
    /// The program says that it is not to be sent again, though it carries an id of its own.
    unrepeated: bool,
    place: Place,
}

impl Call {
    /// `template` with `segments` in the places of its braces, in order.
    pub(crate) fn new(method: Method, template: &str, segments: &[&dyn Segment]) -> Self {
        let mut path = String::with_capacity(template.len() + 16);
        let mut ids = Some(1);
        let mut pieces = template.split(['{', '}']);
        path.push_str(pieces.next().unwrap_or_default());
        let mut values = segments.iter();
        while let (Some(_name), Some(literal)) = (pieces.next(), pieces.next()) {
            let value = values.next().expect("an argument for every brace");
            let text = value.text();
            ids = ids.filter(|_| !text.is_empty());
            ids = ids.map(|count| count.max(value.count()));
            path.push_str(&Query::segment(&text));
            path.push_str(literal);
        }
        Self {
            method,
            path,
            ids,
            body: None,
            file: None,
            fields: None,
            unrepeated: false,
            place: Place::default(),
        }
    }

    /// Sets a field of the JSON body; inside of the object `nest`, unless that is empty.
    pub(crate) fn set(&mut self, nest: &str, name: Cow<'_, str>, value: impl Field) {
        let mut object = self.body.get_or_insert_default();
        if !nest.is_empty() {
            let inner = object.entry(nest).or_insert_with(|| Map::new().into());
            if !inner.is_object() {
                *inner = Map::new().into();
            }
            object = inner.as_object_mut().expect("it was just made one");
        }
        let value = value.json();
        // An empty UUID is none.
        if name != "uuid" || value != "" {
            object.insert(name.into_owned(), value);
        }
    }

    /// Adds to a list in the object `nest` of the JSON body.
    pub(crate) fn push(&mut self, nest: &str, name: &str, value: Value) {
        let body = self.body.get_or_insert_default();
        let inner = body.entry(nest).or_insert_with(|| Map::new().into());
        match inner.get_mut(name).and_then(Value::as_array_mut) {
            Some(list) => list.push(value),
            None => self.set(nest, name.to_owned().into(), Value::Array(vec![value])),
        }
    }

    /// Takes a field out of the JSON body.
    pub(crate) fn unset(&mut self, name: &str) {
        if let Some(body) = &mut self.body {
            body.remove(name);
        }
    }

    /// Sends a file with it, which makes its body a form.
    pub(crate) fn attach(&mut self, part: &'static str, medium: Medium, file: Upload) {
        self.file = Some((part, medium, file));
    }

    /// Says which fields the answer has.
    pub(crate) fn select(&mut self, fields: Fields) {
        self.fields = Some(fields);
    }

    /// It is not sent again where it may have arrived.
    pub(crate) fn never_repeat(&mut self) {
        self.unrepeated = true;
    }

    /// How it may be sent. A write that carries an id of its own can be sent twice.
    pub(crate) fn manner(&self, usual: Manner, rules: &Rules) -> Manner {
        let carried = rules.once.is_some_and(|(nest, name)| {
            let body = self.body.as_ref();
            let inner = match nest {
                "" => body,
                _ => body.and_then(|body| body.get(nest)?.as_object()),
            };
            inner.is_some_and(|inner| inner.get(name).is_some_and(Value::is_string))
        });
        match carried && !self.unrepeated {
            true => usual.repeat(Repeat::Idempotent),
            false => usual,
        }
    }

    pub(crate) fn request(
        &self,
        base: &Base,
        query: &Query,
        rules: &Rules,
    ) -> Result<Request, Error> {
        let mut query = Cow::Borrowed(query);
        self.place.check(&query, rules)?;
        plausible::check(&query, self.body.as_ref())?;
        if let Some(more) = self.more_ids(rules)?
            && query.get("per_page").is_none()
        {
            // Without it, more ids than a page has by default are refused as too many.
            query.to_mut().set("per_page", more);
        }
        let in_url = (self.method == Method::GET).then_some(self.fields.as_ref());
        if let Some(Some(fields)) = in_url {
            let mut whole = query.clone().into_owned();
            whole.set("fields", fields);
            let path = whole.behind(&self.path);
            if base.as_str().len() + path.len() <= LONGEST_URL {
                return base.request(Method::GET, &path);
            }
            return overridden(base, &query.behind(&self.path), fields);
        }
        let mut request = base.request(self.method.clone(), &query.behind(&self.path))?;
        self.write_body(&mut request, rules)?;
        Ok(request)
    }

    fn write_body(&self, request: &mut Request, rules: &Rules) -> Result<(), Error> {
        let mut body = Cow::Borrowed(&self.body);
        let form = rules.form || self.file.is_some();
        if let Some(fields) = &self.fields {
            let fields = match (form, fields.json()) {
                // A form has texts alone.
                (true, json @ Value::Object(_)) => json.to_string().into(),
                (_, json) => json,
            };
            let body = body.to_mut().get_or_insert_default();
            body.insert("fields".to_owned(), fields);
        }
        match body.as_ref() {
            None if !form => {}
            Some(body) if !form => json_body(request, body),
            body => {
                let part = self.file.as_ref();
                let part = part.map(|(name, medium, file)| file.part(name, *medium));
                let nothing = Map::new();
                let fields = body.as_ref().unwrap_or(&nothing);
                upload::write(request, fields, part.transpose()?)?;
            }
        }
        Ok(())
    }

    /// How many ids the path names.
    pub(crate) fn ids(&self) -> usize {
        self.ids.unwrap_or_default()
    }

    /// The number of ids, if it is more than a page has by default.
    fn more_ids(&self, rules: &Rules) -> Result<Option<u64>, Error> {
        let unfit = |what: Cow<'static, str>, advice: Cow<'static, str>| {
            Err(Error::new(ErrorKind::Usage, what).advice(advice))
        };
        let Some(count) = self.ids else {
            return unfit(
                format!("a part of the path `{}` is empty", self.path).into(),
                "give at least one id, and no empty name".into(),
            );
        };
        if count == usize::MAX {
            return unfit(
                "a range of ids runs backwards, or is of more than 500 numbers".into(),
                "begin with the smaller number, and ask in pieces".into(),
            );
        }
        let Some((usual, most)) = rules.ids else {
            return Ok(None);
        };
        let count = count as u64;
        if count > most {
            return unfit(
                format!("{count} ids were given; iNaturalist takes at most {most} at a time")
                    .into(),
                format!("ask for them in pieces of {most}").into(),
            );
        }
        Ok((count > usual).then_some(count))
    }

    /// Prepares a list for being followed to its end.
    pub(crate) fn begin(query: &mut Query, rules: &Rules) {
        Place::begin(query, rules);
    }

    /// The items of a page that are new, and whether `query` asks for more after it.
    pub(crate) fn turn<T: Identified>(
        &mut self,
        query: &mut Query,
        page: Page<T>,
        rules: &Rules,
    ) -> (Vec<T>, bool) {
        self.place.turn(query, page, rules)
    }

    pub(crate) fn progress(&self) -> Progress {
        self.place.progress
    }

    /// The place in a list as text.
    pub(crate) fn to_text(&self, api: &'static str, query: &Query) -> String {
        Cursor::new(api, &self.path, query, self.fields.as_ref(), &self.place).to_text()
    }

    /// A place in the list of this API and path.
    pub(crate) fn from_text(api: &str, template: &str, text: &str) -> Result<(Self, Query), Error> {
        let cursor = Cursor::from_text(text)?;
        cursor.is_of(api, template)?;
        let (path, query, fields, place) = cursor.into_parts();
        let call = Self {
            method: Method::GET,
            path,
            ids: Some(1),
            body: None,
            file: None,
            fields,
            unrepeated: false,
            place,
        };
        Ok((call, query))
    }

    /// For `Debug`: the request line and the names of the body's fields; never their values, which may be private.
    pub(crate) fn show(
        &self,
        name: &str,
        query: &Query,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let request = format!("{} {}", self.method, query.behind(&self.path));
        let mut shown = f.debug_struct(name);
        shown.field("request", &request);
        if let Some(body) = &self.body {
            let fields: Vec<_> = body.keys().collect();
            shown.field("body", &fields);
        }
        if let Some((part, _, file)) = &self.file {
            shown.field(part, file);
        }
        shown.finish()
    }
}

/// A read whose fields do not fit into a URL: a POST that says it is a GET (v2's description, "X-HTTP-Method-Override").
fn overridden(base: &Base, path: &str, fields: &Fields) -> Result<Request, Error> {
    let mut request = base.request(Method::POST, path)?;
    let name = HeaderName::from_static("x-http-method-override");
    let method = HeaderValue::from_static("GET");
    request.headers_mut().insert(name, method);
    let body = Map::from_iter([("fields".to_owned(), fields.json())]);
    json_body(&mut request, &body);
    Ok(request)
}

fn json_body(request: &mut Request, body: &Map<String, Value>) {
    let text = serde_json::to_vec(body).expect("values are always writable");
    let kind = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    *request.body_mut() = Body::plain(text);
}
