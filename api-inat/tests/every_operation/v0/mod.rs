//! The Rails application's own API.

mod observation_fields;
mod observations;
mod users;

use crate::sendings::Sendings;

/// A line for each resource.
pub(crate) const RESOURCES: &[fn(&mut Sendings)] =
    &[observation_fields::all, observations::all, users::all];
