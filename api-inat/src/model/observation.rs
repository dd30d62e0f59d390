//! An observation.

use super::{
    choice::{Geoprivacy, QualityGrade},
    location::Location,
    photo::Photo,
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
        pub uuid: Option<String>,
        /// What the observer called it.
        pub species_guess: Option<String>,
        /// What it was identified as.
        pub taxon: Option<Taxon>,
        /// Who observed it.
        pub user: Option<User>,
        /// How far the community has come with it.
        pub quality_grade: Option<QualityGrade>,
        /// The day it was observed on, local to the place.
        pub observed_on: Option<String>,
        /// Day and time as the observer wrote them.
        pub observed_on_string: Option<String>,
        /// The moment it was observed, with the offset of its time zone. Absent where only the day is known.
        pub time_observed_at: Option<String>,
        /// The name of the time zone it was observed in.
        pub observed_time_zone: Option<String>,
        /// When it was made at iNaturalist.
        pub created_at: Option<String>,
        /// When it last changed.
        pub updated_at: Option<String>,
        /// What the observer wrote about it.
        pub description: Option<String>,
        /// The public place: exact, blurred or absent, as the geoprivacy says. In degrees.
        pub location: Option<Location>,
        /// The true place, in degrees.
        pub private_location: Option<Location>,
        /// The public place again; GeoJSON on the wire.
        pub geojson: Option<Location>,
        /// The true place again; GeoJSON on the wire.
        pub private_geojson: Option<Location>,
        /// The place in words.
        pub place_guess: Option<String>,
        /// The true place in words.
        pub private_place_guess: Option<String>,
        /// How exact the true place is: the radius of a circle, in metres.
        pub positional_accuracy: Option<u64>,
        /// How exact the public place is, in metres: tens of kilometres where it is obscured.
        pub public_positional_accuracy: Option<u64>,
        /// The public place is not the true one.
        pub obscured: Option<bool>,
        /// Who sees the place, as the observer chose.
        pub geoprivacy: Option<Geoprivacy>,
        /// Who sees the place, because the taxon is threatened there.
        pub taxon_geoprivacy: Option<Geoprivacy>,
        /// Captive or cultivated.
        pub captive: Option<bool>,
        /// Shown on map tiles.
        pub mappable: Option<bool>,
        /// Outside of the range that is known for the taxon.
        pub out_of_range: Option<bool>,
        /// Such as `cc-by-nc`; absent where all rights are reserved.
        pub license_code: Option<String>,
        /// Its photos, in their order.
        pub photos: Vec<Photo>,
        /// The observer's tags.
        pub tags: Vec<String>,
        /// The places that its public place lies in.
        pub place_ids: Vec<u64>,
        /// The projects it was added to.
        pub project_ids: Vec<u64>,
        /// Who marked it as reviewed.
        pub reviewed_by: Vec<u64>,
        /// What the community's identifications agree on.
        pub community_taxon_id: Option<u64>,
        /// How many identifications it has.
        pub identifications_count: Option<u64>,
        /// How many identifications of others agree with the observer's.
        pub num_identification_agreements: Option<u64>,
        /// How many do not.
        pub num_identification_disagreements: Option<u64>,
        /// How many comments it has.
        pub comments_count: Option<u64>,
        /// How many people marked it as a favourite.
        pub faves_count: Option<u64>,
        /// The network site it was made at.
        pub site_id: Option<u64>,
        /// The application it was made with.
        pub oauth_application_id: Option<u64>,
        /// Its page at iNaturalist.
        pub uri: Option<String>,
    }
}

impl Observation {
    /// The most exact place that this answer holds: the true one if it is there, otherwise the public one.
    #[must_use]
    pub fn best_location(&self) -> Option<Location> {
        self.private_location
            .or(self.private_geojson)
            .or(self.location)
            .or(self.geojson)
    }
}
