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
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    operation::paging::{Position, Progress, Stuck},
    parameter::fields::Fields,
};

/// The version of the text. Other versions are rejected.
const VERSION: u64 = 1;

/// The parsed text.
#[derive(Serialize, Deserialize)]
pub(crate) struct Cursor<'a> {
    inat_cursor: u64,
    api: Cow<'a, str>,
    path: Cow<'a, str>,
    query: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The fields requested from v2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fields: Option<Value>,
    received: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<u64>,
    #[serde(default, skip_serializing_if = "is_zero")]
    before: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
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
            inat_cursor: VERSION,
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
    pub(crate) fn from_text(text: &'a str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Version {
            inat_cursor: u64,
        }
        let Ok(Version { inat_cursor }) = serde_json::from_str(text) else {
            return Err(foreign("is not a cursor, or is truncated"));
        };
        if inat_cursor != VERSION {
            return Err(foreign(&format!(
                "has version {inat_cursor}; this program reads version {VERSION}"
            )));
        }
        serde_json::from_str(text).map_err(|_| foreign("is incomplete"))
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

#[inline]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
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
