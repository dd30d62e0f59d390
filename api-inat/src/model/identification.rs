//! Identifications and comments.

use std::sync::Arc;

use super::{
    choice::Category,
    flag::{DateDetails, Flag, ModeratorAction, Vote},
    moment::Moment,
    observation::Observation,
    taxon::Taxon,
    user::User,
};

record! {
    /// A taxon that a user assigns to an observation.
    pub struct Identification {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The id of the observation.
        pub observation_id: Option<u64>,
        /// The observation, in a search for identifications.
        pub observation: Option<Box<Observation>>,
        /// The id of the taxon.
        pub taxon_id: Option<u64>,
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// The id of the observation's previous taxon.
        pub previous_observation_taxon_id: Option<u64>,
        /// The observation's previous taxon.
        pub previous_observation_taxon: Option<Arc<Taxon>>,
        /// The author.
        pub user: Option<Arc<User>>,
        /// The id of the author.
        pub user_id: Option<u64>,
        /// The explanation.
        pub body: Option<Box<str>>,
        /// The effect on the observation.
        pub category: Option<Category>,
        /// It is current. Only the latest identification of each user is.
        pub current: Option<bool>,
        /// Its taxon is the taxon of the observation.
        pub current_taxon: Option<bool>,
        /// It is by the observer.
        pub own_observation: Option<bool>,
        /// It disagrees that the evidence allows a narrower taxon.
        pub disagreement: Option<bool>,
        /// It was chosen from iNaturalist's own suggestions.
        pub vision: Option<bool>,
        /// It is an example of how to identify the taxon.
        pub exemplar_identification: Option<Box<ExemplarIdentification>>,
        /// The taxon change that created it.
        pub taxon_change: Option<TaxonChange>,
        /// The id of that taxon change.
        pub taxon_change_id: Option<u64>,
        /// The type of that taxon change.
        pub taxon_change_type: Option<Box<str>>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The same, by component.
        pub created_at_details: Option<DateDetails>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
        /// The flags on it.
        pub flags: Vec<Flag>,
        /// It looks like spam.
        pub spam: Option<bool>,
        /// A moderator has hidden it.
        pub hidden: Option<bool>,
        /// The actions by moderators.
        pub moderator_actions: Vec<ModeratorAction>,
    }
}

record! {
    /// An identification that shows others how to identify its taxon.
    pub struct ExemplarIdentification {
        /// The id, which is not the id of the identification.
        pub id: u64,
        /// The identification, with its observation.
        pub identification: Option<Box<Identification>>,
        /// The user who nominated it.
        pub nominated_by_user: Option<Arc<User>>,
        /// The time of the nomination.
        pub nominated_at: Option<Moment>,
        /// The votes.
        pub votes: Vec<Vote>,
        /// The votes for it minus the votes against it.
        pub cached_votes_total: Option<i64>,
    }
}

record! {
    /// A taxon change: a split, a merger, a new name.
    pub struct TaxonChange {
        /// The id.
        pub id: u64,
        /// The type, such as `TaxonSwap`.
        pub r#type: Option<Box<str>>,
    }
}

record! {
    /// A comment on an observation, a journal post or another record.
    pub struct Comment {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The type of the record that it comments on.
        pub parent_type: Option<Box<str>>,
        /// The id of that record.
        pub parent_id: Option<u64>,
        /// The text.
        pub body: Option<Box<str>>,
        /// The same, as HTML.
        pub html: Option<Box<str>>,
        /// The author.
        pub user: Option<Arc<User>>,
        /// The id of the author.
        pub user_id: Option<u64>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The same.
        pub created_at_utc: Option<Moment>,
        /// The same, by component.
        pub created_at_details: Option<DateDetails>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
        /// The same, by component.
        pub updated_at_details: Option<DateDetails>,
        /// The flags on it.
        pub flags: Vec<Flag>,
        /// A moderator has hidden it.
        pub hidden: Option<bool>,
        /// The actions by moderators.
        pub moderator_actions: Vec<ModeratorAction>,
    }
}
