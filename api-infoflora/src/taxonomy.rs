//! The public taxonomy.

use auth_core::Query;

use crate::{envelope::Envelope, operation::CallParts, string_list::StringList};

operation! {
    /// `GET /rest/public/{version}/taxonomy/taxa`: taxa, by reference and rank.
    ///
    /// **Seen in public clients**: the path in V4, and the parameters. They sent a token; whether one is needed is not known,
    /// so that an account sends its own and an anonymous client none. No client followed it by `offset`, so it is not followed
    /// here: ask with a `limit` that is high enough, or see [`Rest::list`](crate::Rest::list).
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
    /// All taxa that the service gives at once.
    #[must_use]
    pub fn new() -> Self {
        Self::made(
            CallParts::new("/public/{version}/taxonomy/taxa").token_optional(),
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
        /// The language of names: `en` was seen.
        lang(&str);
        /// How many taxa at most. 10000 was seen.
        limit(u64);
        /// Taken from these references, by number: 3 was seen.
        references(into StringList);
        /// Of these ranks, by number: 2263 and 696 were seen.
        ranks(into StringList);
    }
}

record! {
    /// A taxon. No field but its number is known.
    pub struct Taxon {
        /// Its number: the `taxa` of the observations. Seen in public clients.
        pub id: Option<u64>,
    }
}
