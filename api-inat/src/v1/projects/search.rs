//! The search for projects, and projects by number or slug.

use crate::{
    model::{Project, choice::choice},
    operation::operation,
    parameter::lists::{IdList, StringList},
    v1::{OPTIONAL, shared::pages},
};

/// What projects are searched by.
macro_rules! filters {
    () => {
        auth_core::parameters! {
            /// With these words in the title.
            q(into String);
            /// With one of these ids.
            id(into IdList);
            /// With none of these ids.
            not_id(into IdList);
            /// Latitude of the centre of a circle, in degrees; with `lng`.
            lat(f64);
            /// Longitude of the centre of a circle, in degrees.
            lng(f64);
            /// Radius of the circle, in kilometres; 500 without it (the Node API).
            radius(f64);
            /// In one of these places.
            place_id(into IdList);
            /// Featured by the site of `site_id`, or by that of the account.
            featured(bool);
            /// Noteworthy for the site of `site_id`, or for that of the account.
            noteworthy(bool);
            /// The network site that `featured` and `noteworthy` are about.
            site_id(u64);
            /// With all there is to say about the rules: records in the place of ids.
            rule_details(bool);
            /// Of one of these kinds.
            r#type(into StringList);
            /// With this member.
            member_id(u64);
            /// With rules that come to a search.
            has_params(bool);
            /// With journal posts.
            has_posts(bool);
        }
    };
}

operation! {
    /// Searches for projects.
    pub Search: GET "/projects" -> Page<Project>, OPTIONAL;
    pages 10, 300, by number;
    shared filters, pages;
    query {
        /// What to order by.
        order_by(into OrderBy);
    }
}

operation! {
    /// Projects by their numbers or slugs, 100 at most.
    pub Get: GET "/projects/{id}" -> Page<Project>, OPTIONAL;
    at(id(into StringList));
    ids 30, 100;
    query {
        /// With all there is to say about the rules: records in the place of ids.
        rule_details(bool);
    }
}

operation! {
    /// Projects with a title that begins like this.
    pub Autocomplete: GET "/projects/autocomplete" -> Page<Project>, OPTIONAL;
    with(q(into String));
    pages 10, 300;
    shared filters;
    query {
        /// How many at most.
        per_page(u64);
    }
}

choice! {
    /// What projects are ordered by.
    pub enum OrderBy {
        /// By the latest journal post.
        RecentPosts = "recent_posts",
        /// By the time they were made.
        Created = "created",
        /// By the time they last changed.
        Updated = "updated",
        /// By the distance from the point of `lat` and `lng`.
        Distance = "distance",
        /// By the time they were featured; with `featured` or `noteworthy`.
        Featured = "featured",
    }
}
