//! The state of every operation: its path, its body and its position among pages. Rejects invalid
//! requests.

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

/// The parts of an operation beside its parameters. Used by
/// [`operation!`](crate::operation::operation!).
#[derive(Clone)]
pub(crate) struct CallParts {
    method: Method,
    path: String,
    /// The number of ids in the path; `None` if a segment is empty.
    ids: Option<usize>,
    content: Content,
    /// The program requires a single sending, although the write carries its own id.
    sent_once: bool,
    position: Position,
}

impl CallParts {
    /// Fills the braces of `template` with `segments`, in order.
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
            sent_once: false,
            position: Position::default(),
        }
    }

    /// Requests exactly this path.
    pub(crate) fn at(method: Method, path: String) -> Self {
        Self {
            method,
            path,
            ids: Some(1),
            content: Content::default(),
            sent_once: false,
            position: Position::default(),
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Returns the content beside the parameters.
    pub(crate) fn content(&mut self) -> &mut Content {
        &mut self.content
    }

    /// Disables repeats of a write that may have been delivered.
    pub(crate) fn never_repeat(&mut self) {
        self.sent_once = true;
    }

    /// Returns the policy. A write that carries its own id is idempotent.
    pub(crate) fn policy(&self, usual: CallPolicy, rules: &Rules) -> CallPolicy {
        let carried = rules
            .once
            .is_some_and(|(nest, name)| self.content.has_text(nest, name));
        match carried && !self.sent_once {
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
        self.position.check(&query, rules)?;
        validate::parameters(&query)?;
        if let Some(most) = Position::too_many(&query, rules) {
            query.to_mut().set("per_page", most);
        }
        validate::bring_home(&mut query);
        if let Some(more) = self.more_ids(rules)? {
            // Without `per_page`, iNaturalist refuses more ids than a page has by default.
            if query.get("per_page").is_none() {
                query.to_mut().set("per_page", more);
            }
        }
        if self.method == Method::GET {
            if let Some(request) = self.content.read(base, &self.path, &query) {
                return request;
            }
        }
        let mut request = base.request(self.method.clone(), &query.append_to(&self.path))?;
        self.content.write(&mut request, rules.form)?;
        Ok(request)
    }

    /// Returns the number of ids in the path.
    pub(crate) fn ids(&self) -> usize {
        self.ids.unwrap_or_default()
    }

    /// Returns the number of ids, if it exceeds the default page.
    fn more_ids(&self, rules: &Rules) -> Result<Option<u64>, Error> {
        let invalid = |what: Cow<'static, str>, help: Cow<'static, str>| {
            Err(Error::new(ErrorKind::Usage, what).with_help(help))
        };
        let Some(count) = self.ids else {
            return invalid(
                format!("path `{}` has an empty segment", self.path).into(),
                "give at least one id, and no empty name".into(),
            );
        };
        if count == usize::MAX {
            return invalid(
                "a range of ids is reversed or has more than 500 numbers".into(),
                "begin with the smaller number, and split it into several requests".into(),
            );
        }
        let Some((usual, most)) = rules.ids else {
            return Ok(None);
        };
        let count = count as u64;
        if count > most {
            return invalid(
                format!("got {count} ids; iNaturalist accepts at most {most} at a time").into(),
                format!("split them into requests of {most} ids").into(),
            );
        }
        Ok((count > usual).then_some(count))
    }

    /// Prepares a list to be followed to its end.
    pub(crate) fn begin(query: &mut Query, rules: &Rules) {
        Position::begin(query, rules);
    }

    /// Returns the new items of a page, and whether `query` requests a next page.
    pub(crate) fn split_page<T: Identified>(
        &mut self,
        query: &mut Query,
        page: Page<T>,
        rules: &Rules,
    ) -> (Vec<T>, bool) {
        self.position.split_page(query, page, rules)
    }

    pub(crate) fn progress(&self) -> Progress {
        self.position.progress
    }

    /// Returns the cursor of a list as text.
    #[inline]
    pub(crate) fn to_text(&self, api: &'static str, query: &Query) -> String {
        Cursor::new(
            api,
            &self.path,
            query,
            self.content.selected(),
            &self.position,
        )
        .to_text()
    }

    /// Restores a cursor of the list of this API and path.
    #[inline]
    pub(crate) fn from_text(api: &str, template: &str, text: &str) -> Result<(Self, Query), Error> {
        let cursor = Cursor::from_text(text)?;
        cursor.is_of(api, template)?;
        Ok(Self::of_cursor(cursor))
    }

    /// Restores a cursor of any list of one of these APIs, and returns which API.
    #[inline]
    pub(crate) fn of_any_list(
        apis: &[&'static str],
        text: &str,
    ) -> Result<(&'static str, Self, Query), Error> {
        let cursor = Cursor::from_text(text)?;
        let api = cursor.api_among(apis)?;
        let (parts, query) = Self::of_cursor(cursor);
        Ok((api, parts, query))
    }

    #[inline]
    fn of_cursor(cursor: Cursor<'_>) -> (Self, Query) {
        let (path, query, fields, position) = cursor.into_parts();
        let mut parts = Self::at(Method::GET, path);
        parts.position = position;
        if let Some(fields) = fields {
            parts.content.select(fields);
        }
        (parts, query)
    }

    /// Formats for `Debug`: the request line and the names of the body's fields, never their
    /// values, which may be private.
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
