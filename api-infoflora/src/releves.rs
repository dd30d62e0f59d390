//! Relevés: surveys of a plot, which observations belong to.

use auth_core::Query;

use crate::{envelope::Envelope, operation::CallParts, string_list::StringList};

operation! {
    /// Lists the relevés that the account may see: `GET /rest/{version}/releves`.
    ///
    /// **Observed in public clients**: the path in V4, and the parameters. It is not known whether
    /// V5 has it; with V5, the filters that V5 removed from the observations fail here as well.
    /// Pages work as in [`observations::List`](crate::observations::List).
    ///
    /// ```
    /// use api_infoflora::releves::List;
    /// use auth_core::{BaseUrl, Operation};
    ///
    /// let base = BaseUrl::parse("https://obs.infoflora.ch/rest")?;
    /// let list = List::new().projects(7).after("2026-01-31");
    /// assert_eq!(
    ///     list.request(&base)?.uri(),
    ///     "https://obs.infoflora.ch/rest/v4/releves?projects=7&after=2026-01-31"
    /// );
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    pub struct List<T = Releve> -> Envelope<Vec<T>>, Envelope::read;
}

versioned!(List);

paged!(List);

impl List {
    /// Creates a list of all relevés.
    #[must_use]
    pub fn new() -> Self {
        let call = CallParts::new("/{version}/releves").lacks_v5_filters();
        Self::from_parts(call, Query::default())
    }
}

impl Default for List {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> List<T> {
    auth_core::parameters! {
        /// Sets the page size.
        limit(u64);
        /// Sets the offset of the first page. Later pages set it automatically.
        offset(u64);
        /// Filters by date: since this day, `YYYY-MM-DD`. It is not known whether that is the day
        /// of the survey or of its last change.
        after(&str);
        /// Filters by project: one of these. V4 only.
        projects(into StringList);
        /// Filters by observer: one of these. V4 only.
        observers(into StringList);
    }
}

record! {
    /// A relevé. All fields were observed in public clients of V4; their types follow from their
    /// use there.
    pub struct Releve {
        /// The number of the relevé: an observation's `releve_id`.
        pub id: Option<u64>,
        /// The name of the relevé.
        pub name: Option<String>,
        /// The area of the plot, in an unknown unit, probably square metres.
        pub surface: Option<f64>,
        /// The time of the last change, in the service's format.
        pub last_modified_when: Option<String>,
    }
}
