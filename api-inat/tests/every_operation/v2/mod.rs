//! The API v2.

mod computer_vision;
mod observation_field_values;
mod observation_photos;
mod observation_sounds;
mod observations;
mod taxa;
mod users;

use crate::sendings::Sendings;

/// A line for each resource.
pub(crate) const RESOURCES: &[fn(&mut Sendings)] = &[
    computer_vision::all,
    observation_field_values::all,
    observation_photos::all,
    observation_sounds::all,
    observations::all,
    taxa::all,
    users::all,
];
