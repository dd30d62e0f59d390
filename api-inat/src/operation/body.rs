//! The content of an operation beside its parameters: fields as JSON, or as a form with a file; and
//! the requested fields.
//!
//! The first setter that needs a writer stores its function. So the linker drops the form from a
//! program that sends no file, and all of this from one that only reads.

use std::borrow::Cow;

use auth_core::{BaseUrl, Body, Error, Query, Request};
use http::{HeaderName, HeaderValue, Method, header};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    operation::validate,
    parameter::{fields::Fields, path_value::Field},
    upload::{self, Medium, Upload},
};

/// The longest URL. Beyond it, iNaturalist's own client `inaturalistjs` moves the fields of v2 into
/// a body.
const LONGEST_URL: usize = 2000;

/// Writes a body into a request.
pub(crate) type Write = fn(&Content, &mut Request) -> Result<(), Error>;

/// Builds a read with the requested fields.
type BuildRead = fn(&Fields, &BaseUrl, &str, &Query) -> Result<Request, Error>;

/// The content of an operation.
#[derive(Clone, Default)]
pub(crate) struct Content {
    fields: Option<Map<String, Value>>,
    /// The name of the file's part in the form, the required medium, and the file.
    file: Option<(&'static str, Medium, Upload)>,
    /// The fields requested from v2.
    selected: Option<Selected>,
    /// The function that writes it; `None` without content.
    write: Option<Write>,
}

#[derive(Clone)]
struct Selected {
    fields: Fields,
    build: BuildRead,
}

impl Content {
    /// Sets a field in the object `nest`, or in the body if `nest` is empty.
    #[inline]
    pub(crate) fn set(&mut self, nest: &str, name: Cow<'_, str>, value: impl Field) {
        self.put(nest, name, value.json());
    }

    #[inline]
    fn put(&mut self, nest: &str, name: Cow<'_, str>, value: Value) {
        self.write.get_or_insert(json);
        let mut object = self.fields.get_or_insert_default();
        if !nest.is_empty() {
            let inner = object.entry(nest).or_insert_with(|| Map::new().into());
            if !inner.is_object() {
                *inner = Map::new().into();
            }
            object = inner.as_object_mut().expect("it was just made one");
        }
        // An empty UUID counts as absent; see `fresh_uuid`.
        if name != "uuid" || value != "" {
            object.insert(name.into_owned(), value);
        }
    }

    /// Adds to a list in the object `nest`.
    #[inline]
    pub(crate) fn push(&mut self, nest: &str, name: &str, value: Value) {
        let body = self.fields.get_or_insert_default();
        let inner = body.entry(nest).or_insert_with(|| Map::new().into());
        match inner.get_mut(name).and_then(Value::as_array_mut) {
            Some(list) => list.push(value),
            None => self.put(nest, name.into(), Value::Array(vec![value])),
        }
    }

    /// Removes a field.
    #[inline]
    pub(crate) fn unset(&mut self, name: &str) {
        if let Some(fields) = &mut self.fields {
            fields.remove(name);
        }
    }

    /// Adds a file, which turns the body into a form.
    #[inline]
    pub(crate) fn attach(&mut self, part: &'static str, medium: Medium, file: Upload) {
        self.file = Some((part, medium, file));
        self.write = Some(form);
    }

    /// Selects the fields of the response.
    #[inline]
    pub(crate) fn select(&mut self, fields: Fields) {
        self.selected = Some(Selected {
            fields,
            build: read_with_fields,
        });
        self.write.get_or_insert(json);
    }

    #[inline]
    pub(crate) fn selected(&self) -> Option<&Fields> {
        self.selected.as_ref().map(|selected| &selected.fields)
    }

    /// Returns whether a field is a text; in the object `nest`, or in the body if `nest` is empty.
    #[inline]
    pub(crate) fn has_text(&self, nest: &str, name: &str) -> bool {
        let fields = self.fields.as_ref();
        let inner = match nest {
            "" => fields,
            _ => fields.and_then(|fields| fields.get(nest)?.as_object()),
        };
        inner.is_some_and(|inner| inner.get(name).is_some_and(Value::is_string))
    }

    /// Returns the names of its fields.
    #[inline]
    pub(crate) fn names(&self) -> Option<Vec<&str>> {
        let fields = self.fields.as_ref()?;
        Some(fields.keys().map(String::as_str).collect())
    }

    #[inline]
    pub(crate) fn file(&self) -> Option<(&'static str, &Upload)> {
        self.file.as_ref().map(|(part, _, file)| (*part, file))
    }

    /// Builds a read with the selected fields. `None` if none were selected.
    #[inline]
    pub(crate) fn read(
        &self,
        base: &BaseUrl,
        path: &str,
        query: &Query,
    ) -> Option<Result<Request, Error>> {
        let Selected { fields, build } = self.selected.as_ref()?;
        Some(build(fields, base, path, query))
    }

    /// Writes it as the body of a request, with `always` if given.
    #[inline]
    pub(crate) fn write(&self, request: &mut Request, always: Option<Write>) -> Result<(), Error> {
        match always.or(self.write) {
            Some(write) => write(self, request),
            None => Ok(()),
        }
    }

    /// Returns all its fields, and `also`.
    #[inline]
    fn with(&self, also: Option<Value>) -> Cow<'_, Map<String, Value>> {
        let mut fields = match &self.fields {
            Some(fields) => Cow::Borrowed(fields),
            None => Cow::Owned(Map::new()),
        };
        if let Some(also) = also {
            fields.to_mut().insert("fields".to_owned(), also);
        }
        fields
    }
}

/// Writes the content as JSON.
#[inline]
fn json(content: &Content, request: &mut Request) -> Result<(), Error> {
    let selected = content.selected().map(Fields::json);
    let fields = content.with(selected);
    validate::fields(&fields)?;
    write_json(request, &fields);
    Ok(())
}

/// Writes the content as a form, with the file if it has one. A form has only texts, so the
/// selection is JSON in a text.
#[inline]
pub(crate) fn form(content: &Content, request: &mut Request) -> Result<(), Error> {
    let selected = content.selected().map(|selected| match selected.json() {
        json @ Value::Object(_) => text(&json).into(),
        json => json,
    });
    let fields = content.with(selected);
    validate::fields(&fields)?;
    let part = content.file.as_ref();
    let part = part.map(|(name, medium, file)| file.part(name, *medium));
    upload::write(request, &fields, part.transpose()?)
}

/// Writes the fields into the URL. If that gets too long, sends them in the body of a POST that is
/// declared a GET (v2's description, "X-HTTP-Method-Override").
#[inline]
fn read_with_fields(
    fields: &Fields,
    base: &BaseUrl,
    path: &str,
    query: &Query,
) -> Result<Request, Error> {
    let mut whole = query.clone();
    whole.set("fields", fields);
    let short = whole.append_to(path);
    if base.as_str().len() + short.len() <= LONGEST_URL {
        return base.request(Method::GET, &short);
    }
    let mut request = base.request(Method::POST, &query.append_to(path))?;
    let name = HeaderName::from_static("x-http-method-override");
    let method = HeaderValue::from_static("GET");
    request.headers_mut().insert(name, method);
    let mut body = Map::new();
    body.insert("fields".to_owned(), fields.json());
    write_json(&mut request, &body);
    Ok(request)
}

#[inline]
fn write_json(request: &mut Request, body: &Map<String, Value>) {
    let kind = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    *request.body_mut() = Body::plain(text(body));
}

#[inline]
fn text(json: &impl Serialize) -> String {
    serde_json::to_string(json).expect("values are always writable")
}
