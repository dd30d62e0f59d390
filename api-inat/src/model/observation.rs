//! An observation.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};

use super::{
    annotation::{Annotation, ObservationFieldValue},
    choice::{Geoprivacy, License, QualityGrade},
    flag::{DateDetails, Flag, QualityMetric, Vote},
    identification::{Comment, Identification},
    location::Location,
    message::Application,
    photo::{ObservationPhoto, ObservationSound, Photo, Sound},
    project::{NonTraditionalProject, ProjectObservation},
    taxon::Taxon,
    user::User,
};

record! {
    /// An observation: somebody met something alive, somewhere, at some time.
    ///
    /// The fields that begin with `private_` are there for the observer alone, and for people they trust. On v1 an expired or
    /// missing token is no error: they are simply absent then.
    pub struct Observation {
        /// Its number. Numbers ascend as observations are made.
        pub id: u64,
        /// Its UUID, which names it in v2.
        pub uuid: Option<Box<str>>,
        /// What the observer called it.
        pub species_guess: Option<Box<str>>,
        /// What it was identified as, by number, in the answer to a write.
        pub taxon_id: Option<u64>,
        /// What it was identified as.
        pub taxon: Option<Arc<Taxon>>,
        /// Who observed it, by number, in the answer to a write.
        pub user_id: Option<u64>,
        /// Who observed it, by login name, in the answer to a write.
        pub user_login: Option<Box<str>>,
        /// Who observed it.
        pub user: Option<Arc<User>>,
        /// How far the community has come with it.
        pub quality_grade: Option<QualityGrade>,
        /// The day it was observed on, local to the place.
        pub observed_on: Option<Date>,
        /// The same in pieces.
        pub observed_on_details: Option<DateDetails>,
        /// Day and time as the observer wrote them.
        pub observed_on_string: Option<Box<str>>,
        /// The moment it was observed. Absent where only the day is known.
        pub time_observed_at: Option<Timestamp>,
        /// How far its time zone is from UTC, such as `+02:00`.
        pub time_zone_offset: Option<Box<str>>,
        /// The name of the time zone it was observed in.
        pub observed_time_zone: Option<Box<str>>,
        /// When it was made at iNaturalist.
        pub created_at: Option<Timestamp>,
        /// The same in pieces.
        pub created_at_details: Option<DateDetails>,
        /// The name of the time zone it was made in.
        pub created_time_zone: Option<Box<str>>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
        /// What the observer wrote about it.
        pub description: Option<Box<str>>,
        /// The public place: exact, blurred or absent, as the geoprivacy says. In degrees.
        pub location: Option<Location>,
        /// The true place, in degrees.
        pub private_location: Option<Location>,
        /// The public place again; GeoJSON on the wire.
        pub geojson: Option<Location>,
        /// The true place again; GeoJSON on the wire.
        pub private_geojson: Option<Location>,
        /// Degrees north of the equator. The Rails application, which answers writes, has these in the place of `location`.
        pub latitude: Option<f64>,
        /// Degrees east of Greenwich.
        pub longitude: Option<f64>,
        /// The true place, in the answer to a write.
        pub private_latitude: Option<f64>,
        /// The true place, in the answer to a write.
        pub private_longitude: Option<f64>,
        /// The place in words.
        pub place_guess: Option<Box<str>>,
        /// The true place in words.
        pub private_place_guess: Option<Box<str>>,
        /// How exact the true place is: the radius of a circle, in metres.
        pub positional_accuracy: Option<f64>,
        /// How exact the public place is, in metres: tens of kilometres where it is obscured.
        pub public_positional_accuracy: Option<f64>,
        /// How exact the true place is, in metres, in the answer to a write.
        pub private_positional_accuracy: Option<f64>,
        /// The public place is not the true one.
        pub obscured: Option<bool>,
        /// Who sees the place, as the observer chose.
        pub geoprivacy: Option<Geoprivacy>,
        /// Who sees the place, because the taxon is threatened there.
        pub taxon_geoprivacy: Option<Geoprivacy>,
        /// Why the caller sees what they see of the place.
        pub context_geoprivacy: Option<Box<str>>,
        /// The part of that which the observer chose.
        pub context_user_geoprivacy: Option<Box<str>>,
        /// The part of that which the taxon brings.
        pub context_taxon_geoprivacy: Option<Box<str>>,
        /// The observer trusts the caller with the true place.
        pub viewer_trusted_by_observer: Option<bool>,
        /// How far the map was zoomed in when the place was chosen.
        pub map_scale: Option<u64>,
        /// Captive or cultivated.
        pub captive: Option<bool>,
        /// Shown on map tiles.
        pub mappable: Option<bool>,
        /// Verifiable: with evidence, date and place, and wild.
        pub verifiable: Option<bool>,
        /// Outside of the range that is known for the taxon.
        pub out_of_range: Option<bool>,
        /// Carries the old flag "ID, please!", which has no meaning any more.
        pub id_please: Option<bool>,
        /// Looks like spam.
        pub spam: Option<bool>,
        /// Its licence; absent where all rights are reserved.
        pub license_code: Option<License>,
        /// The same, in the answer to a write.
        pub license: Option<License>,
        /// Its photos, in their order.
        pub photos: Vec<Photo>,
        /// Its photos with their places.
        pub observation_photos: Vec<ObservationPhoto>,
        /// Its sounds, in their order.
        pub sounds: Vec<Sound>,
        /// Its sounds with their places.
        pub observation_sounds: Vec<ObservationSound>,
        /// The observer's tags.
        pub tags: Vec<Box<str>>,
        /// Values of observation fields.
        pub ofvs: Vec<ObservationFieldValue>,
        /// Statements with controlled terms.
        pub annotations: Vec<Annotation>,
        /// The places that its public place lies in.
        pub place_ids: Vec<u64>,
        /// The places that its true place lies in.
        pub private_place_ids: Vec<u64>,
        /// The projects it was added to.
        pub project_ids: Vec<u64>,
        /// Those where a curator identified it.
        pub project_ids_with_curator_id: Vec<u64>,
        /// Those where none did.
        pub project_ids_without_curator_id: Vec<u64>,
        /// Its places in projects that it was added to.
        pub project_observations: Vec<ProjectObservation>,
        /// The projects it belongs to by their rules.
        pub non_traditional_projects: Vec<NonTraditionalProject>,
        /// Who marked it as reviewed.
        pub reviewed_by: Vec<u64>,
        /// What everybody says it is.
        pub identifications: Vec<Identification>,
        /// What others than the observer say it is.
        pub non_owner_ids: Vec<Identification>,
        /// The taxa that were named, with their ancestors.
        pub ident_taxon_ids: Vec<u64>,
        /// What the community's identifications agree on, by number.
        pub community_taxon_id: Option<u64>,
        /// What the community's identifications agree on.
        pub community_taxon: Option<Arc<Taxon>>,
        /// How many identifications it has.
        pub identifications_count: Option<u64>,
        /// How many identifications of others agree with the observer's.
        pub num_identification_agreements: Option<u64>,
        /// How many do not.
        pub num_identification_disagreements: Option<u64>,
        /// How many identifications disagree.
        pub identification_disagreements_count: Option<u64>,
        /// Most identifications agree.
        pub identifications_most_agree: Option<bool>,
        /// Most identifications disagree.
        pub identifications_most_disagree: Option<bool>,
        /// Some identifications agree.
        pub identifications_some_agree: Option<bool>,
        /// The observer chose from the service's own suggestions.
        pub owners_identification_from_vision: Option<bool>,
        /// Comments on it.
        pub comments: Vec<Comment>,
        /// How many comments it has.
        pub comments_count: Option<u64>,
        /// Who marked it as a favourite.
        pub faves: Vec<Vote>,
        /// How many people marked it as a favourite.
        pub faves_count: Option<u64>,
        /// Votes on it.
        pub votes: Vec<Vote>,
        /// Votes for it less votes against it.
        pub cached_votes_total: Option<i64>,
        /// Votes on its quality.
        pub quality_metrics: Vec<QualityMetric>,
        /// What people have complained of.
        pub flags: Vec<Flag>,
        /// Its pages elsewhere, such as at GBIF.
        pub outlinks: Vec<Outlink>,
        /// What the observer chose for it.
        pub preferences: Option<ObservationPreferences>,
        /// The network site it was made at.
        pub site_id: Option<u64>,
        /// The application it was made with, by number.
        pub oauth_application_id: Option<u64>,
        /// The application it was made with.
        pub application: Option<Box<Application>>,
        /// Its page at iNaturalist.
        pub uri: Option<Box<str>>,
    }
}

record! {
    /// What an observer chose for an observation.
    pub struct ObservationPreferences {
        /// The place is obscured because of the taxon.
        pub auto_obscuration: Option<bool>,
        /// The community may name it.
        pub prefers_community_taxon: Option<bool>,
    }
}

record! {
    /// An observation's page elsewhere.
    pub struct Outlink {
        /// Its number.
        pub id: Option<u64>,
        /// Where, such as `GBIF`.
        pub source: Option<Box<str>>,
        /// Its address.
        pub url: Option<Box<str>>,
    }
}

impl Observation {
    /// The most exact place that this response holds: the true one if it is there, otherwise the public one.
    #[must_use]
    pub fn best_location(&self) -> Option<Location> {
        let pair = |latitude: Option<f64>, longitude| Location::new(latitude?, longitude?);
        self.private_location
            .or(self.private_geojson)
            .or_else(|| pair(self.private_latitude, self.private_longitude))
            .or(self.location)
            .or(self.geojson)
            .or_else(|| pair(self.latitude, self.longitude))
    }
}
