//! The names of an atlas: the taxa with units in it.

use std::fmt;

use auth_core::Query;

use crate::{envelope::Envelope, operation::CallParts};

operation! {
    /// Lists the taxa of an atlas: `GET /rest/{version}/communities/0/public/atlases/{id}/names`.
    ///
    /// Pages work as in [`observations::List`](crate::observations::List).
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
    /// Creates a list of the names of this atlas.
    #[must_use]
    pub fn of_atlas(id: impl fmt::Display) -> Self {
        Self::from_parts(
            CallParts::new(super::names_of(id)).optional_token(),
            Query::default(),
        )
    }
}

impl<T> Names<T> {
    auth_core::parameters! {
        /// Sets the page size.
        limit(u64);
        /// Sets the offset of the first page. Later pages set it automatically.
        offset(u64);
        /// Requests the totals.
        with_total(bool);
        /// Sets the number of the atlas again, as one client did. Its effect is not known.
        id(u64);
        /// Sets the number of the atlas again, as one client did. Its effect is not known.
        atlas_id(u64);
    }
}

record! {
    /// A name of an atlas.
    pub struct Name {
        /// The number of the taxon, for [`Units`](super::Units).
        pub taxon_id: Option<u64>,
    }
}
