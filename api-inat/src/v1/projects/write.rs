//! Changing a project, and what is in it.

use crate::{
    model::Project,
    operation::{operation, response::Empty},
    parameter::lists::StringList,
    v1::{WRITE, users::ProjectType},
};

operation! {
    /// Adds an observation to a project; [`project_observations::Create`](crate::v1::project_observations::Create) does the
    /// same and gives the record.
    pub Add: POST "/projects/{id}/add" -> Whole<Empty>, WRITE;
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
    pub Remove: DELETE "/projects/{id}/remove" -> Whole<Empty>, WRITE;
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
    at(id(into StringList));
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
        prefers_rule_month(into StringList);
        /// Observations of these quality grades.
        prefers_rule_quality_grade(into StringList);
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
