//! The records of the API, tolerant by rule: only the id is required.
//!
//! Anything else may be absent or null. Numbers may come as text, an unknown value of an enumeration is kept as text, and
//! unknown fields are passed over. A value of a type that a field cannot hold counts as absent. So does a record
//! without its id that stands in another one or in a list; only one that was asked for by itself fails without it. Where these types do not
//! fit, a search reads into the caller's own: see [`Search::of`](crate::v1::observations::Search::of).
//!
//! Taxa and people lie in an [`Arc`](std::sync::Arc): an observation names most of them several times, with each identification and
//! with all ancestors, and those that are the same in every field are held once. To change one, take a copy of your own with
//! [`Arc::make_mut`](std::sync::Arc::make_mut).
//!
//! Moments are [`Timestamp`](jiff::Timestamp)s, so in UTC; days are [`Date`](jiff::civil::Date)s, local to the place. Lengths
//! are in metres, coordinates in degrees of WGS 84.

#[macro_use]
mod record;
#[macro_use]
pub(crate) mod choice;
mod account;
mod annotation;
mod count;
mod flag;
mod identification;
mod location;
mod message;
mod observation;
mod photo;
mod place;
mod project;
mod rank;
mod search;
mod suggestion;
mod taxon;
mod tile;
mod token;
pub(crate) mod tolerant;
mod user;

pub use account::{Announcement, Ping, ProviderAuthorization, Relationship};
pub use annotation::{
    Annotation, ControlledTerm, ObservationField, ObservationFieldValue, TermLabel,
};
pub use choice::{Category, Direction, Geoprivacy, IconicTaxon, License, QualityGrade};
pub use count::{
    CategoryCount, Count, Histogram, MapLayers, ObserverCount, PopularValue, RecentTaxon,
    TaxonCount, TaxonSummary, Taxonomy, TaxonomyTaxon, UserCount,
};
pub use flag::{DateDetails, Flag, ModeratorAction, QualityMetric, Vote};
pub use identification::{Comment, Identification, TaxonChange};
pub use location::Location;
pub use message::{
    Application, AuthorizedApplication, Message, Post, Subscription, Thread, Unread, Update,
};
pub use observation::{Observation, ObservationPreferences, Outlink};
pub use photo::{Dimensions, ObservationPhoto, ObservationSound, Photo, Sound, TaxonPhoto};
pub use place::{Nearby, NearbyPlaces, Place};
pub use project::{
    NonTraditionalProject, Project, ProjectAdmin, ProjectField, ProjectMember, ProjectObservation,
    ProjectObservationPreferences, ProjectRule, RulePreference, SearchParameter, SiteFeature,
};
pub use rank::Rank;
pub use record::{Identified, Shape};
pub use search::Found;
pub use suggestion::{Suggestion, Suggestions, TaxonSuggestion, TaxonSuggestions};
pub use taxon::{
    Color, ConservationStatus, EstablishmentMeans, FlagCounts, List, ListedTaxon, Taxon, TaxonName,
};
pub use tile::UtfGrid;
pub use token::{TokenApplication, TokenInfo};
pub use user::{Preferences, Site, TaxonNamePriority, User};

/// Every kind of record.
#[doc(hidden)]
pub const SHAPES: &[Shape] = &[
    Annotation::SHAPE,
    Announcement::SHAPE,
    Application::SHAPE,
    AuthorizedApplication::SHAPE,
    CategoryCount::SHAPE,
    Color::SHAPE,
    Comment::SHAPE,
    ConservationStatus::SHAPE,
    ControlledTerm::SHAPE,
    Count::SHAPE,
    DateDetails::SHAPE,
    Dimensions::SHAPE,
    EstablishmentMeans::SHAPE,
    Flag::SHAPE,
    FlagCounts::SHAPE,
    Found::SHAPE,
    Histogram::SHAPE,
    Identification::SHAPE,
    List::SHAPE,
    ListedTaxon::SHAPE,
    MapLayers::SHAPE,
    Message::SHAPE,
    ModeratorAction::SHAPE,
    Nearby::SHAPE,
    NearbyPlaces::SHAPE,
    NonTraditionalProject::SHAPE,
    Observation::SHAPE,
    ObservationField::SHAPE,
    ObservationFieldValue::SHAPE,
    ObservationPhoto::SHAPE,
    ObservationPreferences::SHAPE,
    ObservationSound::SHAPE,
    ObserverCount::SHAPE,
    Outlink::SHAPE,
    Photo::SHAPE,
    Ping::SHAPE,
    Place::SHAPE,
    PopularValue::SHAPE,
    Post::SHAPE,
    Preferences::SHAPE,
    Project::SHAPE,
    ProjectAdmin::SHAPE,
    ProjectField::SHAPE,
    ProjectMember::SHAPE,
    ProjectObservation::SHAPE,
    ProjectObservationPreferences::SHAPE,
    ProjectRule::SHAPE,
    ProviderAuthorization::SHAPE,
    QualityMetric::SHAPE,
    RecentTaxon::SHAPE,
    Relationship::SHAPE,
    RulePreference::SHAPE,
    SearchParameter::SHAPE,
    Site::SHAPE,
    SiteFeature::SHAPE,
    Sound::SHAPE,
    Subscription::SHAPE,
    Suggestion::SHAPE,
    Suggestions::SHAPE,
    Taxon::SHAPE,
    TaxonChange::SHAPE,
    TaxonCount::SHAPE,
    TaxonName::SHAPE,
    TaxonNamePriority::SHAPE,
    TaxonPhoto::SHAPE,
    TaxonSuggestion::SHAPE,
    TaxonSuggestions::SHAPE,
    TaxonSummary::SHAPE,
    Taxonomy::SHAPE,
    TaxonomyTaxon::SHAPE,
    TermLabel::SHAPE,
    Thread::SHAPE,
    TokenApplication::SHAPE,
    TokenInfo::SHAPE,
    Unread::SHAPE,
    Update::SHAPE,
    User::SHAPE,
    UserCount::SHAPE,
    UtfGrid::SHAPE,
    Vote::SHAPE,
];
