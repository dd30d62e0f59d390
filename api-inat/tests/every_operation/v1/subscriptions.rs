//! Subscriptions.

use api_inat::v1::subscriptions::{ToggleObservation, ToggleProject};

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    list.done(ToggleObservation::new(1));
    list.done(ToggleProject::new(3));
}
