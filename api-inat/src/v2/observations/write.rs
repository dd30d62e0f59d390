//! Creates, changes and deletes observations.

use serde_json::{Value, json};

use crate::{
    model::{Geoprivacy, License, Observation},
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::StringList, path_value::fresh_uuid},
    v2::{CHANGE, WRITE, selected},
};

/// The fields of an observation that a write can set.
macro_rules! description {
    () => {
        operation! { @fields "observation";
            /// Sets its UUID. A repeated request with the same UUID creates no second observation.
            uuid(into String);
            /// Sets the observer's name for the species. Without `taxon_id`, iNaturalist looks it
            /// up as a taxon.
            species_guess(into String);
            /// Sets the taxon that the observer identifies it as.
            taxon_id(u64);
            /// Sets day and time in words or digits, in the time zone of the location:
            /// `2026-06-01 12:30`.
            observed_on_string(into String);
            /// Sets the name of the time zone.
            time_zone(into String);
            /// Sets the description.
            description(into String);
            /// Sets the tags.
            tag_list(into StringList);
            /// Sets the location in words.
            place_guess(into String);
            /// Sets the latitude: degrees north of the equator, -90 to 90.
            latitude(f64);
            /// Sets the longitude: degrees east of Greenwich, -180 to 180.
            longitude(f64);
            /// Sets the first of two coordinates in `coordinate_system`.
            geo_x(f64);
            /// Sets the second of two coordinates in `coordinate_system`.
            geo_y(f64);
            /// Sets the coordinate system of `geo_x` and `geo_y`, for network sites that have their
            /// own.
            coordinate_system(into String);
            /// Sets the accuracy of the location: the radius of a circle, in metres.
            positional_accuracy(f64);
            /// Sets the method that found the location, such as `gps`.
            positioning_method(into String);
            /// Sets the device that found the location, such as `gps`.
            positioning_device(into String);
            /// Sets whether the location is exact.
            location_is_exact(bool);
            /// Sets who can see the location.
            geoprivacy(into Geoprivacy);
            /// Sets whether the organism is captive or cultivated.
            captive_flag(bool);
            /// Sets the licence. An empty text reserves all rights.
            license(into License);
            /// Makes this licence the default of later observations.
            make_license_default(bool);
            /// Applies this licence to all earlier observations.
            make_licenses_same(bool);
            /// Sets the zoom level of the map on which the location was chosen.
            map_scale(u64);
            /// Sets whether the observer chose the taxon from iNaturalist's own suggestions for the
            /// picture.
            owners_identification_from_vision(bool);
            /// Sets whether the community's taxon applies even if the observer chose another.
            prefers_community_taxon(bool);
            /// Adds it to this project.
            project_id(u64);
            /// Sets the network site that it is created at.
            site_id(u64);
        }
    };
}

operation! {
    /// Creates an observation. Add photos and sounds afterwards.
    ///
    /// Carries a new UUID: sent again after a failure, it creates no second observation.
    /// [`uuid`](Self::uuid) sets another one.
    pub Create: POST "/observations" -> One<Observation>, WRITE;
    preset(uuid(fresh_uuid()), fields(Fields::all()));
    once "observation" "uuid";
    shared description, selected;
    body "observation" {}
}

operation! {
    /// Changes one of your observations. Fields that are not set stay as they are, the photos too.
    pub Update: PUT "/observations/{uuid}" -> One<Observation>, CHANGE;
    at(uuid(into StringList));
    preset(ignore_photos(true), fields(Fields::all()));
    shared description, selected;
    body "observation" {}
    body "" {
        /// Leaves the photos as they are. Preset to `true`.
        ignore_photos(bool);
    }
}

impl<T> Create<T> {
    /// Sets a value of an observation field. v2's description allows one; a second call replaces
    /// it. Set more with [`observation_field_values`](crate::v2::observation_field_values).
    #[must_use]
    pub fn field_value(mut self, observation_field_id: u64, value: impl Into<Value>) -> Self {
        self.parts.content().set(
            "observation",
            VALUES.into(),
            field_value(observation_field_id, value.into()),
        );
        self
    }
}

impl<T> Update<T> {
    /// Sets a value of an observation field. v2's description allows one; a second call replaces
    /// it. Set more with [`observation_field_values`](crate::v2::observation_field_values).
    #[must_use]
    pub fn field_value(mut self, observation_field_id: u64, value: impl Into<Value>) -> Self {
        self.parts.content().set(
            "observation",
            VALUES.into(),
            field_value(observation_field_id, value.into()),
        );
        self
    }
}

const VALUES: &str = "observation_field_values_attributes";

fn field_value(observation_field_id: u64, value: Value) -> Value {
    json!({"observation_field_id": observation_field_id, "value": value})
}

operation! {
    /// Deletes one of your observations.
    pub Delete: DELETE "/observations/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
