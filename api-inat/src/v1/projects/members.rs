//! The members of a project, and your own membership.

use crate::{
    model::{Post, ProjectMember, Subscription, UserCount, choice::choice},
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

operation! {
    /// Lists the posts in the journals of projects, given by id or slug, the latest first. Not in
    /// the API's description; named in the Node API's routes.
    pub Posts: GET "/projects/{id}/posts" -> Page<Post>, OPTIONAL;
    at(id(into StringList));
    pages 10, 30, by number;
    shared pages;
}

operation! {
    /// Lists the users who subscribe to projects, given by id or slug. Each record has a user and
    /// no count. Not in the API's description; named in the Node API's routes.
    pub Followers: GET "/projects/{id}/followers" -> Page<UserCount>, OPTIONAL;
    at(id(into StringList));
    pages 10, 100, by number;
    shared pages;
}

operation! {
    /// Changes your membership, by its id. Not in the API's description; named in the Node API's
    /// routes.
    pub UpdateMembership: PUT "/project_users/{id}" -> One<ProjectMember>, WRITE;
    at(id(u64));
    body "project_user" {
        /// Sets the observations whose true locations the curators see: `any`, `taxon` or `none`.
        prefers_curator_coordinate_access_for(into String);
        /// Sets whether you subscribe to its news.
        prefers_updates(bool);
    }
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
