//! The API v1.

mod annotations;
mod announcements;
mod authorized_applications;
mod comments;
mod computer_vision;
mod controlled_terms;
mod flags;
mod identifications;
mod messages;
mod observation_field_values;
mod observation_fields;
mod observation_photos;
mod observation_sounds;
pub(crate) mod observations;
mod photos;
mod places;
mod posts;
mod project_observations;
mod projects;
mod provider_authorizations;
mod relationships;
mod search;
mod sites;
mod sounds;
mod status;
mod subscriptions;
mod taxa;
mod taxon_name_priorities;
mod tiles;
mod users;
mod votes;

use crate::sendings::Sendings;

/// A line for each resource.
pub(crate) const RESOURCES: &[fn(&mut Sendings)] = &[
    annotations::all,
    announcements::all,
    authorized_applications::all,
    comments::all,
    computer_vision::all,
    controlled_terms::all,
    flags::all,
    identifications::all,
    messages::all,
    observation_field_values::all,
    observation_fields::all,
    observation_photos::all,
    observation_sounds::all,
    observations::all,
    photos::all,
    places::all,
    posts::all,
    project_observations::all,
    projects::all,
    provider_authorizations::all,
    relationships::all,
    search::all,
    sites::all,
    sounds::all,
    status::all,
    subscriptions::all,
    taxa::all,
    taxon_name_priorities::all,
    tiles::all,
    users::all,
    votes::all,
];
