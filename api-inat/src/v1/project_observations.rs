//! Observations in traditional projects.

use crate::{
    model::ProjectObservation,
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Adds an observation to a project. Requires a membership, and an observation that meets the
    /// project's rules.
    pub Create: POST "/project_observations" -> One<ProjectObservation>, WRITE;
    with(project_id(u64), observation_id(u64));
    body "" {
        /// Sets the project.
        project_id(u64);
        /// Sets the observation.
        observation_id(u64);
    }
}

operation! {
    /// Changes what the project can see of an observation.
    pub Update: PUT "/project_observations/{id}" -> One<ProjectObservation>, WRITE;
    at(id(u64));
    body "project_observation" {
        /// Sets the project.
        project_id(u64);
        /// Sets the observation.
        observation_id(u64);
        /// Sets whether the project's curators see the true location.
        prefers_curator_coordinate_access(bool);
    }
}

operation! {
    /// Removes an observation from a project, by the id of the project observation.
    pub Delete: DELETE "/project_observations/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
