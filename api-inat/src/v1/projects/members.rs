//! The members of a project, and your own membership.

use crate::{
    model::{ProjectMember, Subscription, choice::choice},
    operation::{operation, response::Empty},
    parameter::lists::StringList,
    v1::{OPTIONAL, REQUIRED, WRITE, shared::pages},
};

operation! {
    /// Lists the members of a project.
    pub Members: GET "/projects/{id}/members" -> Page<ProjectMember>, OPTIONAL;
    at(id(into StringList));
    pages 30, 100, by number;
    shared pages;
    query {
        /// Matches members with this role.
        role(into Role);
        /// Leaves out the members' own counts, which is faster.
        skip_counts(bool);
    }
}

operation! {
    /// Reads your membership of projects, given by id or slug. Has no record for projects that you
    /// have not joined.
    pub Membership: GET "/projects/{id}/membership" -> Page<ProjectMember>, REQUIRED;
    at(id(into StringList));
}

operation! {
    /// Reads your subscription to a project. The page is empty if you have none.
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
    /// The role of a user in a project.
    pub enum Role {
        /// Manages its observations.
        Curator = "curator",
        /// Manages the project itself.
        Manager = "manager",
    }
}
