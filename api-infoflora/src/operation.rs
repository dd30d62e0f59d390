//! What every operation here is made of: a path, a version, parameters, and for a list the place it has reached.

use auth_core::{BaseUrl, CallPolicy, Error, ErrorKind, PageParts, Paged, Query, Request};
use http::Method;

use crate::{
    envelope::Envelope,
    path::{API, below_rest},
    version::Version,
};

/// The part of an operation that has no type of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallParts {
    /// With `{version}` where the version stands.
    path: String,
    version: Version,
    /// Whether V5's missing filters are known to be missing here.
    filtered: bool,
    /// Whether it works without a token.
    optional: bool,
    place: Place,
}

/// How far a list was followed.
#[derive(Clone, Debug, Default)]
struct Place {
    total: Option<u64>,
    last: Option<u64>,
    repeated: bool,
}

/// What V5 no longer knows (Info Flora's migration guide from V4 to V5).
const NOT_IN_V5: [&str; 6] = [
    "taxa",
    "projects",
    "observers",
    "ids",
    "cantons",
    "municipalities",
];

impl CallParts {
    pub(crate) fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    /// With V5, the filters that it removed are refused.
    pub(crate) fn filtered(mut self) -> Self {
        self.filtered = true;
        self
    }

    /// A token is sent where there is one, and is not needed.
    pub(crate) fn token_optional(mut self) -> Self {
        self.optional = true;
        self
    }

    pub(crate) fn policy(&self) -> CallPolicy {
        match self.optional {
            true => CallPolicy::read(API).with_optional_token(),
            false => CallPolicy::read(API),
        }
    }

    pub(crate) fn version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    pub(crate) fn path_and(&self, query: &Query) -> String {
        query.append_to(&self.path.replace("{version}", &self.version.to_string()))
    }

    pub(crate) fn get(&self, query: &Query, base: &BaseUrl) -> Result<Request, Error> {
        if self.place.repeated {
            return Err(Error::new(
                ErrorKind::Malformed,
                "Info Flora gave the same page again in place of the next one",
            )
            .with_setting("offset")
            .with_help("try again later from the offset that was reached"));
        }
        query.integer("limit")?;
        query.integer("offset")?;
        self.check_filters(query)?;
        below_rest(&self.path)?;
        let path_and_query = self.path_and(query);
        let below = path_and_query
            .strip_prefix("/rest/")
            .map_or(0, |_| "/rest".len());
        base.request(Method::GET, &path_and_query[below..])
    }

    /// Turns a page: its items, and the call at what comes after it; `None` at the end.
    ///
    /// It goes on by the number of items that came: a server that gives fewer than `limit` makes no holes. It ends with an
    /// empty page or at the total. A page that comes twice is no end: the next request is the error.
    pub(crate) fn split_page<P: Paged>(
        mut self,
        mut query: Query,
        page: Envelope<Vec<P::Item>>,
        wrap: impl FnOnce(Self, Query) -> P,
    ) -> PageParts<P> {
        let total = page.total().or(self.place.total);
        self.place.total = total;
        let repeated = self.place.last == Some(page.fingerprint());
        self.place.last = Some(page.fingerprint());
        let mut items = page.data;
        let reached = query.integer("offset").ok().flatten().unwrap_or(0);
        let reached = reached.saturating_add(items.len() as u64);
        if items.is_empty() || (!repeated && total.is_some_and(|total| reached >= total)) {
            return PageParts {
                items,
                total,
                next: None,
            };
        }
        if repeated {
            self.place.repeated = true;
            items.clear();
        } else {
            query.set("offset", reached);
        }
        PageParts {
            items,
            total,
            next: Some(wrap(self, query)),
        }
    }

    fn check_filters(&self, query: &Query) -> Result<(), Error> {
        let gone = NOT_IN_V5.iter().find(|name| query.get(name).is_some());
        match (self.version, gone) {
            (Version::V5, Some(name)) if self.filtered => Err(Error::new(
                ErrorKind::Usage,
                format!("V5 has no filter `{name}`: it would give everything"),
            )
            .with_setting(*name)
            .with_help("use V4, or V5's own filters through `param`")),
            _ => Ok(()),
        }
    }
}

/// An operation: its struct, the setters that every one has, how it is sent and read.
macro_rules! operation {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident<T = $Default:ty> -> $Output:ty, $read:path;
    ) => {
        $(#[$meta])*
        pub struct $Name<T = $Default> {
            call: crate::operation::CallParts,
            query: auth_core::Query,
            of: std::marker::PhantomData<fn() -> T>,
        }

        impl<T> $Name<T> {
            fn made(call: crate::operation::CallParts, query: auth_core::Query) -> Self {
                Self { call, query, of: std::marker::PhantomData }
            }

            /// A parameter that has no setter here.
            #[must_use]
            pub fn param(
                mut self,
                name: impl Into<std::borrow::Cow<'static, str>>,
                value: impl std::fmt::Display,
            ) -> Self {
                self.query.set(name, value);
                self
            }

            /// Reads into another type: a struct of the caller's own, or `serde_json::Value`.
            #[must_use]
            pub fn of<U>(self) -> $Name<U> {
                $Name::made(self.call, self.query)
            }
        }

        impl<T: serde::de::DeserializeOwned> auth_core::Operation for $Name<T> {
            type Output = $Output;

            fn policy(&self) -> auth_core::CallPolicy {
                self.call.policy()
            }

            fn request(&self, base: &auth_core::BaseUrl) -> Result<auth_core::Request, auth_core::Error> {
                self.call.get(&self.query, base)
            }

            fn parse(&self, response: auth_core::Response) -> Result<$Output, auth_core::Error> {
                $read(&response)
            }
        }

        impl<T> Clone for $Name<T> {
            fn clone(&self) -> Self {
                Self::made(self.call.clone(), self.query.clone())
            }
        }

        impl<T> std::fmt::Debug for $Name<T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($Name))
                    .field("request", &self.call.path_and(&self.query))
                    .field("call", &self.call)
                    .finish_non_exhaustive()
            }
        }
    };
}

/// The setter of an operation whose path has the version in it.
macro_rules! versioned {
    ($Name:ident) => {
        impl<T> $Name<T> {
            /// The version of the API.
            #[must_use]
            pub fn version(mut self, version: crate::version::Version) -> Self {
                self.call = self.call.version(version);
                self
            }
        }
    };
}

/// A list that is followed by `offset`.
macro_rules! paged {
    ($Name:ident) => {
        impl<T: serde::de::DeserializeOwned> auth_core::Paged for $Name<T> {
            type Item = T;

            fn split_page(
                self,
                page: crate::envelope::Envelope<Vec<T>>,
            ) -> auth_core::PageParts<Self> {
                self.call.split_page(self.query, page, Self::made)
            }
        }
    };
}
