//! Observations in traditional projects.

use crate::{
    model::ProjectObservation,
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Adds an observation to a project. Needs a membership; the project's rules have to hold.
    pub Create: POST "/project_observations" -> One<ProjectObservation>, WRITE;
    with(project_id(u64), observation_id(u64));
    body "" {
        /// The project.
        project_id(u64);
        /// The observation.
        observation_id(u64);
    }
}

operation! {
    /// Changes what the project may see of an observation.
    pub Update: PUT "/project_observations/{id}" -> One<ProjectObservation>, WRITE;
    at(id(u64));
    body "project_observation" {
        /// The project.
        project_id(u64);
        /// The observation.
        observation_id(u64);
        /// The project's curators see the true place.
        prefers_curator_coordinate_access(bool);
    }
}

operation! {
    /// Takes an observation out of a project, by the number of its place there.
    pub Delete: DELETE "/project_observations/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
