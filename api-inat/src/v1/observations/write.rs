//! Making, changing and deleting observations.

use serde_json::{Value, json};

use crate::{
    model::{Geoprivacy, License, Observation},
    operation::{operation, response::Empty},
    parameter::{date_or_time::DateOrTime, lists::StringList, path_value::fresh_uuid},
    v1::WRITE,
};

/// What can be said of an observation, when it is made and later.
macro_rules! description {
    () => {
        operation! { @fields "observation";
            /// Its UUID. A repeated request with the same one makes no second observation: so it is said of v2; that v1, which hands
            /// the body to the same application, does so too is not verified.
            uuid(into String);
            /// What the observer calls it; looked up as a taxon where no `taxon_id` is given.
            species_guess(into String);
            /// What the observer identifies it as.
            taxon_id(u64);
            /// Day and time in words or digits, in the time zone of the place: `2026-06-01 12:30`.
            observed_on_string(into String);
            /// The name of the time zone, as Rails or the IANA call it: `Bern`, `Europe/Zurich`.
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
            /// How exact the place is: the radius of a circle, in metres.
            positional_accuracy(u64);
            /// Who sees the place.
            geoprivacy(into Geoprivacy);
            /// Captive or cultivated.
            captive_flag(bool);
            /// The licence; an empty text reserves all rights.
            license(into License);
            /// How far the map was zoomed in when the place was chosen.
            map_scale(u64);
            /// The observer identified it from a picture, with the service's own suggestions. The description of v2 has it; that
            /// v1, which hands the body to the same application, takes it as well is not verified.
            owners_identification_from_vision(bool);
        }
    };
}

operation! {
    /// Makes an observation. It carries a UUID of its own, and is sent again where its response was lost;
    /// [`uuid`](Self::uuid) sets another one. That iNaturalist makes no second observation then is known of v2 and not verified of v1:
    /// [`without_repeat`](Self::without_repeat) has it sent once, and the program look before it tries again.
    ///
    /// Photos and sounds are added afterwards.
    ///
    /// ```
    /// use api_inat::observations::Create;
    /// use auth_core::{Operation, RetrySafety};
    ///
    /// let create = Create::new()
    ///     .species_guess("Leontopodium nivale")
    ///     .observed_on_string("2026-06-01 12:30")
    ///     .latitude(46.02)
    ///     .longitude(7.75)
    ///     .field_value(297, "dry");
    /// assert_eq!(create.policy().retry(), RetrySafety::Idempotent);
    /// assert_eq!(create.without_repeat().policy().retry(), RetrySafety::IfNotSent);
    /// ```
    pub Create: POST "/observations" -> One<Observation>, WRITE;
    preset(uuid(fresh_uuid()));
    once "observation" "uuid";
    shared description;
    body "observation" {}
}

operation! {
    /// Changes an observation of one's own. What is not set stays as it is, the photos too.
    pub Update: PUT "/observations/{id}" -> One<Observation>, WRITE;
    at(id(u64));
    preset(ignore_photos(1));
    shared description;
    body "observation" {}
    body "" {
        /// 1, which is preset, leaves the photos as they are. Without it the Rails application takes away those that are not
        /// named; see [`photos`](Self::photos).
        ignore_photos(u64);
    }
}

impl<T> Update<T> {
    /// Says which photos it has from now on, by their numbers. **Those not named are taken off it.**
    #[must_use]
    pub fn photos(mut self, observation_id: u64, photo_ids: &[u64]) -> Self {
        self.call.content().unset("ignore_photos");
        let photos = json!({observation_id.to_string(): photo_ids});
        self.call.content().set("", "local_photos".into(), photos);
        self
    }
}

impl<T> Create<T> {
    /// Sets the day or the moment it was observed at, as [`observed_on_string`](Self::observed_on_string) takes it. One that is
    /// still to come does not leave.
    #[must_use]
    pub fn observed_on(self, when: impl Into<DateOrTime>) -> Self {
        self.observed_on_string(when.into().to_string())
    }

    /// Adds a value of an observation field; for more of them, call it again.
    #[must_use]
    pub fn field_value(mut self, observation_field_id: u64, value: impl Into<Value>) -> Self {
        let value = json!({"observation_field_id": observation_field_id, "value": value.into()});
        self.call
            .content()
            .push("observation", "observation_field_values_attributes", value);
        self
    }
}

impl<T> Update<T> {
    /// Sets the day or the moment it was observed at, as [`observed_on_string`](Self::observed_on_string) takes it. One that is
    /// still to come does not leave.
    #[must_use]
    pub fn observed_on(self, when: impl Into<DateOrTime>) -> Self {
        self.observed_on_string(when.into().to_string())
    }

    /// Adds a value of an observation field; for more of them, call it again.
    #[must_use]
    pub fn field_value(mut self, observation_field_id: u64, value: impl Into<Value>) -> Self {
        let value = json!({"observation_field_id": observation_field_id, "value": value.into()});
        self.call
            .content()
            .push("observation", "observation_field_values_attributes", value);
        self
    }
}

operation! {
    /// Deletes an observation of one's own. Somebody else's is refused with 403, an unknown one with 404.
    pub Delete: DELETE "/observations/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
