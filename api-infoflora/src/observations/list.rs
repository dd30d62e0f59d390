//! The list of observations.

use auth_core::Query;

use super::observation::Observation;
use crate::{envelope::Envelope, operation::CallParts, string_list::StringList};

operation! {
    /// Lists the observations that the account may see: `GET /rest/{version}/observations`.
    ///
    /// Info Flora documents the path in V4; its migration guide names V5 of the same API, without
    /// the path. The parameters were **observed in public clients** and have their names; set
    /// others with [`param`](Self::param). The service seems to ignore unknown parameters, so a
    /// misspelt filter returns *unfiltered* data.
    ///
    /// # Versions
    /// V4 is the default, as on Info Flora's page on authentication. V5 replaced the list filters
    /// `taxa`, `projects` and `observers` (migration guide) by a syntax that is not known. With V5
    /// they fail before anything is sent.
    ///
    /// # Pages
    /// The list is followed by `offset`, which grows by the number of **received** observations, so
    /// a server that returns fewer than `limit` causes no gaps. It ends with an empty page or at
    /// the total, if the response has one. A duplicate page is an error.
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
    /// Creates a list of all observations.
    #[must_use]
    pub fn new() -> Self {
        Self::from_parts(
            CallParts::new("/{version}/observations").lacks_v5_filters(),
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
        /// Sets the page size. The server's default and maximum are not known.
        limit(u64);
        /// Sets the offset of the first page. Later pages set it automatically.
        offset(u64);
        /// Filters by project: one of these. V4 only.
        projects(into StringList);
        /// Filters by observer: one of these. V4 only.
        observers(into StringList);
        /// Filters by relevé: one of these.
        releves_ids(into StringList);
        /// Filters by taxon: one of these. V4 only.
        taxa(into StringList);
        /// Sets how `taxa` is matched. Observed: `synonyms`.
        taxa_matching(&str);
        /// Sets the references that define the relations between taxa.
        taxa_relations_references(into StringList);
        /// Sets the coordinate system of the response by its EPSG number: 2056 (CH1903+/LV95,
        /// metres) or 4326 (WGS 84, degrees).
        srid(u32);
        /// Requests the totals, which V5 omits otherwise (Info Flora's migration guide).
        with_total(bool);
    }
}
