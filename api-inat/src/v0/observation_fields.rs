//! Observation fields by name, which v1 and v2 cannot search for.

use crate::{model::ObservationField, operation::operation, v0::OPTIONAL};

operation! {
    /// Observation fields with these words in their names. The list ends with an empty page.
    pub Search: GET "/observation_fields.json" -> Whole<Vec<ObservationField>>, OPTIONAL;
    query {
        /// The words.
        q(into String);
        /// The number of the page, from 1.
        page(u64);
    }
}
