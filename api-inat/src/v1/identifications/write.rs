//! Making, changing and deleting identifications.

use crate::{
    model::Identification,
    operation::{operation, response::Empty},
    v1::WRITE,
};

/// What an identification says.
macro_rules! says {
    () => {
        operation! { @fields "identification";
            /// The observation.
            observation_id(u64);
            /// What it is.
            taxon_id(u64);
            /// Whether it stands; only the latest of each person does.
            current(bool);
            /// Why.
            body(into String);
        }
    };
}

operation! {
    /// Identifies an observation.
    pub Create: POST "/identifications" -> One<Identification>, WRITE;
    with(observation_id(u64), taxon_id(u64));
    shared says;
    body "identification" {}
}

operation! {
    /// Changes an identification of one's own; with [`current(false)`](Self::current) it is withdrawn.
    pub Update: PUT "/identifications/{id}" -> One<Identification>, WRITE;
    at(id(u64));
    shared says;
    body "identification" {}
}

operation! {
    /// Deletes an identification of one's own.
    pub Delete: DELETE "/identifications/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
