//! Identifications and comments: what people say about an observation.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    choice::Category,
    flag::{DateDetails, Flag, ModeratorAction},
    observation::Observation,
    taxon::Taxon,
    user::User,
};

record! {
    /// What somebody says an observation is.
    pub struct Identification {
        /// Its number.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// The observation's number.
        pub observation_id: Option<u64>,
        /// The observation, in a search for identifications.
        pub observation: Option<Box<Observation>>,
        /// What it is, by number.
        pub taxon_id: Option<u64>,
        /// What it is.
        pub taxon: Option<Arc<Taxon>>,
        /// What the observation was taken for before, by number.
        pub previous_observation_taxon_id: Option<u64>,
        /// What the observation was taken for before.
        pub previous_observation_taxon: Option<Arc<Taxon>>,
        /// Who says so.
        pub user: Option<Arc<User>>,
        /// Who says so, by number.
        pub user_id: Option<u64>,
        /// Why.
        pub body: Option<Box<str>>,
        /// What it does for the observation.
        pub category: Option<Category>,
        /// It stands; only the latest of each person does.
        pub current: Option<bool>,
        /// By the observer.
        pub own_observation: Option<bool>,
        /// It says that the wider taxon is as far as one can go.
        pub disagreement: Option<bool>,
        /// Chosen from the service's own suggestions.
        pub vision: Option<bool>,
        /// The change of taxa that made it.
        pub taxon_change: Option<TaxonChange>,
        /// The same by number.
        pub taxon_change_id: Option<u64>,
        /// What kind of change that is.
        pub taxon_change_type: Option<Box<str>>,
        /// When it was made.
        pub created_at: Option<Timestamp>,
        /// The same in pieces.
        pub created_at_details: Option<DateDetails>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
        /// What people have complained of.
        pub flags: Vec<Flag>,
        /// Looks like spam.
        pub spam: Option<bool>,
        /// Hidden by a moderator.
        pub hidden: Option<bool>,
        /// What moderators did.
        pub moderator_actions: Vec<ModeratorAction>,
    }
}

record! {
    /// A change of taxa: a split, a merger, a new name.
    pub struct TaxonChange {
        /// Its number.
        pub id: u64,
        /// Its kind, such as `TaxonSwap`.
        pub r#type: Option<Box<str>>,
    }
}

record! {
    /// A comment on an observation, a journal post or something else.
    pub struct Comment {
        /// Its number.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// What it is a comment on, by kind.
        pub parent_type: Option<Box<str>>,
        /// What it is a comment on, by number.
        pub parent_id: Option<u64>,
        /// What it says.
        pub body: Option<Box<str>>,
        /// The same as HTML.
        pub html: Option<Box<str>>,
        /// Who says it.
        pub user: Option<Arc<User>>,
        /// Who says it, by number.
        pub user_id: Option<u64>,
        /// When it was made.
        pub created_at: Option<Timestamp>,
        /// The same.
        pub created_at_utc: Option<Timestamp>,
        /// The same in pieces.
        pub created_at_details: Option<DateDetails>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
        /// The same in pieces.
        pub updated_at_details: Option<DateDetails>,
        /// What people have complained of.
        pub flags: Vec<Flag>,
        /// Hidden by a moderator.
        pub hidden: Option<bool>,
        /// What moderators did.
        pub moderator_actions: Vec<ModeratorAction>,
    }
}
