//! Query parameters, in the order in which they were set, and their encoding in a URL.

use std::{borrow::Cow, fmt, fmt::Write as _};

use crate::error::{Error, ErrorKind};

/// Writes setters for a struct with a field `query` of type [`Query`]. Each line gives the docs,
/// the service's name of the parameter, and the type. `into` before the type accepts what converts
/// into it.
///
/// ```
/// #[derive(Default)]
/// struct Search {
///     query: auth_core::Query,
/// }
///
/// impl Search {
///     auth_core::parameters! {
///         /// Observed by this user.
///         user_login(into String);
///         /// With photos.
///         photos(bool);
///     }
/// }
///
/// let search = Search::default().user_login("me").photos(true);
/// assert_eq!(search.query.append_to("/observations"), "/observations?user_login=me&photos=true");
/// ```
#[macro_export]
macro_rules! parameters {
    ($($(#[$meta:meta])* $name:ident($($kind:tt)+);)*) => {
        $($crate::parameters!(@ $(#[$meta])* $name $($kind)+);)*
    };
    (@ $(#[$meta:meta])* $name:ident into $Type:ty) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(mut self, value: impl Into<$Type>) -> Self {
            self.query.set(stringify!($name).trim_start_matches("r#"), value.into());
            self
        }
    };
    (@ $(#[$meta:meta])* $name:ident $Type:ty) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(mut self, value: $Type) -> Self {
            self.query.set(stringify!($name).trim_start_matches("r#"), value);
            self
        }
    };
}

/// The query parameters of an operation. Setting one again replaces its value and keeps its
/// position.
///
/// ```
/// let mut query = auth_core::Query::default();
/// query.set("taxon_name", "Käfer & Co");
/// query.set("d1", "2026-01-02T03:04:05+01:00");
/// assert_eq!(
///     query.append_to("/observations"),
///     "/observations?taxon_name=K%C3%A4fer%20%26%20Co&d1=2026-01-02T03:04:05%2B01:00"
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Query(Vec<(Cow<'static, str>, String)>);

impl Query {
    /// Sets a parameter, replacing an earlier value.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl fmt::Display) {
        let (name, value) = (name.into(), value.to_string());
        match self.0.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Removes a parameter.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| n != name);
    }

    /// Returns the value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Iterates over names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Returns the value of a parameter that must be an integer. `None` if it is not set.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the value is not an unsigned integer.
    pub fn integer(&self, name: &'static str) -> Result<Option<u64>, Error> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            let what = format!("`{name}` must be an integer, got `{text}`");
            Error::new(ErrorKind::Usage, what).with_setting(name)
        })
    }

    /// Returns `path?query`, percent-encoded (RFC 3986 section 2.1). Commas and colons are not
    /// encoded: RFC 3986 allows them, and lists and times remain readable.
    #[must_use]
    pub fn append_to(&self, path: &str) -> String {
        let mut out = path.to_owned();
        for (place, (name, value)) in self.0.iter().enumerate() {
            out.push(if place == 0 { '?' } else { '&' });
            encode(&mut out, name);
            out.push('=');
            encode(&mut out, value);
        }
        out
    }

    /// Encodes `text` as one segment of a path.
    #[must_use]
    pub fn path_segment(text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        encode(&mut out, text);
        out
    }
}

fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' | b':' => {
                out.push(char::from(byte));
            }
            _ => write!(out, "%{byte:02X}").expect("a string takes everything"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_reserved_is_encoded() {
        let check = |text: &str, expect: &str| assert_eq!(Query::path_segment(text), expect);
        check("A-z0.9_~", "A-z0.9_~");
        check("a b+c&d=e#f?g/h%", "a%20b%2Bc%26d%3De%23f%3Fg%2Fh%25");
        check("1,2", "1,2");
        check("2026-01-02T03:04:05+01:00", "2026-01-02T03:04:05%2B01:00");
        check("Käfer", "K%C3%A4fer");
    }

    #[test]
    fn the_last_value_counts_and_keeps_its_place() {
        let mut query = Query::default();
        assert_eq!(query.append_to("/x"), "/x");
        query.set("a", 1);
        query.set("b", "y z");
        query.set("a", true);
        assert_eq!(query.append_to("/x"), "/x?a=true&b=y%20z");
        query.remove("a");
        assert_eq!((query.get("a"), query.get("b")), (None, Some("y z")));
        assert_eq!(query.iter().collect::<Vec<_>>(), [("b", "y z")]);
        let error = query.integer("b").expect_err("no number");
        assert_eq!(error.setting(), Some("b"));
    }
}
