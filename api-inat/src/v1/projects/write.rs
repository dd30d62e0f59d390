//! Changes a project, and adds and removes observations.

use crate::{
    model::Project,
    operation::{operation, response::Empty},
    parameter::lists::StringList,
    v1::{WRITE, users::ProjectType},
};

/// The fields of a project.
macro_rules! content {
    () => {
        operation! { @fields "project";
            /// Sets the title.
            title(into String);
            /// Sets the description.
            description(into String);
            /// Sets the type.
            project_type(into ProjectType);
            /// Sets the colour of the banner, such as `#28387d`.
            preferred_banner_color(into String);
            /// Shows the whole picture of the banner.
            prefers_banner_contain(bool);
            /// Hides the title on the project's page.
            prefers_hide_title(bool);
            /// Hides the flags of subprojects on the project's map.
            prefers_hide_umbrella_map_flags(bool);
            /// Asks members to share true locations with the project.
            prefers_user_trust(bool);
            /// Accepts observations of this day or later.
            prefers_rule_d1(into String);
            /// Accepts observations of this day or earlier.
            prefers_rule_d2(into String);
            /// Accepts observations of this day.
            prefers_rule_observed_on(into String);
            /// Accepts observations of these months, 1 to 12.
            prefers_rule_month(into StringList);
            /// Accepts observations of these quality grades.
            prefers_rule_quality_grade(into StringList);
            /// Accepts observations with photos.
            prefers_rule_photos(bool);
            /// Accepts observations with sounds.
            prefers_rule_sounds(bool);
            /// Accepts observations of introduced organisms.
            prefers_rule_introduced(bool);
            /// Accepts observations of native organisms.
            prefers_rule_native(bool);
            /// Accepts only observations by members.
            prefers_rule_members_only(bool);
            /// Accepts observations with an annotation of this controlled term.
            prefers_rule_term_id(u64);
            /// Accepts observations with this value of the controlled term.
            prefers_rule_term_value_id(u64);
        }
    };
}

operation! {
    /// Adds an observation to a project.
    /// [`project_observations::Create`](crate::v1::project_observations::Create) does the same and
    /// returns the record.
    pub Add: POST "/projects/{id}/add" -> Whole<Empty>, WRITE;
    at(id(u64));
    with(observation_id(u64));
    body "" {
        /// Sets the observation.
        observation_id(u64);
    }
}

operation! {
    /// Removes an observation from a project. It may not work (a note in pyinaturalist);
    /// [`project_observations::Delete`](crate::v1::project_observations::Delete) is the
    /// alternative.
    pub Remove: DELETE "/projects/{id}/remove" -> Whole<Empty>, WRITE;
    at(id(u64));
    with(observation_id(u64));
    body "" {
        /// Sets the observation.
        observation_id(u64);
    }
}

operation! {
    /// Changes a project that you manage. Not in the API's description; pyinaturalist uses it, and
    /// the setters have its names. Set anything else that it sends, such as rules and admins, with
    /// [`field`](Self::field).
    pub Update: PUT "/projects/{id}" -> One<Project>, WRITE;
    at(id(into StringList));
    shared content;
    body "project" {
    }
}

operation! {
    /// Creates a project. Not in the API's description; named in the Node API's routes. The setters
    /// are those of [`Update`].
    pub Create: POST "/projects" -> One<Project>, WRITE;
    with(title(into String));
    shared content;
    body "project" {}
}

operation! {
    /// Deletes a project that you created. Not in the API's description; named in the Node API's
    /// routes.
    pub Delete: DELETE "/projects/{id}" -> Whole<Empty>, WRITE;
    at(id(into StringList));
}
