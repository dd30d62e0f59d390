//! The results of a search over several types of records.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{place::Place, project::Project, record::Identified, taxon::Taxon, user::User};

record! {
    /// A result of a search over several types of records.
    ///
    /// ```
    /// use api_inat::model::Found;
    ///
    /// let json = r#"{"score":9.5,"type":"Taxon","record":{"id":3,"name":"Aves"}}"#;
    /// let found: Found = serde_json::from_str(json)?;
    /// assert_eq!(found.taxon().and_then(|taxon| taxon.name).as_deref(), Some("Aves"));
    /// assert!(found.place().is_none());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Found {
        /// How well it matches; higher is better.
        pub score: Option<f64>,
        /// The type of the record: `Taxon`, `Place`, `Project`, `User`; in v2 in small letters.
        pub r#type: Option<Box<str>>,
        /// The words that match.
        pub matches: Vec<Box<str>>,
        /// The record as JSON, in v1; read it with [`taxon`](Self::taxon), [`place`](Self::place),
        /// [`project`](Self::project) or [`user`](Self::user).
        pub record: Option<Value>,
        /// The taxon, in v2.
        pub found_taxon = "taxon": Option<Arc<Taxon>>,
        /// The place, in v2.
        pub found_place = "place": Option<Box<Place>>,
        /// The project, in v2.
        pub found_project = "project": Option<Box<Project>>,
        /// The user, in v2.
        pub found_user = "user": Option<Arc<User>>,
    }
}

impl Found {
    /// Returns the record as a taxon. `None` if it is of another type.
    #[inline]
    #[must_use]
    pub fn taxon(&self) -> Option<Taxon> {
        let found = self.found_taxon.as_deref().cloned();
        found.or_else(|| self.read("Taxon"))
    }

    /// Returns the record as a place. `None` if it is of another type.
    #[inline]
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let found = self.found_place.as_deref().cloned();
        found.or_else(|| self.read("Place"))
    }

    /// Returns the record as a project. `None` if it is of another type.
    #[inline]
    #[must_use]
    pub fn project(&self) -> Option<Project> {
        let found = self.found_project.as_deref().cloned();
        found.or_else(|| self.read("Project"))
    }

    /// Returns the record as a user. `None` if it is of another type.
    #[inline]
    #[must_use]
    pub fn user(&self) -> Option<User> {
        let found = self.found_user.as_deref().cloned();
        found.or_else(|| self.read("User"))
    }

    fn read<T: DeserializeOwned>(&self, kind: &str) -> Option<T> {
        let record = self.record.as_ref()?;
        (self.r#type.as_deref() == Some(kind))
            .then(|| T::deserialize(record).ok())
            .flatten()
    }
}

impl Identified for Found {
    fn id(&self) -> Option<u64> {
        let found = self.record.as_ref().and_then(Identified::id);
        found
            .or_else(|| self.found_taxon.as_ref()?.id())
            .or_else(|| self.found_place.as_ref()?.id())
            .or_else(|| self.found_project.as_ref()?.id())
            .or_else(|| self.found_user.as_ref()?.id())
    }
}
