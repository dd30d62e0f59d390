//! Observation fields by name, which v1 and v2 cannot search for.

use crate::{model::ObservationField, operation::operation, v0::OPTIONAL};

operation! {
    /// Finds observation fields by words in their names. The list ends with an empty page.
    pub Search: GET "/observation_fields.json" -> Whole<Vec<ObservationField>>, OPTIONAL;
    query {
        /// Sets the words.
        q(into String);
        /// Sets the number of the page, from 1.
        page(u64);
    }
}
