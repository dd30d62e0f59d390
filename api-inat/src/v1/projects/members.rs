//! Who is in a project, and whether one is oneself.

use crate::{
    model::{ProjectMember, Subscription, choice::choice},
    operation::{operation, response::Empty},
    parameter::lists::StringList,
    v1::{OPTIONAL, REQUIRED, WRITE, shared::pages},
};

operation! {
    /// Who is in a project.
    pub Members: GET "/projects/{id}/members" -> Page<ProjectMember>, OPTIONAL;
    at(id(into StringList));
    pages 30, 100, by number;
    shared pages;
    query {
        /// With this role.
        role(into Role);
        /// Without the members' own counts, which is faster.
        skip_counts(bool);
    }
}

operation! {
    /// One's own membership of projects, by their numbers or slugs: no record for those that one is not in.
    pub Membership: GET "/projects/{id}/membership" -> Page<ProjectMember>, REQUIRED;
    at(id(into StringList));
}

operation! {
    /// One's own subscription to a project: no record if there is none.
    pub Subscriptions: GET "/projects/{id}/subscriptions" -> Page<Subscription>, REQUIRED;
    at(id(u64));
}

operation! {
    /// Joins a project.
    pub Join: POST "/projects/{id}/join" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Leaves a project.
    pub Leave: DELETE "/projects/{id}/leave" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// What somebody does for a project.
    pub enum Role {
        /// Looks after its observations.
        Curator = "curator",
        /// Looks after the project itself.
        Manager = "manager",
    }
}
