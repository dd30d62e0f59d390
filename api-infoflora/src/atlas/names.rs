//! The names of an atlas: the taxa that it has units for.

use std::fmt;

use auth_core::Query;

use crate::{envelope::Envelope, operation::CallParts};

operation! {
    /// `GET /rest/{version}/communities/0/public/atlases/{id}/names`: the taxa of an atlas.
    ///
    /// Pages are followed as those of [`observations::List`](crate::observations::List) are.
    ///
    /// ```
    /// use api_infoflora::atlas::Names;
    /// use auth_core::{BaseUrl, Operation};
    ///
    /// let base = BaseUrl::parse("https://obs.infoflora.ch/rest")?;
    /// assert_eq!(
    ///     Names::of_atlas(2).limit(1000).with_total(true).request(&base)?.uri(),
    ///     "https://obs.infoflora.ch/rest/v4/communities/0/public/atlases/2/names?limit=1000&with_total=true"
    /// );
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub struct Names<T = Name> -> Envelope<Vec<T>>, Envelope::read;
}

versioned!(Names);

paged!(Names);

impl Names {
    /// The names of this atlas.
    #[must_use]
    pub fn of_atlas(id: impl fmt::Display) -> Self {
        Self::made(
            CallParts::new(super::names_of(id)).token_optional(),
            Query::default(),
        )
    }
}

impl<T> Names<T> {
    auth_core::parameters! {
        /// How many names a page has.
        limit(u64);
        /// How many names to pass over. Following the list counts by itself.
        offset(u64);
        /// Asks for the totals.
        with_total(bool);
        /// A client sent the atlas's number here as well; what it does is not known.
        id(u64);
        /// A client sent the atlas's number here as well; what it does is not known.
        atlas_id(u64);
    }
}

record! {
    /// A name of an atlas.
    pub struct Name {
        /// The taxon's number, which its units are asked for by.
        pub taxon_id: Option<u64>,
    }
}
