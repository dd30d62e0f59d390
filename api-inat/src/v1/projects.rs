//! Projects: observations that belong together.

use crate::{
    model::{Project, ProjectMember, Subscription, choice::choice},
    operation::{operation, response::Done},
    parameter::lists::{Ids, Words},
    v1::{OPTIONAL, REQUIRED, WRITE, shared::pages},
};

/// What projects are searched by.
macro_rules! filters {
    () => {
        auth_core::parameters! {
            /// With these words in the title.
            q(into String);
            /// With one of these ids.
            id(into Ids);
            /// With none of these ids.
            not_id(into Ids);
            /// Latitude of the centre of a circle, in degrees; with `lng`.
            lat(f64);
            /// Longitude of the centre of a circle, in degrees.
            lng(f64);
            /// Radius of the circle, in kilometres; 500 without it (the Node API).
            radius(f64);
            /// In one of these places.
            place_id(into Ids);
            /// Featured by the site of `site_id`, or by that of the account.
            featured(bool);
            /// Noteworthy for the site of `site_id`, or for that of the account.
            noteworthy(bool);
            /// The network site that `featured` and `noteworthy` are about.
            site_id(u64);
            /// With all there is to say about the rules: records in the place of ids.
            rule_details(bool);
            /// Of one of these kinds.
            r#type(into Words);
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
    at(id(into Words));
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

operation! {
    /// Who is in a project.
    pub Members: GET "/projects/{id}/members" -> Page<ProjectMember>, OPTIONAL;
    at(id(into Words));
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
    at(id(into Words));
}

operation! {
    /// One's own subscription to a project: no record if there is none.
    pub Subscriptions: GET "/projects/{id}/subscriptions" -> Page<Subscription>, REQUIRED;
    at(id(u64));
}

operation! {
    /// Joins a project.
    pub Join: POST "/projects/{id}/join" -> Whole<Done>, WRITE;
    at(id(u64));
}

operation! {
    /// Leaves a project.
    pub Leave: DELETE "/projects/{id}/leave" -> Whole<Done>, WRITE;
    at(id(u64));
}

operation! {
    /// Adds an observation to a project; [`project_observations::Create`](crate::v1::project_observations::Create) does the
    /// same and gives the record.
    pub Add: POST "/projects/{id}/add" -> Whole<Done>, WRITE;
    at(id(u64));
    with(observation_id(u64));
    body "" {
        /// The observation.
        observation_id(u64);
    }
}

operation! {
    /// Takes an observation out of a project. Its users doubt that it works (a note in pyinaturalist);
    /// [`project_observations::Delete`](crate::v1::project_observations::Delete) is the other way.
    pub Remove: DELETE "/projects/{id}/remove" -> Whole<Done>, WRITE;
    at(id(u64));
    with(observation_id(u64));
    body "" {
        /// The observation.
        observation_id(u64);
    }
}

operation! {
    /// Changes a project that one looks after. Not in the API's description; pyinaturalist uses it, and the
    /// setters have its names. What it sends beyond them, such as rules and those who look after it, goes through
    /// [`field`](Self::field).
    pub Update: PUT "/projects/{id}" -> One<Project>, WRITE;
    at(id(into Words));
    body "project" {
        /// Its title.
        title(into String);
        /// What it is about.
        description(into String);
        /// Its kind.
        project_type(into ProjectType);
        /// The colour of its banner, such as `#28387d`.
        preferred_banner_color(into String);
        /// The picture of the banner is shown as a whole.
        prefers_banner_contain(bool);
        /// Its page hides the title.
        prefers_hide_title(bool);
        /// Its map hides the flags of the projects under it.
        prefers_hide_umbrella_map_flags(bool);
        /// It asks its members to show it true places.
        prefers_user_trust(bool);
        /// Observations of this day or later.
        prefers_rule_d1(into String);
        /// Observations of this day or earlier.
        prefers_rule_d2(into String);
        /// Observations of this day.
        prefers_rule_observed_on(into String);
        /// Observations of these months, 1 to 12.
        prefers_rule_month(into Words);
        /// Observations of these quality grades.
        prefers_rule_quality_grade(into Words);
        /// Observations with photos.
        prefers_rule_photos(bool);
        /// Observations with sounds.
        prefers_rule_sounds(bool);
        /// Observations of introduced organisms.
        prefers_rule_introduced(bool);
        /// Observations of native organisms.
        prefers_rule_native(bool);
        /// Observations by members alone.
        prefers_rule_members_only(bool);
        /// Observations with an annotation of this controlled term.
        prefers_rule_term_id(u64);
        /// Observations with this value of the controlled term.
        prefers_rule_term_value_id(u64);
    }
}

pub use super::users::ProjectType;

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

choice! {
    /// What somebody does for a project.
    pub enum Role {
        /// Looks after its observations.
        Curator = "curator",
        /// Looks after the project itself.
        Manager = "manager",
    }
}
