//! Making, changing and deleting observations.

use serde_json::{Value, json};

use crate::{
    model::{Geoprivacy, License, Observation},
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::StringList, path_value::fresh_uuid},
    v2::{WRITE, selected},
};

/// What can be said of an observation, when it is made and later.
macro_rules! description {
    () => {
        operation! { @fields "observation";
            /// Its UUID. A repeated request with the same one makes no second observation.
            uuid(into String);
            /// What the observer calls it; looked up as a taxon where no `taxon_id` is given.
            species_guess(into String);
            /// What the observer identifies it as.
            taxon_id(u64);
            /// Day and time in words or digits, in the time zone of the place: `2026-06-01 12:30`.
            observed_on_string(into String);
            /// The name of the time zone.
            time_zone(into String);
            /// What there is to say about it.
            description(into String);
            /// Tags.
            tag_list(into StringList);
            /// The place in words.
            place_guess(into String);
            /// Degrees north of the equator, -90 to 90.
            latitude(f64);
            /// Degrees east of Greenwich, -180 to 180.
            longitude(f64);
            /// The first of two coordinates in `coordinate_system`.
            geo_x(f64);
            /// The second of two coordinates in `coordinate_system`.
            geo_y(f64);
            /// What `geo_x` and `geo_y` are in, where a network site has systems of its own.
            coordinate_system(into String);
            /// How exact the place is: the radius of a circle, in metres.
            positional_accuracy(f64);
            /// How the place was found, such as `gps`.
            positioning_method(into String);
            /// What found the place, such as `gps`.
            positioning_device(into String);
            /// The place is exact.
            location_is_exact(bool);
            /// Who sees the place.
            geoprivacy(into Geoprivacy);
            /// Captive or cultivated.
            captive_flag(bool);
            /// The licence; an empty text reserves all rights.
            license(into License);
            /// This licence is for later observations too.
            make_license_default(bool);
            /// This licence is for all earlier observations too.
            make_licenses_same(bool);
            /// How far the map was zoomed in when the place was chosen.
            map_scale(u64);
            /// The observer identified it from a picture, with the service's own suggestions.
            owners_identification_from_vision(bool);
            /// The community's taxon counts, also where the observer's is another.
            prefers_community_taxon(bool);
            /// Puts it into this project.
            project_id(u64);
            /// The network site that it is made at.
            site_id(u64);
        }
    };
}

operation! {
    /// Makes an observation. It carries a UUID of its own, so that it can be sent again after a failure without being made twice;
    /// [`uuid`](Self::uuid) sets another one. Photos and sounds are added afterwards.
    pub Create: POST "/observations" -> One<Observation>, WRITE;
    preset(uuid(fresh_uuid()), fields(Fields::all()));
    once "observation" "uuid";
    shared description, selected;
    body "observation" {}
}

operation! {
    /// Changes an observation of one's own. What is not set stays as it is, the photos too.
    pub Update: PUT "/observations/{uuid}" -> One<Observation>, WRITE;
    at(uuid(into StringList));
    preset(ignore_photos(true), fields(Fields::all()));
    shared description, selected;
    body "observation" {}
    body "" {
        /// `true`, which is preset, leaves the photos as they are.
        ignore_photos(bool);
    }
}

impl<T> Create<T> {
    /// Gives it a value of an observation field: one, by v2's description; others go by
    /// [`observation_field_values`](crate::v2::observation_field_values). Another call replaces it.
    #[must_use]
    pub fn field_value(mut self, observation_field_id: u64, value: impl Into<Value>) -> Self {
        self.call.content().set(
            "observation",
            VALUES.into(),
            field_value(observation_field_id, value.into()),
        );
        self
    }
}

impl<T> Update<T> {
    /// Gives it a value of an observation field: one, by v2's description; others go by
    /// [`observation_field_values`](crate::v2::observation_field_values). Another call replaces it.
    #[must_use]
    pub fn field_value(mut self, observation_field_id: u64, value: impl Into<Value>) -> Self {
        self.call.content().set(
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
    /// Deletes an observation of one's own.
    pub Delete: DELETE "/observations/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
