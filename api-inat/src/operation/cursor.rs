//! A cursor of a list as text, which a program stores between two runs.
//!
//! One line of JSON, here broken for reading:
//!
//! ```json
//! {"inat_cursor":1,"api":"v1","path":"/observations",
//!  "query":[["user_login","me"],["order_by","id"],["order","asc"],["id_above","250000413"],["per_page","200"]],
//!  "received":200,"total":450}
//! ```
//!
//! `inat_cursor` is the version of the text. A cursor by page number also has `last`, a fingerprint
//! of the previous page, to detect a repeated page after a restart. It has `before` if it began
//! after the first page, and `size` if the server returns fewer records than requested. Texts
//! without them are valid as well.

use std::borrow::Cow;

use auth_core::{Error, ErrorKind, Query};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value};

use crate::{
    operation::paging::{Position, Progress, Stuck},
    parameter::fields::Fields,
};

/// The version of the text. Other versions are rejected.
const VERSION: u64 = 1;

/// The parsed text.
pub(crate) struct Cursor<'a> {
    api: Cow<'a, str>,
    path: Cow<'a, str>,
    query: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The fields requested from v2.
    fields: Option<Value>,
    received: u64,
    total: Option<u64>,
    last: Option<u64>,
    before: u64,
    size: Option<u64>,
    without_ids: bool,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(crate) fn new(
        api: &'static str,
        path: &'a str,
        query: &'a Query,
        fields: Option<&Fields>,
        position: &Position,
    ) -> Self {
        Self {
            api: api.into(),
            path: path.into(),
            query: query
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            fields: fields.map(Fields::json),
            received: position.progress.received,
            total: position.progress.total,
            last: position.last,
            before: position.before,
            size: position.size,
            without_ids: position.is_without_ids(),
        }
    }

    #[inline]
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are always writable")
    }

    #[inline]
    pub(crate) fn from_text(text: &str) -> Result<Self, Error> {
        let whole: Option<Map<String, Value>> = serde_json::from_str(text).ok();
        let version = |map: &Map<String, Value>| map.get("inat_cursor")?.as_u64();
        match whole.and_then(|map| Some((version(&map)?, map))) {
            None => Err(foreign("is not a cursor, or is truncated")),
            Some((VERSION, map)) => Self::from_map(map).ok_or_else(|| foreign("is incomplete")),
            Some((other, _)) => Err(foreign(&format!(
                "has version {other}; this program reads version {VERSION}"
            ))),
        }
    }

    /// `None` if a required value is missing, or one has another type.
    #[inline]
    fn from_map(mut map: Map<String, Value>) -> Option<Self> {
        let mut text = |name| match map.remove(name)? {
            Value::String(text) => Some(Cow::Owned(text)),
            _ => None,
        };
        let (api, path) = (text("api")?, text("path")?);
        let pair = |pair: &Value| match &pair.as_array()?[..] {
            [name, value] => Some((
                Cow::Owned(name.as_str()?.to_owned()),
                Cow::Owned(value.as_str()?.to_owned()),
            )),
            _ => None,
        };
        let query = map.get("query")?.as_array()?.iter().map(pair);
        // The outer option is `None` if the value has another type.
        let number = |name: &str| match map.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(value) => value.as_u64().map(Some),
        };
        Some(Self {
            api,
            path,
            query: query.collect::<Option<_>>()?,
            received: number("received")??,
            total: number("total")?,
            last: number("last")?,
            before: number("before")?.unwrap_or_default(),
            size: number("size")?,
            without_ids: map.get("without_ids").is_some_and(|flag| *flag == true),
            fields: map.remove("fields"),
        })
    }

    /// Returns which of these APIs it belongs to.
    #[inline]
    pub(crate) fn api_among(&self, apis: &[&'static str]) -> Result<&'static str, Error> {
        let found = apis.iter().copied().find(|api| *api == self.api);
        found.ok_or_else(|| {
            foreign(&format!(
                "is for {}, which is not an API of this list",
                self.api
            ))
        })
    }

    /// Checks that it belongs to this list.
    #[inline]
    pub(crate) fn is_of(&self, api: &str, template: &str) -> Result<(), Error> {
        if self.api == api && fits(&self.path, template) {
            return Ok(());
        }
        Err(foreign(&format!(
            "is for {} of {}, not for {template} of {api}",
            self.path, self.api
        )))
    }

    #[inline]
    pub(crate) fn into_parts(self) -> (String, Query, Option<Fields>, Position) {
        let mut query = Query::default();
        for (name, value) in self.query {
            query.set(name.into_owned(), value);
        }
        let progress = Progress {
            received: self.received,
            total: self.total,
        };
        let position = Position {
            progress,
            last: self.last,
            before: self.before,
            size: self.size,
            stuck: self.without_ids.then_some(Stuck::WithoutIds),
        };
        let fields = self.fields.as_ref().map(Fields::from_json);
        (self.path.into_owned(), query, fields, position)
    }
}

/// Values that say nothing are left out.
impl Serialize for Cursor<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("inat_cursor", &VERSION)?;
        map.serialize_entry("api", &self.api)?;
        map.serialize_entry("path", &self.path)?;
        map.serialize_entry("query", &self.query)?;
        if let Some(fields) = &self.fields {
            map.serialize_entry("fields", fields)?;
        }
        map.serialize_entry("received", &self.received)?;
        let before = Some(self.before).filter(|before| *before > 0);
        let numbers = [
            ("total", self.total),
            ("last", self.last),
            ("before", before),
            ("size", self.size),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                map.serialize_entry(name, &number)?;
            }
        }
        if self.without_ids {
            map.serialize_entry("without_ids", &true)?;
        }
        map.end()
    }
}

/// Returns whether a path fills each brace of the template, with nothing that leads to another
/// path.
#[inline]
fn fits(path: &str, template: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~,:%".contains(c);
    let filled = |have: &str| {
        have.chars().all(plain) && have.chars().any(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let mut wanted = template.split('/');
    path.split('/').all(|have| match wanted.next() {
        Some(want) if want.starts_with('{') => filled(have),
        want => want == Some(have),
    }) && wanted.next().is_none()
}

#[inline]
fn foreign(problem: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("stored cursor {problem}"))
        .with_setting("cursor")
        .with_help("follow the list from its beginning")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_the_list_fits() {
        let check = |path: &str, expect: bool| {
            assert_eq!(fits(path, "/users/{id}/projects"), expect, "{path}");
        };
        check("/users/7/projects", true);
        check("/users/some%20body/projects", true);
        check("/users/_/projects", true);
        for path in [
            "/users//projects",
            "/users/../projects",
            "/users/7",
            "/users/7/projects/8",
            "/users/7/projects/",
            "/users/7?x=/projects",
            "/users/7#/projects",
            "//host/users/7/projects",
            "users/7/projects",
            "",
        ] {
            check(path, false);
        }
        assert!(fits("/observations", "/observations"));
        assert!(!fits("/observation", "/observations"));
    }
}
