//! Projects, their members and their observations.

use std::sync::Arc;

use serde_json::Value;

use super::{
    annotation::ObservationField, flag::Flag, location::Location, moment::Moment, place::Place,
    taxon::Taxon, user::User,
};

record! {
    /// A project: a collection of observations, made by hand or by rules.
    pub struct Project {
        /// The id.
        pub id: u64,
        /// The title.
        pub title: Option<Box<str>>,
        /// The name in its URL.
        pub slug: Option<Box<str>>,
        /// The description.
        pub description: Option<Box<str>>,
        /// The terms that members agree to.
        pub terms: Option<Box<str>>,
        /// The type: empty for a traditional project, `collection`, `umbrella`.
        pub project_type: Option<Box<str>>,
        /// It groups other projects.
        pub is_umbrella: Option<bool>,
        /// It is a traditional project that a collection project has replaced.
        pub is_delegated_umbrella: Option<bool>,
        /// It is a collection or umbrella project.
        pub is_new_style_project: Option<bool>,
        /// The id of the project that replaced it.
        pub delegated_project_id: Option<u64>,
        /// The creator.
        pub user: Option<Arc<User>>,
        /// The id of the creator.
        pub user_id: Option<u64>,
        /// The ids of the members.
        pub user_ids: Vec<u64>,
        /// The users who manage it.
        pub admins: Vec<ProjectAdmin>,
        /// The id of its place.
        pub place_id: Option<u64>,
        /// A point in it.
        pub location: Option<Location>,
        /// The latitude of that point: degrees north of the equator.
        pub latitude: Option<f64>,
        /// The longitude of that point: degrees east of Greenwich.
        pub longitude: Option<f64>,
        /// The rules that an observation has to meet.
        pub project_observation_rules: Vec<ProjectRule>,
        /// The observation fields that it asks for.
        pub project_observation_fields: Vec<ProjectField>,
        /// More rules, by name.
        pub rule_preferences: Vec<RulePreference>,
        /// The search that its rules form.
        pub search_parameters: Vec<SearchParameter>,
        /// The network sites that feature it.
        pub site_features: Vec<SiteFeature>,
        /// It asks members to share true locations.
        pub prefers_user_trust: Option<bool>,
        /// The time its rules last changed.
        pub observation_requirements_updated_at: Option<Moment>,
        /// The URL of the picture.
        pub icon: Option<Box<str>>,
        /// The file name of the picture.
        pub icon_file_name: Option<Box<str>>,
        /// The URL of the banner picture.
        pub header_image_url: Option<Box<str>>,
        /// The file name of the banner picture.
        pub header_image_file_name: Option<Box<str>>,
        /// The whole banner picture is shown.
        pub header_image_contain: Option<bool>,
        /// The colour of the banner.
        pub banner_color: Option<Box<str>>,
        /// Its page hides the title.
        pub hide_title: Option<bool>,
        /// Its map hides the flags of subprojects.
        pub hide_umbrella_map_flags: Option<bool>,
        /// Its page hides the list of the most active members.
        pub hide_leaderboard: Option<bool>,
        /// Who can join it, such as `open` or `inviteonly`.
        pub membership_model: Option<Box<str>>,
        /// The order of the projects that it groups.
        pub umbrella_project_list_sort: Option<Box<str>>,
        /// The flags on it.
        pub flags: Vec<Flag>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
    }
}

record! {
    /// A user who manages a project.
    pub struct ProjectAdmin {
        /// The id, which is not the user's id.
        pub id: Option<u64>,
        /// The id of the project.
        pub project_id: Option<u64>,
        /// `manager` or `curator`.
        pub role: Option<Box<str>>,
        /// The user.
        pub user: Option<Arc<User>>,
        /// The id of the user.
        pub user_id: Option<u64>,
    }
}

record! {
    /// A rule that an observation has to meet.
    pub struct ProjectRule {
        /// The id.
        pub id: u64,
        /// The condition, such as `observed_in_place?`.
        pub operator: Option<Box<str>>,
        /// The type of the record in the condition.
        pub operand_type: Option<Box<str>>,
        /// The id of that record.
        pub operand_id: Option<u64>,
        /// The place in the condition.
        pub place: Option<Box<Place>>,
        /// The project in the condition.
        pub project: Option<Box<Project>>,
        /// The taxon in the condition.
        pub taxon: Option<Arc<Taxon>>,
        /// The user in the condition.
        pub user: Option<Arc<User>>,
    }
}

record! {
    /// An observation field that a project asks for.
    pub struct ProjectField {
        /// The id.
        pub id: u64,
        /// The field.
        pub observation_field: Option<Box<ObservationField>>,
        /// The position.
        pub position: Option<u64>,
        /// The project requires it of each observation.
        pub required: Option<bool>,
    }
}

record! {
    /// A rule by name.
    pub struct RulePreference {
        /// Its name, such as `rule_quality_grade`.
        pub field: Option<Box<str>>,
        /// The value.
        pub value: Option<Value>,
    }
}

record! {
    /// A parameter of the search that a project's rules form.
    pub struct SearchParameter {
        /// The name.
        pub field: Option<Box<str>>,
        /// The value.
        pub value: Option<Value>,
        /// The same, as a boolean.
        pub value_bool: Option<bool>,
        /// The same, as dates.
        pub value_date: Option<Value>,
        /// The same, as keywords.
        pub value_keyword: Option<Value>,
        /// The same, as numbers.
        pub value_number: Option<Value>,
    }
}

record! {
    /// A network site that features a project.
    pub struct SiteFeature {
        /// The id of the site.
        pub site_id: Option<u64>,
        /// The project is noteworthy, not only featured.
        pub noteworthy: Option<bool>,
        /// The time it was first featured.
        pub featured_at: Option<Moment>,
    }
}

record! {
    /// A user's membership of a project.
    pub struct ProjectMember {
        /// The id, which is not the user's id.
        pub id: u64,
        /// The id of the project.
        pub project_id: Option<u64>,
        /// The user.
        pub user: Option<Arc<User>>,
        /// The id of the user.
        pub user_id: Option<u64>,
        /// The role: `curator` or `manager`. Absent for most members.
        pub role: Option<Box<str>>,
        /// The number of their observations in it.
        pub observations_count: Option<i64>,
        /// The number of their taxa in it.
        pub taxa_count: Option<i64>,
        /// The observations whose true locations the curators see: `any`, `taxon`, or none.
        pub prefers_curator_coordinate_access_for: Option<Box<str>>,
        /// The user subscribes to its news.
        pub prefers_updates: Option<bool>,
        /// The time of creation.
        pub created_at: Option<Moment>,
        /// The same.
        pub created_at_utc: Option<Moment>,
        /// The time of the last change.
        pub updated_at: Option<Moment>,
        /// The same.
        pub updated_at_utc: Option<Moment>,
    }
}

record! {
    /// The link of an observation and a project.
    pub struct ProjectObservation {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The project.
        pub project: Option<Box<Project>>,
        /// The id of the project.
        pub project_id: Option<u64>,
        /// The id of the observation.
        pub observation_id: Option<u64>,
        /// The user who added it.
        pub user: Option<Arc<User>>,
        /// The id of that user.
        pub user_id: Option<u64>,
        /// The observer's membership.
        pub project_user: Option<Box<ProjectMember>>,
        /// The caller is a member.
        pub current_user_is_member: Option<bool>,
        /// The id of the curator's identification for the project.
        pub curator_identification_id: Option<u64>,
        /// A tracking code that the uploading program set.
        pub tracking_code: Option<Box<str>>,
        /// The project's curators see the true location.
        pub prefers_curator_coordinate_access: Option<bool>,
        /// The observer's preferences for it.
        pub preferences: Option<ProjectObservationPreferences>,
    }
}

record! {
    /// An observer's preferences for an observation in a project.
    pub struct ProjectObservationPreferences {
        /// The project's curators see the true location.
        pub allows_curator_coordinate_access: Option<bool>,
    }
}

record! {
    /// A collection or umbrella project that an observation belongs to by its rules.
    pub struct NonTraditionalProject {
        /// The caller is a member.
        pub current_user_is_member: Option<bool>,
        /// The project.
        pub project: Option<Box<Project>>,
        /// The id of the project.
        pub project_id: Option<u64>,
        /// The observer's membership.
        pub project_user: Option<Box<ProjectMember>>,
        /// The same, in v2.
        pub membership = "projectUser": Option<Box<ProjectMember>>,
    }
}
