//! The records of the API, tolerant by rule: only the id is required.
//!
//! All other fields may be absent or null. Numbers may be text, unknown values of an enumeration
//! remain text, and unknown fields are ignored. A value that does not fit the type of its
//! field counts as absent.
//!
//! A record without its id is an error only as the whole response. Inside another record it has the
//! id 0, which no record of iNaturalist has. If these types do not fit, read into your own type:
//! see [`Search::of`](crate::v1::observations::Search::of).
//!
//! All of them are `Serialize`: what was read can be written, to JSON for example, and read again.
//! Absent fields are left out. serde_json reads a number with many digits, as in the boundary of a
//! place, up to its last bit; its feature `float_roundtrip` makes that exact. Moments and days are
//! written as text, choices as the API's own words.
//!
//! Texts are `Option<Box<str>>`, which takes less memory than a `String`: read them with
//! `as_deref()`, which returns `Option<&str>`.
//!
//! Taxa and users are in an [`Arc`](std::sync::Arc), because an observation repeats most of them:
//! with each identification and with all ancestors. Those that are equal in every field share one
//! allocation. To change one, copy it with [`Arc::make_mut`](std::sync::Arc::make_mut).
//!
//! A [`Moment`] has the instant and the offset of the local time. Days are
//! [`Date`](jiff::civil::Date)s, local to the location. Lengths are in metres, coordinates in
//! degrees of WGS 84.
//!
//! ```
//! use api_inat::model::Observation;
//!
//! let json = r#"{"id":7,"photos":null,"positional_accuracy":"12","new_field":1}"#;
//! let observation: Observation = serde_json::from_str(json)?;
//! assert_eq!(observation.positional_accuracy, Some(12.0));
//! assert!(observation.photos.is_empty());
//! # Ok::<(), serde_json::Error>(())
//! ```

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
mod moment;
mod observation;
mod photo;
mod place;
mod project;
mod rank;
mod search;
mod service;
mod suggestion;
mod summary;
mod taxon;
mod tile;
mod token;
pub(crate) mod tolerant;
mod user;
pub(crate) mod written;

pub use account::{
    Announcement, EmailAvailable, NotificationCounts, ProviderAuthorization, Relationship,
    SavedLocation,
};
pub use annotation::{
    Annotation, ControlledTerm, ObservationField, ObservationFieldValue, TermLabel,
};
pub use choice::{Category, Direction, Geoprivacy, IconicTaxon, License, QualityGrade};
pub use count::{
    CategoryCount, Count, Histogram, MapLayers, ObserverCount, PopularValue, ProjectCount,
    RecentTaxon, TaxonCount, TaxonSummary, Taxonomy, TaxonomyTaxon, UserCount,
};
pub use flag::{DateDetails, Flag, ModeratorAction, QualityMetric, Vote};
pub use identification::{Comment, ExemplarIdentification, Identification, TaxonChange};
pub use location::{Bounds, InvalidLocation, Location};
pub use message::{
    Application, AuthorizedApplication, Message, Post, Subscription, Thread, Unread, Update,
};
pub use moment::{InvalidMoment, Moment};
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
pub use service::{AppBuildInfo, BuildInfo, IpLocation, Language, Ping};
pub use suggestion::{LanguageMatch, Suggestion, Suggestions, TaxonSuggestion, TaxonSuggestions};
pub use summary::{IdSummary, IdSummaryReference, TaxonIdSummary};
pub use taxon::{
    Color, ConservationStatus, EstablishmentMeans, FlagCounts, List, ListedTaxon, Taxon, TaxonName,
};
pub use tile::UtfGrid;
pub use token::{TokenApplication, TokenInfo};
pub use user::{Preferences, Site, TaxonNamePriority, User};

/// Every type of record.
#[doc(hidden)]
pub const SHAPES: &[Shape] = &[
    Annotation::SHAPE,
    Announcement::SHAPE,
    AppBuildInfo::SHAPE,
    Application::SHAPE,
    AuthorizedApplication::SHAPE,
    Bounds::SHAPE,
    BuildInfo::SHAPE,
    CategoryCount::SHAPE,
    Color::SHAPE,
    Comment::SHAPE,
    ConservationStatus::SHAPE,
    ControlledTerm::SHAPE,
    Count::SHAPE,
    DateDetails::SHAPE,
    Dimensions::SHAPE,
    EmailAvailable::SHAPE,
    EstablishmentMeans::SHAPE,
    ExemplarIdentification::SHAPE,
    Flag::SHAPE,
    FlagCounts::SHAPE,
    Found::SHAPE,
    Histogram::SHAPE,
    IdSummary::SHAPE,
    IdSummaryReference::SHAPE,
    Identification::SHAPE,
    IpLocation::SHAPE,
    Language::SHAPE,
    LanguageMatch::SHAPE,
    List::SHAPE,
    ListedTaxon::SHAPE,
    MapLayers::SHAPE,
    Message::SHAPE,
    ModeratorAction::SHAPE,
    Nearby::SHAPE,
    NearbyPlaces::SHAPE,
    NonTraditionalProject::SHAPE,
    NotificationCounts::SHAPE,
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
    ProjectCount::SHAPE,
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
    SavedLocation::SHAPE,
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
    TaxonIdSummary::SHAPE,
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
