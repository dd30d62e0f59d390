//! The search for projects, and projects by id or slug.

use crate::{
    model::{Project, choice::choice},
    operation::operation,
    parameter::lists::{IdList, StringList},
    v1::{OPTIONAL, shared::pages},
};

/// The filters for projects.
macro_rules! filters {
    () => {
        auth_core::parameters! {
            /// Matches projects with these words in the title.
            q(into String);
            /// Matches projects with one of these ids.
            id(into IdList);
            /// Matches projects with none of these ids.
            not_id(into IdList);
            /// Sets the latitude of the centre of a circle, in degrees. Requires `lng`.
            lat(f64);
            /// Sets the longitude of the centre of a circle, in degrees.
            lng(f64);
            /// Sets the radius of the circle, in kilometres. Default: 500 (the Node API).
            radius(f64);
            /// Matches projects in one of these places.
            place_id(into IdList);
            /// Matches projects featured by the site of `site_id`, or by the account's site.
            featured(bool);
            /// Matches projects that are noteworthy for the site of `site_id`, or for the account's
            /// site.
            noteworthy(bool);
            /// Sets the network site that `featured` and `noteworthy` refer to.
            site_id(u64);
            /// Includes the details of the rules: records in place of ids.
            rule_details(bool);
            /// Matches projects of one of these types.
            r#type(into StringList);
            /// Matches projects with this member.
            member_id(u64);
            /// Matches projects whose rules form a search.
            has_params(bool);
            /// Matches projects with journal posts.
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
        /// Sets the key to order by.
        order_by(into OrderBy);
    }
}

operation! {
    /// Reads projects by id or slug, at most 100.
    pub Get: GET "/projects/{id}" -> Page<Project>, OPTIONAL;
    at(id(into StringList));
    ids 30, 100;
    query {
        /// Includes the details of the rules: records in place of ids.
        rule_details(bool);
    }
}

operation! {
    /// Finds projects whose title begins with this text.
    pub Autocomplete: GET "/projects/autocomplete" -> Page<Project>, OPTIONAL;
    with(q(into String));
    pages 10, 300;
    shared filters;
    query {
        /// Sets the maximum number of projects.
        per_page(u64);
    }
}

choice! {
    /// The key that projects are ordered by.
    pub enum OrderBy {
        /// By the latest journal post.
        RecentPosts = "recent_posts",
        /// By the time of creation.
        Created = "created",
        /// By the time of the last change.
        Updated = "updated",
        /// By the distance from the point of `lat` and `lng`.
        Distance = "distance",
        /// By the time they were featured. Use with `featured` or `noteworthy`.
        Featured = "featured",
    }
}
