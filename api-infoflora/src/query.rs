//! The parameters of a request, in the order they were set, and how they are written into a URL.

use std::{borrow::Cow, fmt, fmt::Write as _};

use auth_core::{Error, ErrorKind};

/// Setters for a struct with a field `query`: a line of documentation, the service's own name, and the type that is taken,
/// after `into` if what turns into it is taken too.
macro_rules! parameters {
    ($($(#[$meta:meta])* $name:ident($($kind:tt)+);)*) => {
        $(parameters!(@ $(#[$meta])* $name $($kind)+);)*
    };
    (@ $(#[$meta:meta])* $name:ident into $Type:ty) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(mut self, value: impl Into<$Type>) -> Self {
            self.query.set(stringify!($name), value.into());
            self
        }
    };
    (@ $(#[$meta:meta])* $name:ident $Type:ty) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(mut self, value: $Type) -> Self {
            self.query.set(stringify!($name), value);
            self
        }
    };
}

/// Parameters. Setting one again replaces its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(Cow<'static, str>, String)>);

impl Query {
    pub(crate) fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl fmt::Display) {
        let (name, value) = (name.into(), value.to_string());
        match self.0.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A parameter that has to be a whole number, whoever set it.
    pub(crate) fn number(&self, name: &'static str) -> Result<Option<u64>, Error> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            Error::new(
                ErrorKind::Usage,
                format!("`{name}` is `{text}`, which is no whole number"),
            )
            .setting(name)
        })
    }

    /// The path with the parameters behind it, percent-encoded (RFC 3986 section 2.1). Commas stay as they are: lists are
    /// written with them, and public clients of Info Flora send them so.
    pub(crate) fn behind(&self, path: &str) -> String {
        let mut out = path.to_owned();
        for (place, (name, value)) in self.0.iter().enumerate() {
            out.push(if place == 0 { '?' } else { '&' });
            encode(&mut out, name);
            out.push('=');
            encode(&mut out, value);
        }
        out
    }
}

fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' => {
                out.push(char::from(byte));
            }
            _ => write!(out, "%{byte:02X}").expect("a string takes everything"),
        }
    }
}
