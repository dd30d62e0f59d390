//! The common part of all operations: path, version, parameters, and the position in a list.

use auth_core::{BaseUrl, CallPolicy, Error, ErrorKind, PageParts, Paged, Query, Request};
use http::Method;

use crate::{
    envelope::Envelope,
    path::{API, path_below_rest},
    version::Version,
};

/// The fields of an operation that do not depend on its output type.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallParts {
    /// With the placeholder `{version}`.
    path: String,
    version: Version,
    /// Whether V5 lacks the filters of [`NOT_IN_V5`] here.
    lacks_v5_filters: bool,
    /// Whether the token is optional.
    optional_token: bool,
    position: Position,
}

/// How far a list was followed.
#[derive(Clone, Debug, Default)]
struct Position {
    total: Option<u64>,
    /// The fingerprint of the last page.
    last_page: Option<u64>,
    /// Whether the server returned the same page twice. The next request then fails.
    is_repeated: bool,
}

/// The filters that V5 removed (Info Flora's migration guide from V4 to V5).
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

    /// Rejects the filters that V5 removed.
    pub(crate) fn lacks_v5_filters(mut self) -> Self {
        self.lacks_v5_filters = true;
        self
    }

    /// Sends the session's token if it has one, and does not require it.
    pub(crate) fn optional_token(mut self) -> Self {
        self.optional_token = true;
        self
    }

    pub(crate) fn policy(&self) -> CallPolicy {
        match self.optional_token {
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
        if self.position.is_repeated {
            return Err(Error::new(
                ErrorKind::Malformed,
                "Info Flora returned the same page twice",
            )
            .with_setting("offset")
            .with_help("try again later, from the offset of the failed page"));
        }
        query.integer("limit")?;
        query.integer("offset")?;
        self.check_filters(query)?;
        path_below_rest(&self.path)?;
        let path_and_query = self.path_and(query);
        let below = path_and_query
            .strip_prefix("/rest/")
            .map_or(0, |_| "/rest".len());
        base.request(Method::GET, &path_and_query[below..])
    }

    /// Splits a page into its items and the operation for the next page; `None` at the end.
    ///
    /// The offset grows by the number of received items, so a server that returns fewer than
    /// `limit` causes no gaps. The list ends with an empty page or at the total. A duplicate page
    /// does not end it: the next request fails.
    pub(crate) fn split_page<P: Paged>(
        mut self,
        mut query: Query,
        page: Envelope<Vec<P::Item>>,
        wrap: impl FnOnce(Self, Query) -> P,
    ) -> PageParts<P> {
        let total = page.total().or(self.position.total);
        self.position.total = total;
        let repeated = self.position.last_page == Some(page.fingerprint());
        self.position.last_page = Some(page.fingerprint());
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
            self.position.is_repeated = true;
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
            (Version::V5, Some(name)) if self.lacks_v5_filters => Err(Error::new(
                ErrorKind::Usage,
                format!("V5 has no filter `{name}` and would return every record"),
            )
            .with_setting(*name)
            .with_help("use V4, or set V5's own filters with `param`")),
            _ => Ok(()),
        }
    }
}

/// Defines an operation: its struct, the common setters, and its `Operation` implementation.
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
            fn from_parts(call: crate::operation::CallParts, query: auth_core::Query) -> Self {
                Self { call, query, of: std::marker::PhantomData }
            }

            /// Sets a parameter that has no setter.
            #[must_use]
            pub fn param(
                mut self,
                name: impl Into<std::borrow::Cow<'static, str>>,
                value: impl std::fmt::Display,
            ) -> Self {
                self.query.set(name, value);
                self
            }

            /// Reads the response into another type: a struct of your own, or `serde_json::Value`.
            #[must_use]
            pub fn of<U>(self) -> $Name<U> {
                $Name::from_parts(self.call, self.query)
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
                Self::from_parts(self.call.clone(), self.query.clone())
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

/// Defines the setter of the version, for an operation whose path contains it.
macro_rules! versioned {
    ($Name:ident) => {
        impl<T> $Name<T> {
            /// Sets the version of the API.
            #[must_use]
            pub fn version(mut self, version: crate::version::Version) -> Self {
                self.call = self.call.version(version);
                self
            }
        }
    };
}

/// Implements `Paged` for a list that is followed by `offset`.
macro_rules! paged {
    ($Name:ident) => {
        impl<T: serde::de::DeserializeOwned> auth_core::Paged for $Name<T> {
            type Item = T;

            fn split_page(
                self,
                page: crate::envelope::Envelope<Vec<T>>,
            ) -> auth_core::PageParts<Self> {
                self.call.split_page(self.query, page, Self::from_parts)
            }
        }
    };
}
