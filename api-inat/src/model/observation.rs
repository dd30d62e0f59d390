//! An observation, with its location and preferences.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::{
    annotation::{Annotation, ObservationFieldValue},
    choice::{Geoprivacy, IconicTaxon, License, QualityGrade},
    flag::{DateDetails, Flag, QualityMetric, Vote},
    identification::{Comment, Identification},
    location::Location,
    message::Application,
    moment::Moment,
    photo::{ObservationPhoto, ObservationSound, Photo, Sound},
    project::{NonTraditionalProject, ProjectObservation},
    taxon::Taxon,
    user::User,
};

record! {
    /// An observation: an organism that a user met at a time and a location.
    ///
    /// Only the observer, and users they trust, receive the fields that begin with `private_`. On
    /// v1 an expired or missing token causes no error: these fields are then absent.
    ///
    /// ```
    /// use api_inat::model::Observation;
    ///
    /// let json = r#"{"id":7,"observed_on":"2026-06-01","obscured":true,
    ///     "location":"46.1,7.6","private_location":"46.02,7.75"}"#;
    /// let observation: Observation = serde_json::from_str(json)?;
    /// let location = observation.best_location().expect("coordinates");
    /// assert_eq!(location.to_string(), "46.02,7.75"); // the true one, as for the observer
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Observation {
        /// The id. Ids ascend in the order of creation.
        pub id: u64,
        /// The UUID, which identifies it in v2.
        pub uuid: Option<Box<str>>,
        /// The observer's name for the species.
        pub species_guess: Option<Box<str>>,
        /// The id of the taxon, in the response to a write.
        pub taxon_id: Option<u64>,
        /// The taxon.
        pub taxon: Option<Arc<Taxon>>,
        /// The iconic taxon, in the response to a write.
        pub iconic_taxon_name: Option<IconicTaxon>,
        /// The id of the iconic taxon, in the response to a write.
        pub iconic_taxon_id: Option<u64>,
        /// The id of the observer, in the response to a write.
        pub user_id: Option<u64>,
        /// The login name of the observer, in the response to a write.
        pub user_login: Option<Box<str>>,
        /// The observer.
        pub user: Option<Arc<User>>,
        /// How far the community has verified it.
        pub quality_grade: Option<QualityGrade>,
        /// The day of the observation, local to the location.
        pub observed_on: Option<Date>,
        /// The same, by component.
        pub observed_on_details: Option<DateDetails>,
        /// Day and time as the observer wrote them.
        pub observed_on_string: Option<Box<str>>,
        /// The moment of the observation, with the offset of the local time. Absent if only the day
        /// is known.
        pub time_observed_at: Option<Moment>,
        /// The same, in UTC, in the response to a write.
        pub time_observed_at_utc: Option<Moment>,
        /// The offset of its time zone from UTC in winter, such as `+01:00`: not that of the moment
        /// of the observation. For the local time take
        /// [`time_observed_at`](Self::time_observed_at), or the hour in
        /// [`observed_on_details`](Self::observed_on_details).
        pub time_zone_offset: Option<Box<str>>,
        /// The name of the time zone of the observation.
        pub observed_time_zone: Option<Box<str>>,
        /// The name of the time zone, in the response to a write.
        pub time_zone: Option<Box<str>>,
        /// The same, by its name in the tz database.
        pub zic_time_zone: Option<Box<str>>,
        /// The time of creation at iNaturalist.
        pub created_at: Option<Moment>,
        /// The same, in UTC, in the response to a write.
        pub created_at_utc: Option<Moment>,
        /// The same, by component.
        pub created_at_details: Option<DateDetails>,
        /// The name of the time zone it was created in.
        pub created_time_zone: Option<Box<str>>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
        /// The same, in UTC, in the response to a write.
        pub updated_at_utc: Option<Moment>,
        /// The times at which fields changed, in responses of 2017.
        pub field_change_times: Option<Value>,
        /// The observer's description.
        pub description: Option<Box<str>>,
        /// The public location in degrees: exact, obscured or absent, depending on the geoprivacy.
        pub location: Option<Location>,
        /// The true location, in degrees.
        pub private_location: Option<Location>,
        /// The public location again; GeoJSON on the wire.
        pub geojson: Option<Location>,
        /// The true location again; GeoJSON on the wire.
        pub private_geojson: Option<Location>,
        /// The public latitude: degrees north of the equator. Present in place of `location` in the
        /// response to a write, which comes from the Rails application.
        pub latitude: Option<f64>,
        /// The public longitude: degrees east of Greenwich.
        pub longitude: Option<f64>,
        /// The true latitude, in degrees, in the response to a write.
        pub private_latitude: Option<f64>,
        /// The true longitude, in degrees, in the response to a write.
        pub private_longitude: Option<f64>,
        /// The location in words.
        pub place_guess: Option<Box<str>>,
        /// The true location in words.
        pub private_place_guess: Option<Box<str>>,
        /// The accuracy of the true location: the radius of a circle, in metres.
        pub positional_accuracy: Option<f64>,
        /// The accuracy of the public location, in metres: tens of kilometres if it is obscured.
        pub public_positional_accuracy: Option<f64>,
        /// The accuracy of the true location, in metres, in the response to a write.
        pub private_positional_accuracy: Option<f64>,
        /// The method that found the location, such as `gps`, in the response to a write.
        pub positioning_method: Option<Box<str>>,
        /// The device that found the location, such as `gps`, in the response to a write.
        pub positioning_device: Option<Box<str>>,
        /// The public location is not the true one.
        pub obscured: Option<bool>,
        /// Who can see the location, as the observer chose.
        pub geoprivacy: Option<Geoprivacy>,
        /// Who can see the location, because the taxon is threatened there.
        pub taxon_geoprivacy: Option<Geoprivacy>,
        /// The reason for the location that the caller sees.
        pub context_geoprivacy: Option<Box<str>>,
        /// The observer's part of that reason.
        pub context_user_geoprivacy: Option<Box<str>>,
        /// The taxon's part of that reason.
        pub context_taxon_geoprivacy: Option<Box<str>>,
        /// The observer shows the true location to the caller.
        pub viewer_trusted_by_observer: Option<bool>,
        /// The zoom level of the map on which the location was chosen.
        pub map_scale: Option<u64>,
        /// The organism is captive or cultivated.
        pub captive: Option<bool>,
        /// It is shown on map tiles.
        pub mappable: Option<bool>,
        /// It is verifiable: of a wild organism, with evidence, date and place.
        pub verifiable: Option<bool>,
        /// It is outside the known range of the taxon.
        pub out_of_range: Option<bool>,
        /// It has the flag "ID, please!", which iNaturalist no longer uses.
        pub id_please: Option<bool>,
        /// It looks like spam.
        pub spam: Option<bool>,
        /// The licence. Absent if all rights are reserved.
        pub license_code: Option<License>,
        /// The same, in the response to a write.
        pub license: Option<License>,
        /// The photos, in order.
        pub photos: Vec<Photo>,
        /// The photos with their positions.
        pub observation_photos: Vec<ObservationPhoto>,
        /// The sounds, in order.
        pub sounds: Vec<Sound>,
        /// The sounds with their positions.
        pub observation_sounds: Vec<ObservationSound>,
        /// The observer's tags.
        pub tags: Vec<Box<str>>,
        /// The observer's tags, in the response to a write.
        pub tag_list: Vec<Box<str>>,
        /// The values of observation fields.
        pub ofvs: Vec<ObservationFieldValue>,
        /// The annotations with controlled terms.
        pub annotations: Vec<Annotation>,
        /// The ids of the places around its public location.
        pub place_ids: Vec<u64>,
        /// The ids of the places around its true location.
        pub private_place_ids: Vec<u64>,
        /// The ids of the projects it was added to.
        pub project_ids: Vec<u64>,
        /// The ids of those projects where a curator identified it.
        pub project_ids_with_curator_id: Vec<u64>,
        /// The ids of those projects where no curator identified it.
        pub project_ids_without_curator_id: Vec<u64>,
        /// Its project observations: one for each project it was added to.
        pub project_observations: Vec<ProjectObservation>,
        /// The projects it belongs to by their rules.
        pub non_traditional_projects: Vec<NonTraditionalProject>,
        /// The ids of the users who marked it as reviewed.
        pub reviewed_by: Vec<u64>,
        /// All identifications.
        pub identifications: Vec<Identification>,
        /// The identifications by users other than the observer.
        pub non_owner_ids: Vec<Identification>,
        /// The ids of the identified taxa and their ancestors.
        pub ident_taxon_ids: Vec<u64>,
        /// The id of the taxon that the community agrees on.
        pub community_taxon_id: Option<u64>,
        /// The taxon that the community agrees on.
        pub community_taxon: Option<Arc<Taxon>>,
        /// The number of identifications.
        pub identifications_count: Option<i64>,
        /// The number of identifications by other users that agree with the observer's.
        pub num_identification_agreements: Option<u64>,
        /// The number of identifications by other users that do not.
        pub num_identification_disagreements: Option<u64>,
        /// The number of identifications that disagree.
        pub identification_disagreements_count: Option<i64>,
        /// Most identifications agree.
        pub identifications_most_agree: Option<bool>,
        /// Most identifications disagree.
        pub identifications_most_disagree: Option<bool>,
        /// Some identifications agree.
        pub identifications_some_agree: Option<bool>,
        /// The observer chose from iNaturalist's own suggestions.
        pub owners_identification_from_vision: Option<bool>,
        /// The comments.
        pub comments: Vec<Comment>,
        /// The number of comments.
        pub comments_count: Option<i64>,
        /// The marks as a favourite.
        pub faves: Vec<Vote>,
        /// The number of users who marked it as a favourite.
        pub faves_count: Option<i64>,
        /// The votes on it.
        pub votes: Vec<Vote>,
        /// The votes for it minus the votes against it.
        pub cached_votes_total: Option<i64>,
        /// The votes on its quality.
        pub quality_metrics: Vec<QualityMetric>,
        /// The flags on it.
        pub flags: Vec<Flag>,
        /// Its pages on other sites, such as GBIF.
        pub outlinks: Vec<Outlink>,
        /// The observer's preferences for it.
        pub preferences: Option<ObservationPreferences>,
        /// The id of the network site it was created at.
        pub site_id: Option<u64>,
        /// The id of the application it was created with.
        pub oauth_application_id: Option<u64>,
        /// The application it was created with.
        pub application: Option<Box<Application>>,
        /// The URL of its page at iNaturalist.
        pub uri: Option<Box<str>>,
    }
}

record! {
    /// An observer's preferences for an observation.
    pub struct ObservationPreferences {
        /// The location is obscured because of the taxon.
        pub auto_obscuration: Option<bool>,
        /// The community's taxon applies.
        pub prefers_community_taxon: Option<bool>,
    }
}

record! {
    /// A page about an observation on another site.
    pub struct Outlink {
        /// The id.
        pub id: Option<u64>,
        /// The name of the site, such as `GBIF`.
        pub source: Option<Box<str>>,
        /// The URL.
        pub url: Option<Box<str>>,
    }
}

impl Observation {
    /// Returns the most exact location in this record: the true one if present, otherwise the
    /// public one. `None` if it has no location.
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
