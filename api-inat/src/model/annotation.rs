//! Annotations with controlled terms, and values of observation fields.

use std::sync::Arc;

use super::{flag::Vote, taxon::Taxon, user::User};

record! {
    /// A controlled term and one of its values, said of an observation, such as "life stage:
    /// adult".
    pub struct Annotation {
        /// The UUID, which identifies it in the API.
        pub uuid: Option<Box<str>>,
        /// The id of the term.
        pub controlled_attribute_id: Option<u64>,
        /// The term.
        pub controlled_attribute: Option<Box<ControlledTerm>>,
        /// The id of the value.
        pub controlled_value_id: Option<u64>,
        /// The value.
        pub controlled_value: Option<Box<ControlledTerm>>,
        /// Both ids, joined with `|`.
        pub concatenated_attr_val: Option<Box<str>>,
        /// The author.
        pub user: Option<Arc<User>>,
        /// The id of the author.
        pub user_id: Option<u64>,
        /// The votes for it minus the votes against it.
        pub vote_score: Option<i64>,
        /// The votes.
        pub votes: Vec<Vote>,
    }
}

record! {
    /// A controlled term, such as "life stage", or one of its values, such as "adult".
    pub struct ControlledTerm {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The label in the language of the caller.
        pub label: Option<Box<str>>,
        /// The labels in all languages and for all taxa.
        pub labels: Vec<TermLabel>,
        /// The values.
        pub values: Vec<ControlledTerm>,
        /// It is a value, not a term.
        pub is_value: Option<bool>,
        /// Several of its values can apply together.
        pub multivalued: Option<bool>,
        /// No other value can apply together with this one.
        pub blocking: Option<bool>,
        /// The ids of the taxa it applies to, with their descendants. Empty: all.
        pub taxon_ids: Vec<u64>,
        /// The ids of the taxa among them that it does not apply to.
        pub excepted_taxon_ids: Vec<u64>,
        /// The same, as a single taxon.
        pub valid_within_clade: Option<u64>,
        /// The URI in an ontology.
        pub ontology_uri: Option<Box<str>>,
        /// The URL.
        pub uri: Option<Box<str>>,
    }
}

record! {
    /// The label of a controlled term in one language.
    pub struct TermLabel {
        /// The id.
        pub id: u64,
        /// The label.
        pub label: Option<Box<str>>,
        /// The meaning.
        pub definition: Option<Box<str>>,
        /// The language.
        pub locale: Option<Box<str>>,
        /// The taxon that the label is for.
        pub valid_within_clade: Option<u64>,
    }
}

record! {
    /// A field for observations that a user defined.
    pub struct ObservationField {
        /// The id.
        pub id: u64,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The name.
        pub name: Option<Box<str>>,
        /// The same, in the form used for searches.
        pub name_autocomplete: Option<Box<str>>,
        /// The description.
        pub description: Option<Box<str>>,
        /// The same, in the form used for searches.
        pub description_autocomplete: Option<Box<str>>,
        /// The type of its values: `text`, `numeric`, `date`, `time`, `datetime`, `taxon`, `dna`.
        pub datatype: Option<Box<str>>,
        /// The allowed values, joined with `|`. Absent: any value.
        pub allowed_values: Option<Box<str>>,
        /// The number of values.
        pub values_count: Option<i64>,
        /// The number of users who use it.
        pub users_count: Option<i64>,
        /// The id of the creator.
        pub user_id: Option<u64>,
    }
}

record! {
    /// The value that an observation has in an observation field.
    pub struct ObservationFieldValue {
        /// The id.
        pub id: Option<u64>,
        /// The UUID.
        pub uuid: Option<Box<str>>,
        /// The name of the field.
        pub name: Option<Box<str>>,
        /// The same, in lower case.
        pub name_ci: Option<Box<str>>,
        /// The value, as text.
        pub value: Option<Box<str>>,
        /// The same, in lower case.
        pub value_ci: Option<Box<str>>,
        /// The type of the field's values.
        pub datatype: Option<Box<str>>,
        /// The id of the field.
        pub field_id: Option<u64>,
        /// The id of the field, in responses to writes.
        pub observation_field_id: Option<u64>,
        /// The field.
        pub observation_field: Option<Box<ObservationField>>,
        /// The id of the observation.
        pub observation_id: Option<u64>,
        /// The id of the taxon that is the value.
        pub taxon_id: Option<u64>,
        /// The taxon that is the value.
        pub taxon: Option<Arc<Taxon>>,
        /// The user who added it.
        pub user: Option<Arc<User>>,
        /// The id of that user.
        pub user_id: Option<u64>,
        /// The id of the user who changed it last.
        pub updater_id: Option<u64>,
    }
}
