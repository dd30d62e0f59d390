//! The list of observations.

use auth_core::Query;

use super::observation::Observation;
use crate::{envelope::Envelope, operation::CallParts, string_list::StringList};

operation! {
    /// `GET /rest/{version}/observations`: the observations that the account may see.
    ///
    /// The path in V4 is Info Flora's documented one; its migration guide names V5 of the same API, without the path. The
    /// parameters were **seen in public clients** and have their names; what is not here goes through [`param`](Self::param).
    /// The service seems to pass over parameters it does not know, so a misspelt filter gives *unfiltered* data.
    ///
    /// # Versions
    /// V4 is the default, as on Info Flora's page on authentication. V5 removed the list filters `taxa`, `projects` and
    /// `observers` (migration guide) for a syntax that is not known here: with V5 they are refused before anything is sent.
    ///
    /// # Pages
    /// The list is followed by `offset`, which goes on by the number of observations that **came**: a server that gives fewer
    /// than `limit` makes no holes. It ends with an empty page or at the total, where the response has one. A page that comes
    /// twice is an error.
    ///
    /// ```
    /// use api_infoflora::{Version, observations::List};
    /// use auth_core::{BaseUrl, Operation};
    ///
    /// let base = BaseUrl::parse("https://obs.infoflora.ch/rest")?;
    /// let list = List::new().projects([1, 2]).limit(100);
    /// assert_eq!(
    ///     list.request(&base)?.uri(),
    ///     "https://obs.infoflora.ch/rest/v4/observations?projects=1,2&limit=100"
    /// );
    /// assert!(list.version(Version::V5).request(&base).is_err());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub struct List<T = Observation> -> Envelope<Vec<T>>, Envelope::read;
}

versioned!(List);

paged!(List);

impl List {
    /// All observations.
    #[must_use]
    pub fn new() -> Self {
        Self::made(
            CallParts::new("/{version}/observations").filtered(),
            Query::default(),
        )
    }
}

impl Default for List {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> List<T> {
    auth_core::parameters! {
        /// How many observations a page has. The server's default and maximum are not known.
        limit(u64);
        /// How many observations to pass over. Following the list counts by itself.
        offset(u64);
        /// In one of these projects. V4.
        projects(into StringList);
        /// By one of these observers. V4.
        observers(into StringList);
        /// Of one of these relevés.
        releves_ids(into StringList);
        /// Of one of these taxa. V4.
        taxa(into StringList);
        /// How `taxa` is understood: `synonyms` was seen.
        taxa_matching(&str);
        /// Which references the relations between taxa are taken from.
        taxa_relations_references(into StringList);
        /// The coordinate system of the response, by its EPSG number: 2056 (CH1903+/LV95, metres) or 4326 (WGS 84, degrees).
        srid(u32);
        /// Asks for the totals, which V5 leaves out otherwise (Info Flora's migration guide).
        with_total(bool);
    }
}
