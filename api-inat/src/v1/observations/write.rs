//! Creates, changes and deletes observations.

use serde_json::{Value, json};

use crate::{
    model::{Geoprivacy, License, Observation},
    operation::{operation, response::Empty},
    parameter::{date_or_time::DateOrTime, lists::StringList, path_value::fresh_uuid},
    v1::WRITE,
};

/// The fields of an observation that a write can set.
macro_rules! description {
    () => {
        operation! { @fields "observation";
            /// Sets its UUID. A repeated request with the same UUID creates no second observation,
            /// as the description of v2 says. v1 passes the body to the same application, but this
            /// is not verified for v1.
            uuid(into String);
            /// Sets the observer's name for the species. Without `taxon_id`, iNaturalist looks it
            /// up as a taxon.
            species_guess(into String);
            /// Sets the taxon that the observer identifies it as.
            taxon_id(u64);
            /// Sets day and time in words or digits, in the time zone of the location:
            /// `2026-06-01 12:30`.
            observed_on_string(into String);
            /// Sets the name of the time zone, of Rails or the IANA: `Bern`, `Europe/Zurich`.
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
            /// Sets the accuracy of the location: the radius of a circle, in metres.
            positional_accuracy(u64);
            /// Sets who can see the location.
            geoprivacy(into Geoprivacy);
            /// Sets whether the organism is captive or cultivated.
            captive_flag(bool);
            /// Sets the licence. An empty text reserves all rights.
            license(into License);
            /// Sets the zoom level of the map on which the location was chosen.
            map_scale(u64);
            /// Sets whether the observer chose the taxon from iNaturalist's own suggestions for the
            /// picture. The description of v2 has it. v1 passes the body to the same application,
            /// but this is not verified for v1.
            owners_identification_from_vision(bool);
        }
    };
}

operation! {
    /// Creates an observation. Add photos and sounds afterwards.
    ///
    /// Carries a new UUID, and is sent again if its response was lost; [`uuid`](Self::uuid) sets
    /// another one. That iNaturalist then creates no second observation is documented for v2 and
    /// not verified for v1. [`without_repeat`](Self::without_repeat) sends it only once; the
    /// program then has to check before it tries again.
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
    ///
    /// Create an observation, then add a photo:
    ///
    /// ```
    /// # use auth_testkit::{Dialect, TestClient, TestServer};
    /// # let app = TestClient::confidential("app", "secret").scopes("write login");
    /// # let server = TestServer::builder(Dialect::doorkeeper_5())
    /// #     .client(app)
    /// #     .user("alice", "password")
    /// #     .site(api_inat::testkit::site())
    /// #     .start()?;
    /// # let service = api_inat::service("app")
    /// #     .secret("secret")
    /// #     .user_agent("nightly/1.0 (mail@example.org)")
    /// #     .at(server.url())
    /// #     .build()?;
    /// # let (http, store) = (http_ureq::Ureq::default(), keystore::Memory::new());
    /// # let client = auth_flows::Client::new(service, http, store);
    /// # let session = client.account("me");
    /// # session.log_in_with_password("alice", "password")?;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("edelweiss.jpg");
    /// # std::fs::write(&path, b"\xFF\xD8\xFF\xE0 a very small photo")?;
    /// use api_inat::{Upload, jiff::civil::date, observation_photos, observations::Create};
    ///
    /// let create = Create::new().species_guess("Edelweiss").observed_on(date(2025, 6, 1));
    /// let observation = session.send(create)?;
    /// let photo = observation_photos::Create::new(Upload::path(&path), observation.id);
    /// assert_eq!(session.send(photo)?.observation_id, Some(observation.id));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub Create: POST "/observations" -> One<Observation>, WRITE;
    preset(uuid(fresh_uuid()));
    once "observation" "uuid";
    shared description;
    body "observation" {}
}

operation! {
    /// Changes one of your observations. Fields that are not set stay as they are, the photos too.
    pub Update: PUT "/observations/{id}" -> One<Observation>, WRITE;
    at(id(u64));
    preset(ignore_photos(1));
    shared description;
    body "observation" {}
    body "" {
        /// Leaves the photos as they are. Preset to 1: without it the Rails application removes the
        /// photos that are not named; see [`photos`](Self::photos).
        ignore_photos(u64);
    }
}

impl<T> Update<T> {
    /// Replaces the photos of the observation by those with these ids. **Photos that are not named
    /// are removed.**
    #[must_use]
    pub fn photos(mut self, observation_id: u64, photo_ids: &[u64]) -> Self {
        self.parts.content().unset("ignore_photos");
        let photos = json!({observation_id.to_string(): photo_ids});
        self.parts.content().set("", "local_photos".into(), photos);
        self
    }
}

impl<T> Create<T> {
    /// Sets the day or moment of the observation, as
    /// [`observed_on_string`](Self::observed_on_string) does. A request with a date in the future
    /// fails unsent.
    #[must_use]
    pub fn observed_on(self, when: impl Into<DateOrTime>) -> Self {
        self.observed_on_string(when.into().to_string())
    }

    /// Adds a value of an observation field. Call it again to add more.
    #[must_use]
    pub fn field_value(mut self, observation_field_id: u64, value: impl Into<Value>) -> Self {
        let value = json!({"observation_field_id": observation_field_id, "value": value.into()});
        self.parts
            .content()
            .push("observation", "observation_field_values_attributes", value);
        self
    }
}

impl<T> Update<T> {
    /// Sets the day or moment of the observation, as
    /// [`observed_on_string`](Self::observed_on_string) does. A request with a date in the future
    /// fails unsent.
    #[must_use]
    pub fn observed_on(self, when: impl Into<DateOrTime>) -> Self {
        self.observed_on_string(when.into().to_string())
    }

    /// Adds a value of an observation field. Call it again to add more.
    #[must_use]
    pub fn field_value(mut self, observation_field_id: u64, value: impl Into<Value>) -> Self {
        let value = json!({"observation_field_id": observation_field_id, "value": value.into()});
        self.parts
            .content()
            .push("observation", "observation_field_values_attributes", value);
        self
    }
}

operation! {
    /// Deletes one of your observations. iNaturalist refuses another user's with 403, and an
    /// unknown one with 404.
    pub Delete: DELETE "/observations/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
