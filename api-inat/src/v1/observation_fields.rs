//! Observation fields, which users define.
//!
//! Not in the API's description; named in the Node API's routes.
//! [`v0`](crate::v0::observation_fields) has the Rails application's search.

use crate::{model::ObservationField, operation::operation, v1::OPEN};

operation! {
    /// Finds observation fields by the beginning of their name.
    pub Autocomplete: GET "/observation_fields/autocomplete" -> Page<ObservationField>, OPEN;
    with(q(into String));
    pages 5, 100;
    query {
        /// Sets the beginning of the name.
        q(into String);
        /// Sets the maximum number of fields.
        per_page(u64);
    }
}
