//! The search for projects, projects by id, and their journal.

use crate::{
    model::{Post, Project},
    operation::operation,
    parameter::{
        fields::Fields,
        lists::{IdList, StringList},
    },
    v1::{projects::OrderBy, shared::pages},
    v2::{OPTIONAL, selected},
};

operation! {
    /// Searches for projects.
    pub Search: GET "/projects" -> Page<Project>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 10, 300, by number;
    shared pages, selected;
    query {
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
        /// Sets the radius of the circle, in kilometres.
        radius(u64);
        /// Matches projects in one of these places.
        place_id(into IdList);
        /// Matches projects featured by the site of `site_id`, or by the account's site. The
        /// description's name for v1's `featured`.
        features(bool);
        /// Matches projects that are noteworthy for the site of `site_id`, or for the account's
        /// site.
        noteworthy(bool);
        /// Sets the network site that `features` and `noteworthy` refer to.
        site_id(u64);
        /// Includes the details of the rules: records in place of ids.
        rule_details(bool);
        /// Matches projects of one of these types: `collection`, `umbrella`.
        r#type(into StringList);
        /// Matches projects with one of these members.
        member_id(into IdList);
        /// Matches projects whose rules form a search.
        has_params(bool);
        /// Matches projects with journal posts.
        has_posts(bool);
        /// Sets the key to order by.
        order_by(into OrderBy);
    }
}

operation! {
    /// Reads projects by id, at most 100.
    pub Get: GET "/projects/{id}" -> Page<Project>, OPTIONAL;
    at(id(into IdList));
    preset(fields(Fields::all()));
    ids 30, 100;
    shared selected;
    query {
        /// Includes the details of the rules: records in place of ids.
        rule_details(bool);
    }
}

operation! {
    /// Lists the posts in the journal of a project, the latest first.
    pub Posts: GET "/projects/{id}/posts" -> Page<Post>, OPTIONAL;
    at(id(into IdList));
    preset(fields(Fields::all()));
    pages 10, 30, by number;
    shared pages, selected;
}
