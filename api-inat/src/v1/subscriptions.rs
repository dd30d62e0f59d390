//! Subscriptions: whether one hears of what is new. Both operations are switches: **sent twice, they undo themselves**, so
//! ask [`observations::Subscriptions`](crate::v1::observations::Subscriptions) or
//! [`projects::Subscriptions`](crate::v1::projects::Subscriptions) first.
//!
//! The Node API writes the kind with a capital letter in its routes, its description does not; its router takes both.

use crate::{
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Subscribes to an observation; where that is so already, ends it.
    pub ToggleObservation: POST "/subscriptions/observation/{id}/subscribe" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Subscribes to a project; where that is so already, ends it.
    pub ToggleProject: POST "/subscriptions/project/{id}/subscribe" -> Whole<Empty>, WRITE;
    at(id(u64));
}
