//! Relevés: surveys of a plot, that observations belong to.

use auth_core::Query;

use crate::{envelope::Envelope, operation::CallParts, string_list::StringList};

operation! {
    /// `GET /rest/{version}/releves`: the relevés that the account may see.
    ///
    /// **Seen in public clients**: the path in V4, and the parameters. V5 is not known to have it; the filters that V5 removed
    /// from the observations are refused with it here as well. Pages are followed as those of
    /// [`observations::List`](crate::observations::List) are.
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
    /// All relevés.
    #[must_use]
    pub fn new() -> Self {
        let call = CallParts::new("/{version}/releves").filtered();
        Self::made(call, Query::default())
    }
}

impl Default for List {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> List<T> {
    auth_core::parameters! {
        /// How many relevés a page has.
        limit(u64);
        /// How many relevés to pass over. Following the list counts by itself.
        offset(u64);
        /// Since this day, `YYYY-MM-DD`. Whether that is the day of the survey or of its last change is not known.
        after(&str);
        /// In one of these projects. V4.
        projects(into StringList);
        /// By one of these observers. V4.
        observers(into StringList);
    }
}

record! {
    /// A relevé. All fields were seen in public clients of V4; their types are what those do with them.
    pub struct Releve {
        /// Its number: an observation's `releve_id`.
        pub id: Option<u64>,
        /// Its name.
        pub name: Option<String>,
        /// The plot's area. The unit is not known; square metres are likely.
        pub surface: Option<f64>,
        /// When it was last changed, as the service writes it.
        pub last_modified_when: Option<String>,
    }
}
