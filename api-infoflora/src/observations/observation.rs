//! An observation, with the fields known from public clients and the migration guide.

record! {
    /// An observation.
    ///
    /// There is no public schema. Public clients use the fields of V4. Info Flora's migration guide
    /// names the fields of V5, which are read-only there. All other fields are in `extra`.
    ///
    /// ```
    /// use api_infoflora::observations::Observation;
    ///
    /// let json = serde_json::json!({"obs_id": 9_000_001, "x": "2600000", "colour": "blue"});
    /// let observation: Observation = serde_json::from_value(json)?;
    /// assert_eq!(observation.obs_id, Some(9_000_001));
    /// assert_eq!(observation.x, Some(2_600_000.0));
    /// assert_eq!(observation.extra["colour"], "blue");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Observation {
        /// V4: the number of the observation. Observed in public clients, like the other fields of
        /// V4.
        pub obs_id: Option<u64>,
        /// V4: the number of its relevé.
        pub releve_id: Option<u64>,
        /// V4: the type of that relevé, as a number.
        pub releve_type: Option<u64>,
        /// V4: the habitat, as a number.
        pub habitat_id: Option<u64>,
        /// V4: the date of the observation.
        pub date: Option<String>,
        /// V4: the east coordinate. In metres with `srid=2056` (CH1903+/LV95), in degrees with
        /// `srid=4326` (WGS 84).
        pub x: Option<f64>,
        /// V4: the north coordinate, in the same unit.
        pub y: Option<f64>,
        /// V4: the observer's remark.
        pub rem: Option<String>,
        /// V4: its documents, such as photos.
        pub documents: Option<Vec<Document>>,
        /// V4: its validation status, as a number.
        pub v_validation_status: Option<i64>,
        /// V5: the basis of the record, a Darwin Core term. Documented by Info Flora, like the
        /// other fields of V5.
        pub basis_of_record: Option<String>,
        /// V5: the location as well-known text; `geometry` in V4.
        pub footprint_wkt: Option<String>,
        /// V5: latitude in degrees.
        pub decimal_latitude: Option<f64>,
        /// V5: longitude in degrees.
        pub decimal_longitude: Option<f64>,
        /// V5: the geodetic datum of latitude and longitude.
        pub geodetic_datum: Option<String>,
        /// V5: the numbers of the observers; `observers` in V4. Named on Info Flora's test site.
        pub recorded_by_id: Option<Vec<u64>>,
    }
}

record! {
    /// A document of an observation: a photo, for example.
    pub struct Document {
        /// The URL of the file. Observed in public clients.
        pub file_url: Option<String>,
    }
}
