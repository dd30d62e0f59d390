//! Your membership of a project.

use crate::{
    model::{ProjectMember, choice::choice},
    operation::operation,
    v2::WRITE,
};

operation! {
    /// Changes your membership, by its id.
    pub Update: PUT "/project_users/{id}" -> One<ProjectMember>, WRITE;
    at(id(u64));
    body "project_user" {
        /// Sets the observations whose true locations the project's curators see.
        prefers_curator_coordinate_access_for(into CoordinateAccess);
        /// Sets whether you subscribe to its news.
        prefers_updates(bool);
    }
}

choice! {
    /// The observations whose true locations the curators of a project see.
    pub enum CoordinateAccess {
        /// None.
        None = "none",
        /// All.
        Any = "any",
        /// Those obscured because of their taxon.
        Taxon = "taxon",
    }
}
