//! Subscriptions to the news of a record. Both operations are switches: **sent a second time, they
//! undo themselves**. Read [`observations::Subscriptions`](crate::v1::observations::Subscriptions)
//! or [`projects::Subscriptions`](crate::v1::projects::Subscriptions) first.
//!
//! The Node API writes the type with a capital letter in its routes, and without one in its
//! description. Its router accepts both.

use crate::{
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Subscribes to an observation, or unsubscribes if you are subscribed.
    pub ToggleObservation: POST "/subscriptions/observation/{id}/subscribe" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Subscribes to a project, or unsubscribes if you are subscribed.
    pub ToggleProject: POST "/subscriptions/project/{id}/subscribe" -> Whole<Empty>, WRITE;
    at(id(u64));
}
