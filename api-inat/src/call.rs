//! What every operation of this crate is made of: a path, a body, a place among its pages; and what must never leave.

use std::{borrow::Cow, fmt};

use auth_core::{Base, Body, Error, ErrorKind, Manner, Query, Repeat, Request};
use http::{HeaderValue, Method, header};
use serde_json::{Map, Value};

use crate::{
    model::Identified,
    page::Page,
    paging::{Place, Rules},
    value::{Field, Segment},
};

/// The part of an operation that its parameters are not. Made by [`operation!`](crate::operation).
#[derive(Clone)]
pub(crate) struct Call {
    method: Method,
    path: String,
    /// How many ids the path names; `None` where a segment has nothing in it.
    ids: Option<usize>,
    body: Option<Map<String, Value>>,
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

    /// How it may be sent. A write that carries an id of its own can be sent twice.
    pub(crate) fn manner(&self, usual: Manner, rules: &Rules) -> Manner {
        let carried = rules.once.is_some_and(|(nest, name)| {
            let body = self.body.as_ref().and_then(|body| body.get(nest));
            body.is_some_and(|inner| inner[name].is_string())
        });
        match carried {
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
        if let Some(more) = self.more_ids(rules)?
            && query.get("per_page").is_none()
        {
            // Without it, more ids than a page has by default are refused as too many.
            query.to_mut().set("per_page", more);
        }
        let mut request = base.request(self.method.clone(), &query.behind(&self.path))?;
        if let Some(body) = &self.body {
            let text = serde_json::to_vec(body).expect("values are always writable");
            request.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
            *request.body_mut() = Body::plain(text);
        }
        Ok(request)
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

    /// The total of the first page.
    pub(crate) fn total(&self) -> Option<u64> {
        self.place.total()
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
        shown.finish()
    }
}
