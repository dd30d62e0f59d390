//! What every operation of this crate is made of: a path, a body, a place among its pages; and what must never leave.

use std::{borrow::Cow, fmt};

use auth_core::{BaseUrl, CallPolicy, Error, ErrorKind, Query, Request, RetrySafety};
use http::Method;

use crate::{
    model::Identified,
    operation::{
        body::Content,
        cursor::Cursor,
        page::Page,
        paging::{Position, Progress, Rules},
        validate,
    },
    parameter::path_value::Segment,
};

/// The part of an operation that its parameters are not. Made by [`operation!`](crate::operation::operation!).
#[derive(Clone)]
pub(crate) struct CallParts {
    method: Method,
    path: String,
    /// How many ids the path names; `None` where a segment has nothing in it.
    ids: Option<usize>,
    content: Content,
    /// The program says that it is not to be sent again, though it carries an id of its own.
    unrepeated: bool,
    place: Position,
}

impl CallParts {
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
            path.push_str(&Query::path_segment(&text));
            path.push_str(literal);
        }
        Self {
            method,
            path,
            ids,
            content: Content::default(),
            unrepeated: false,
            place: Position::default(),
        }
    }

    /// What it sends beside its parameters.
    pub(crate) fn content(&mut self) -> &mut Content {
        &mut self.content
    }

    /// It is not sent again where it may have arrived.
    pub(crate) fn never_repeat(&mut self) {
        self.unrepeated = true;
    }

    /// How it may be sent. A write that carries an id of its own can be sent twice.
    pub(crate) fn policy(&self, usual: CallPolicy, rules: &Rules) -> CallPolicy {
        let carried = rules
            .once
            .is_some_and(|(nest, name)| self.content.has_text(nest, name));
        match carried && !self.unrepeated {
            true => usual.with_retry(RetrySafety::Idempotent),
            false => usual,
        }
    }

    pub(crate) fn request(
        &self,
        base: &BaseUrl,
        query: &Query,
        rules: &Rules,
    ) -> Result<Request, Error> {
        let mut query = Cow::Borrowed(query);
        self.place.check(&query, rules)?;
        validate::parameters(&query)?;
        if let Some(more) = self.more_ids(rules)?
            && query.get("per_page").is_none()
        {
            // Without it, more ids than a page has by default are refused as too many.
            query.to_mut().set("per_page", more);
        }
        if self.method == Method::GET
            && let Some(request) = self.content.ask(base, &self.path, &query)
        {
            return request;
        }
        let mut request = base.request(self.method.clone(), &query.append_to(&self.path))?;
        self.content.write(&mut request, rules.form)?;
        Ok(request)
    }

    /// How many ids the path names.
    pub(crate) fn ids(&self) -> usize {
        self.ids.unwrap_or_default()
    }

    /// The number of ids, if it is more than a page has by default.
    fn more_ids(&self, rules: &Rules) -> Result<Option<u64>, Error> {
        let unfit = |what: Cow<'static, str>, advice: Cow<'static, str>| {
            Err(Error::new(ErrorKind::Usage, what).with_help(advice))
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
        Position::begin(query, rules);
    }

    /// The items of a page that are new, and whether `query` asks for more after it.
    pub(crate) fn split_page<T: Identified>(
        &mut self,
        query: &mut Query,
        page: Page<T>,
        rules: &Rules,
    ) -> (Vec<T>, bool) {
        self.place.split_page(query, page, rules)
    }

    pub(crate) fn progress(&self) -> Progress {
        self.place.progress
    }

    /// The place in a list as text.
    #[inline]
    pub(crate) fn to_text(&self, api: &'static str, query: &Query) -> String {
        Cursor::new(api, &self.path, query, self.content.selected(), &self.place).to_text()
    }

    /// A place in the list of this API and path.
    #[inline]
    pub(crate) fn from_text(api: &str, template: &str, text: &str) -> Result<(Self, Query), Error> {
        let cursor = Cursor::from_text(text)?;
        cursor.is_of(api, template)?;
        let (path, query, fields, place) = cursor.into_parts();
        let mut content = Content::default();
        if let Some(fields) = fields {
            content.select(fields);
        }
        let call = Self {
            method: Method::GET,
            path,
            ids: Some(1),
            content,
            unrepeated: false,
            place,
        };
        Ok((call, query))
    }

    /// For `Debug`: the request line and the names of the body's fields; never their values, which may be private.
    #[inline]
    pub(crate) fn show(
        &self,
        name: &str,
        query: &Query,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let request = format!("{} {}", self.method, query.append_to(&self.path));
        let mut shown = f.debug_struct(name);
        shown.field("request", &request);
        if let Some(names) = self.content.names() {
            shown.field("body", &names);
        }
        if let Some((part, file)) = self.content.file() {
            shown.field(part, file);
        }
        shown.finish()
    }
}
