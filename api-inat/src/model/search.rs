//! What a search over several kinds of records finds.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{place::Place, project::Project, record::Identified, taxon::Taxon, user::User};

record! {
    /// Something that a search over several kinds of records found.
    pub struct Found {
        /// How well it fits; more is better.
        pub score: Option<f64>,
        /// What kind of record it is: `Taxon`, `Place`, `Project`, `User`.
        pub r#type: Option<Box<str>>,
        /// The words of it that fit.
        pub matches: Vec<Box<str>>,
        /// The record, as it came; [`taxon`](Self::taxon) and its like read it.
        pub record: Option<Value>,
    }
}

impl Found {
    /// The record, if it is a taxon.
    #[inline]
    #[must_use]
    pub fn taxon(&self) -> Option<Taxon> {
        self.read("Taxon")
    }

    /// The record, if it is a place.
    #[inline]
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.read("Place")
    }

    /// The record, if it is a project.
    #[inline]
    #[must_use]
    pub fn project(&self) -> Option<Project> {
        self.read("Project")
    }

    /// The record, if it is a person.
    #[inline]
    #[must_use]
    pub fn user(&self) -> Option<User> {
        self.read("User")
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
        self.record.as_ref()?.id()
    }
}
