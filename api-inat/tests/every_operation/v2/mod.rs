//! The API v2.

mod annotations;
mod announcements;
mod authorized_applications;
mod comments;
mod computer_vision;
mod controlled_terms;
mod exemplar_identifications;
mod flags;
mod identifications;
mod messages;
mod observation_field_values;
mod observation_photos;
mod observation_sounds;
pub(crate) mod observations;
mod photos;
mod places;
mod posts;
mod project_observations;
mod project_users;
mod projects;
mod provider_authorizations;
mod relationships;
mod saved_locations;
mod search;
mod sounds;
mod status;
mod taxa;
mod taxon_id_summaries;
mod taxon_name_priorities;
mod tiles;
mod translations;
mod users;

use crate::sendings::Sendings;

/// A line for each resource.
pub(crate) const RESOURCES: &[fn(&mut Sendings)] = &[
    annotations::all,
    announcements::all,
    authorized_applications::all,
    comments::all,
    computer_vision::all,
    controlled_terms::all,
    exemplar_identifications::all,
    flags::all,
    identifications::all,
    messages::all,
    observation_field_values::all,
    observation_photos::all,
    observation_sounds::all,
    observations::all,
    photos::all,
    places::all,
    posts::all,
    project_observations::all,
    project_users::all,
    projects::all,
    provider_authorizations::all,
    relationships::all,
    saved_locations::all,
    search::all,
    sounds::all,
    status::all,
    taxa::all,
    taxon_id_summaries::all,
    taxon_name_priorities::all,
    tiles::all,
    translations::all,
    users::all,
];
