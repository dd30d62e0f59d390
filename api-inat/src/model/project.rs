//! Projects, their members and their observations.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    annotation::ObservationField, flag::Flag, location::Location, place::Place, taxon::Taxon,
    user::User,
};

record! {
    /// A project: observations that belong together, by hand or by rule.
    pub struct Project {
        /// Its number.
        pub id: u64,
        /// Its title.
        pub title: Option<Box<str>>,
        /// Its name in its URL.
        pub slug: Option<Box<str>>,
        /// What it is about.
        pub description: Option<Box<str>>,
        /// What its members agree to.
        pub terms: Option<Box<str>>,
        /// Its kind: empty for a traditional one, `collection`, `umbrella`.
        pub project_type: Option<Box<str>>,
        /// It stands over other projects.
        pub is_umbrella: Option<bool>,
        /// A traditional one that a collection has taken the place of.
        pub is_delegated_umbrella: Option<bool>,
        /// The project that has taken its place.
        pub delegated_project_id: Option<u64>,
        /// Who made it.
        pub user: Option<Arc<User>>,
        /// Who made it, by number.
        pub user_id: Option<u64>,
        /// Who is in it, by number.
        pub user_ids: Vec<u64>,
        /// Who looks after it.
        pub admins: Vec<ProjectAdmin>,
        /// Its place, by number.
        pub place_id: Option<u64>,
        /// A point in it.
        pub location: Option<Location>,
        /// Of that point: degrees north of the equator.
        pub latitude: Option<f64>,
        /// Of that point: degrees east of Greenwich.
        pub longitude: Option<f64>,
        /// What an observation has to be like.
        pub project_observation_rules: Vec<ProjectRule>,
        /// The fields that it asks for.
        pub project_observation_fields: Vec<ProjectField>,
        /// More rules, by name.
        pub rule_preferences: Vec<RulePreference>,
        /// The search that its rules come to.
        pub search_parameters: Vec<SearchParameter>,
        /// Where it is featured.
        pub site_features: Vec<SiteFeature>,
        /// It asks its members to show it true places.
        pub prefers_user_trust: Option<bool>,
        /// When its rules last changed.
        pub observation_requirements_updated_at: Option<Timestamp>,
        /// Where its picture lies.
        pub icon: Option<Box<str>>,
        /// The name of that picture's file.
        pub icon_file_name: Option<Box<str>>,
        /// Where the picture above its page lies.
        pub header_image_url: Option<Box<str>>,
        /// The name of that picture's file.
        pub header_image_file_name: Option<Box<str>>,
        /// That picture is shown as a whole.
        pub header_image_contain: Option<bool>,
        /// The colour of its banner.
        pub banner_color: Option<Box<str>>,
        /// Its page hides the title.
        pub hide_title: Option<bool>,
        /// Its map hides the flags of the projects under it.
        pub hide_umbrella_map_flags: Option<bool>,
        /// What people have complained of.
        pub flags: Vec<Flag>,
        /// When it was made.
        pub created_at: Option<Timestamp>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
    }
}

record! {
    /// Somebody who looks after a project.
    pub struct ProjectAdmin {
        /// Its number, which is not the person's.
        pub id: Option<u64>,
        /// The project.
        pub project_id: Option<u64>,
        /// `manager` or `curator`.
        pub role: Option<Box<str>>,
        /// The person.
        pub user: Option<Arc<User>>,
        /// The person, by number.
        pub user_id: Option<u64>,
    }
}

record! {
    /// One thing that an observation has to be for a project.
    pub struct ProjectRule {
        /// Its number.
        pub id: u64,
        /// The question, such as `observed_in_place?`.
        pub operator: Option<Box<str>>,
        /// What it is asked about, by kind.
        pub operand_type: Option<Box<str>>,
        /// What it is asked about, by number.
        pub operand_id: Option<u64>,
        /// The place it is asked about.
        pub place: Option<Box<Place>>,
        /// The project it is asked about.
        pub project: Option<Box<Project>>,
        /// The taxon it is asked about.
        pub taxon: Option<Arc<Taxon>>,
        /// The person it is asked about.
        pub user: Option<Arc<User>>,
    }
}

record! {
    /// An observation field that a project asks for.
    pub struct ProjectField {
        /// Its number.
        pub id: u64,
        /// The field.
        pub observation_field: Option<Box<ObservationField>>,
        /// Where it stands.
        pub position: Option<u64>,
        /// No observation is taken without it.
        pub required: Option<bool>,
    }
}

record! {
    /// A rule by name.
    pub struct RulePreference {
        /// Its name, such as `rule_quality_grade`.
        pub field: Option<Box<str>>,
        /// Its value.
        pub value: Option<Value>,
    }
}

record! {
    /// A parameter of the search that a project's rules come to.
    pub struct SearchParameter {
        /// Its name.
        pub field: Option<Box<str>>,
        /// Its value.
        pub value: Option<Value>,
        /// The same as a truth.
        pub value_bool: Option<bool>,
        /// The same as dates.
        pub value_date: Option<Value>,
        /// The same as words.
        pub value_keyword: Option<Value>,
        /// The same as numbers.
        pub value_number: Option<Value>,
    }
}

record! {
    /// A network site that features a project.
    pub struct SiteFeature {
        /// The site.
        pub site_id: Option<u64>,
        /// Noteworthy more than featured.
        pub noteworthy: Option<bool>,
        /// Since when.
        pub featured_at: Option<Timestamp>,
    }
}

record! {
    /// Somebody's membership of a project.
    pub struct ProjectMember {
        /// Its number, which is not the person's.
        pub id: u64,
        /// The project.
        pub project_id: Option<u64>,
        /// The person.
        pub user: Option<Arc<User>>,
        /// The person, by number.
        pub user_id: Option<u64>,
        /// `curator` or `manager`; absent for most.
        pub role: Option<Box<str>>,
        /// How many observations they have in it.
        pub observations_count: Option<u64>,
        /// How many taxa they have in it.
        pub taxa_count: Option<u64>,
        /// For which observations its curators see true places: `any`, `taxon`, or none.
        pub prefers_curator_coordinate_access_for: Option<Box<str>>,
        /// Hears of what is new in it.
        pub prefers_updates: Option<bool>,
        /// Since when.
        pub created_at: Option<Timestamp>,
        /// The same.
        pub created_at_utc: Option<Timestamp>,
        /// When it last changed.
        pub updated_at: Option<Timestamp>,
        /// The same.
        pub updated_at_utc: Option<Timestamp>,
    }
}

record! {
    /// An observation's place in a project.
    pub struct ProjectObservation {
        /// Its number.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// The project.
        pub project: Option<Box<Project>>,
        /// The project, by number.
        pub project_id: Option<u64>,
        /// The observation, by number.
        pub observation_id: Option<u64>,
        /// Who added it.
        pub user: Option<Arc<User>>,
        /// Who added it, by number.
        pub user_id: Option<u64>,
        /// The observer's membership.
        pub project_user: Option<Box<ProjectMember>>,
        /// The caller is a member.
        pub current_user_is_member: Option<bool>,
        /// What a curator identified it as for the project, by number.
        pub curator_identification_id: Option<u64>,
        /// A word that came with it, for those who sort by where things come from.
        pub tracking_code: Option<Box<str>>,
        /// The project's curators see the true place.
        pub prefers_curator_coordinate_access: Option<bool>,
        /// What the observer chose for it.
        pub preferences: Option<ProjectObservationPreferences>,
    }
}

record! {
    /// What an observer chose for an observation in a project.
    pub struct ProjectObservationPreferences {
        /// The project's curators see the true place.
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
        /// The project, by number.
        pub project_id: Option<u64>,
        /// The observer's membership.
        pub project_user: Option<Box<ProjectMember>>,
    }
}
