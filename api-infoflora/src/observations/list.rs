//! The list of observations, and the cursor of its own pages.

use std::{borrow::Cow, fmt, marker::PhantomData};

use auth_core::{Base, Error, ErrorKind, Manner, Operation, Paged, Query, Request, Response, Turn};
use http::Method;
use serde::de::DeserializeOwned;

use super::observation::Observation;
use crate::{API, Envelope, Joined, Version};

/// `GET /rest/{version}/observations`: the observations that the account may see.
///
/// The path is Info Flora's documented one. The parameters were **seen in public clients** and have their names; what is
/// not here goes through [`param`](Self::param). The service seems to pass over parameters it does not know, so a
/// misspelt filter gives *unfiltered* data.
///
/// # Versions
/// V4 is the default, as on Info Flora's page on authentication. V5 removed the list filters `taxa`, `projects` and
/// `observers` (migration guide) for a syntax that is not known here: with V5 they are refused before anything is sent.
///
/// # Pages
/// The list is followed by `offset`, which goes on by the number of observations that **came**: a server that gives fewer
/// than `limit` makes no holes. It ends with an empty page or at the total, where the answer has one. A page that comes
/// twice is an error.
///
/// ```
/// use api_infoflora::{Version, observations::List};
/// use auth_core::{Base, Operation};
///
/// let base = Base::parse("https://obs.infoflora.ch/rest")?;
/// let list = List::new().projects([1, 2]).limit(100);
/// assert_eq!(
///     list.request(&base)?.uri(),
///     "https://obs.infoflora.ch/rest/v4/observations?projects=1,2&limit=100"
/// );
/// assert!(list.version(Version::V5).request(&base).is_err());
/// # Ok::<(), auth_core::Error>(())
/// ```
pub struct List<T = Observation> {
    version: Version,
    query: Query,
    total: Option<u64>,
    last: Option<u64>,
    repeated: bool,
    of: PhantomData<fn() -> T>,
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

impl List {
    /// All observations.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Default for List {
    fn default() -> Self {
        Self {
            version: Version::default(),
            query: Query::default(),
            total: None,
            last: None,
            repeated: false,
            of: PhantomData,
        }
    }
}

impl<T> List<T> {
    auth_core::parameters! {
        /// How many observations a page has. The server's default and maximum are not known.
        limit(u64);
        /// How many observations to pass over. Following the list counts by itself.
        offset(u64);
        /// In one of these projects. V4.
        projects(into Joined);
        /// By one of these observers. V4.
        observers(into Joined);
        /// Of one of these relevés.
        releves_ids(into Joined);
        /// Of one of these taxa. V4.
        taxa(into Joined);
        /// How `taxa` is understood: `synonyms` was seen.
        taxa_matching(&str);
        /// Which references the relations between taxa are taken from.
        taxa_relations_references(into Joined);
        /// The coordinate system of the answer, by its EPSG number: 2056 (CH1903+/LV95, metres) or 4326 (WGS 84, degrees).
        srid(u32);
        /// Asks for the totals, which V5 leaves out otherwise.
        with_total(bool);
    }

    /// The version of the API.
    #[must_use]
    pub fn version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// A parameter that has no setter here.
    #[must_use]
    pub fn param(mut self, name: impl Into<Cow<'static, str>>, value: impl fmt::Display) -> Self {
        self.query.set(name, value);
        self
    }

    /// Reads the observations into another type: a struct of the caller's own, or `serde_json::Value`.
    #[must_use]
    pub fn of<U>(self) -> List<U> {
        List {
            version: self.version,
            query: self.query,
            total: self.total,
            last: self.last,
            repeated: self.repeated,
            of: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Operation for List<T> {
    type Output = Envelope<Vec<T>>;

    fn manner(&self) -> Manner {
        Manner::read(API)
    }

    fn request(&self, base: &Base) -> Result<Request, Error> {
        if self.repeated {
            return Err(Error::new(
                ErrorKind::Malformed,
                "Info Flora gave the same page again in place of the next one",
            )
            .setting("offset")
            .advice("try again later from the offset that was reached"));
        }
        self.query.number("limit")?;
        self.query.number("offset")?;
        let gone = NOT_IN_V5.iter().find(|name| self.query.get(name).is_some());
        if let (Version::V5, Some(name)) = (self.version, gone) {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("V5 has no filter `{name}`: it would give everything"),
            )
            .setting(*name)
            .advice("use V4, or V5's own filters through `param`"));
        }
        let path = format!("/{}/observations", self.version);
        base.request(Method::GET, &self.query.behind(&path))
    }

    fn parse(&self, response: Response) -> Result<Envelope<Vec<T>>, Error> {
        Envelope::read(&response)
    }
}

impl<T: DeserializeOwned> Paged for List<T> {
    type Item = T;

    fn turn(mut self, page: Envelope<Vec<T>>) -> Turn<Self> {
        let total = page.total().or(self.total);
        self.total = total;
        let end = |items| Turn {
            items,
            total,
            next: None,
        };
        if page.data.is_empty() {
            return end(page.data);
        }
        if self.last == Some(page.fingerprint()) {
            self.repeated = true;
            return Turn {
                items: Vec::new(),
                total,
                next: Some(self),
            };
        }
        self.last = Some(page.fingerprint());
        let reached = self.query.number("offset").ok().flatten().unwrap_or(0);
        let reached = reached.saturating_add(page.data.len() as u64);
        if total.is_some_and(|total| reached >= total) {
            return end(page.data);
        }
        self.query.set("offset", reached);
        Turn {
            items: page.data,
            total,
            next: Some(self),
        }
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self {
            version: self.version,
            query: self.query.clone(),
            total: self.total,
            last: self.last,
            repeated: self.repeated,
            of: PhantomData,
        }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = format!("/{}/observations", self.version);
        f.debug_struct("List")
            .field("request", &self.query.behind(&path))
            .field("total", &self.total)
            .field("repeated", &self.repeated)
            .finish_non_exhaustive()
    }
}
