//! The members of projects, your own membership, and the projects that a site features.

use crate::{
    model::{ProjectMember, choice::choice},
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::IdList},
    v1::shared::pages,
    v2::{OPTIONAL, REQUIRED, WRITE, selected},
};

operation! {
    /// Lists the members of a project.
    pub Members: GET "/projects/{id}/members" -> Page<ProjectMember>, OPTIONAL;
    at(id(u64));
    preset(fields(Fields::all()));
    pages 30, 100, by number;
    shared pages, selected;
    query {
        /// Leaves out the members' own counts, which is faster.
        skip_counts(bool);
        /// Sets the key to order by.
        order_by(into MembersBy);
    }
}

operation! {
    /// Reads your membership of projects. Has no record for projects that you have not joined.
    pub Membership: GET "/projects/{id}/membership" -> Page<ProjectMember>, REQUIRED;
    at(id(into IdList));
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Joins a project.
    pub Join: POST "/projects/{id}/membership" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Leaves a project.
    pub Leave: DELETE "/projects/{id}/membership" -> Whole<Empty>, WRITE;
    at(id(u64));
}

operation! {
    /// Features a project on a network site. For the managers of that site.
    pub Feature: PUT "/projects/{id}/feature" -> Whole<Empty>, WRITE;
    at(id(u64));
    body "" {
        /// Sets the network site.
        inat_site_id(u64);
        /// Sets whether the project is noteworthy, not only featured.
        noteworthy(bool);
    }
}

operation! {
    /// Ends the featuring of a project on a network site. For the managers of that site.
    pub Unfeature: PUT "/projects/{id}/unfeature" -> Whole<Empty>, WRITE;
    at(id(u64));
    body "" {
        /// Sets the network site.
        inat_site_id(u64);
    }
}

choice! {
    /// The key that members are ordered by.
    pub enum MembersBy {
        /// By the number of their observations in the project.
        ObservationsCount = "observations_count",
        /// By login name.
        Login = "login",
    }
}
