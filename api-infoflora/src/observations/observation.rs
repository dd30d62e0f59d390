//! An observation, as far as public clients show it.

record! {
    /// An observation.
    ///
    /// No schema is published where we could read it. The fields of V4 are those that public clients use; the ones of V5
    /// are named in Info Flora's migration guide, and read-only there. Everything else is in `extra`.
    pub struct Observation {
        /// V4: its number. Seen in public clients, as are the next ten.
        pub obs_id: Option<u64>,
        /// V4: the relevé it belongs to.
        pub releve_id: Option<u64>,
        /// V4: the kind of that relevé, as a number.
        pub releve_type: Option<u64>,
        /// V4: the habitat, as a number.
        pub habitat_id: Option<u64>,
        /// V4: the day it was observed on.
        pub date: Option<String>,
        /// V4: east. Metres with `srid=2056` (CH1903+/LV95), degrees with `srid=4326` (WGS 84).
        pub x: Option<f64>,
        /// V4: north, in the same unit.
        pub y: Option<f64>,
        /// V4: the observer's remark.
        pub rem: Option<String>,
        /// V4: its documents, such as photos.
        pub documents: Option<Vec<Document>>,
        /// V4: how far it was validated, as a number.
        pub v_validation_status: Option<i64>,
        /// V5: what the record rests on, a Darwin Core term. Documented by Info Flora, as are the next five.
        pub basis_of_record: Option<String>,
        /// V5: where it was made, as well-known text; `geometry` before.
        pub footprint_wkt: Option<String>,
        /// V5: latitude in degrees.
        pub decimal_latitude: Option<f64>,
        /// V5: longitude in degrees.
        pub decimal_longitude: Option<f64>,
        /// V5: the datum of the two.
        pub geodetic_datum: Option<String>,
        /// V5: the observers' numbers; `observers` before. Named on Info Flora's test site.
        pub recorded_by_id: Option<Vec<u64>>,
    }
}

record! {
    /// A document of an observation: a photo, for example.
    pub struct Document {
        /// Where the file lies. Seen in public clients.
        pub file_url: Option<String>,
    }
}
