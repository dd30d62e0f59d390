//! Observations in projects, by UUID.

use crate::{
    model::ProjectObservation,
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::StringList},
    v2::{CHANGE, WRITE, selected},
};

operation! {
    /// Adds an observation to a project. Requires a membership, and an observation that meets the
    /// project's rules.
    pub Create: POST "/project_observations" -> One<ProjectObservation>, WRITE;
    with(project_id(u64), observation_id(into String));
    preset(fields(Fields::all()));
    shared selected;
    body "project_observation" {
        /// Sets the project.
        project_id(u64);
        /// Sets the UUID of the observation.
        observation_id(into String);
    }
}

operation! {
    /// Changes what the project can see of an observation.
    pub Update: PUT "/project_observations/{uuid}" -> One<ProjectObservation>, CHANGE;
    at(uuid(into StringList));
    preset(fields(Fields::all()));
    shared selected;
    body "project_observation" {
        /// Sets whether the project's curators see the true location.
        prefers_curator_coordinate_access(bool);
    }
}

operation! {
    /// Removes an observation from a project, by the UUID of the project observation.
    pub Delete: DELETE "/project_observations/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
