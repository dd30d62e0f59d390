//! The public taxonomy.

use auth_core::Query;

use crate::{envelope::Envelope, operation::CallParts, string_list::StringList};

operation! {
    /// Lists taxa by reference and rank: `GET /rest/public/{version}/taxonomy/taxa`.
    ///
    /// **Observed in public clients**: the path in V4, and the parameters. They sent a token. It is
    /// not known whether one is required, so it is optional: an anonymous session sends none. No
    /// client used `offset`, so this is not a paged list: set a `limit` that is high enough, or use
    /// [`Rest::list`](crate::Rest::list).
    ///
    /// ```
    /// use api_infoflora::taxonomy::Taxa;
    /// use auth_core::{BaseUrl, Operation};
    ///
    /// let base = BaseUrl::parse("https://obs.infoflora.ch/rest")?;
    /// let taxa = Taxa::new().lang("en").references(3).ranks([2263, 696]).limit(10_000);
    /// assert_eq!(
    ///     taxa.request(&base)?.uri(),
    ///     "https://obs.infoflora.ch/rest/public/v4/taxonomy/taxa?lang=en&references=3&ranks=2263,696&limit=10000"
    /// );
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub struct Taxa<T = Taxon> -> Envelope<Vec<T>>, Envelope::read;
}

versioned!(Taxa);

impl Taxa {
    /// Creates a request for all taxa that the service returns at once.
    #[must_use]
    pub fn new() -> Self {
        Self::from_parts(
            CallParts::new("/public/{version}/taxonomy/taxa").optional_token(),
            Query::default(),
        )
    }
}

impl Default for Taxa {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Taxa<T> {
    auth_core::parameters! {
        /// Sets the language of names. Observed: `en`.
        lang(&str);
        /// Sets the maximum number of taxa. Observed: 10000.
        limit(u64);
        /// Filters by reference, by number. Observed: 3.
        references(into StringList);
        /// Filters by rank, by number. Observed: 2263 and 696.
        ranks(into StringList);
    }
}

record! {
    /// A taxon. Only its number is a known field.
    pub struct Taxon {
        /// The number of the taxon, for the filter `taxa` of the observations. Observed in public
        /// clients.
        pub id: Option<u64>,
    }
}
