//! Creates, changes and deletes identifications.

use crate::{
    model::Identification,
    operation::{operation, response::Empty},
    v1::WRITE,
};

/// The fields of an identification.
macro_rules! content {
    () => {
        operation! { @fields "identification";
            /// Sets the observation.
            observation_id(u64);
            /// Sets the taxon.
            taxon_id(u64);
            /// Sets whether it is current. Only the latest identification of each user is.
            current(bool);
            /// Sets the explanation.
            body(into String);
        }
    };
}

operation! {
    /// Identifies an observation.
    pub Create: POST "/identifications" -> One<Identification>, WRITE;
    with(observation_id(u64), taxon_id(u64));
    shared content;
    body "identification" {}
}

operation! {
    /// Changes one of your identifications. [`current(false)`](Self::current) withdraws it.
    pub Update: PUT "/identifications/{id}" -> One<Identification>, WRITE;
    at(id(u64));
    shared content;
    body "identification" {}
}

operation! {
    /// Deletes one of your identifications.
    pub Delete: DELETE "/identifications/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
