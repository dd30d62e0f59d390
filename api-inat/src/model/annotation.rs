//! Annotations with controlled terms, and values of observation fields.

use std::sync::Arc;

use super::{flag::Vote, taxon::Taxon, user::User};

record! {
    /// A statement with a controlled term and one of its values, such as "life stage: adult".
    pub struct Annotation {
        /// Its UUID, which is its name in the API.
        pub uuid: Option<Box<str>>,
        /// The term, by number.
        pub controlled_attribute_id: Option<u64>,
        /// The term.
        pub controlled_attribute: Option<Box<ControlledTerm>>,
        /// The value, by number.
        pub controlled_value_id: Option<u64>,
        /// The value.
        pub controlled_value: Option<Box<ControlledTerm>>,
        /// Both numbers with a bar between.
        pub concatenated_attr_val: Option<Box<str>>,
        /// Who says so.
        pub user: Option<Arc<User>>,
        /// Who says so, by number.
        pub user_id: Option<u64>,
        /// Votes for it less votes against it.
        pub vote_score: Option<i64>,
        /// The votes.
        pub votes: Vec<Vote>,
    }
}

record! {
    /// A controlled term, such as "life stage", or one of its values, such as "adult".
    pub struct ControlledTerm {
        /// Its number.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// What it is called, in the caller's language.
        pub label: Option<Box<str>>,
        /// What it is called in all languages and groups.
        pub labels: Vec<TermLabel>,
        /// Its values.
        pub values: Vec<ControlledTerm>,
        /// It is a value, and not a term with values.
        pub is_value: Option<bool>,
        /// Several of its values can hold together.
        pub multivalued: Option<bool>,
        /// With this value no other can hold.
        pub blocking: Option<bool>,
        /// The taxa it can be said of, with their descendants; all without any.
        pub taxon_ids: Vec<u64>,
        /// The taxa among them that it cannot be said of.
        pub excepted_taxon_ids: Vec<u64>,
        /// The same as one taxon.
        pub valid_within_clade: Option<u64>,
        /// Its address in an ontology.
        pub ontology_uri: Option<Box<str>>,
        /// Its address.
        pub uri: Option<Box<str>>,
    }
}

record! {
    /// What a controlled term is called in one language.
    pub struct TermLabel {
        /// Its number.
        pub id: u64,
        /// What it is called.
        pub label: Option<Box<str>>,
        /// What that means.
        pub definition: Option<Box<str>>,
        /// The language.
        pub locale: Option<Box<str>>,
        /// The taxon it is called so for.
        pub valid_within_clade: Option<u64>,
    }
}

record! {
    /// A field that somebody made for observations.
    pub struct ObservationField {
        /// Its number.
        pub id: u64,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// Its name.
        pub name: Option<Box<str>>,
        /// The same, as it is searched by.
        pub name_autocomplete: Option<Box<str>>,
        /// What it is for.
        pub description: Option<Box<str>>,
        /// The same, as it is searched by.
        pub description_autocomplete: Option<Box<str>>,
        /// What its values are: `text`, `numeric`, `date`, `time`, `datetime`, `taxon`, `dna`.
        pub datatype: Option<Box<str>>,
        /// The values it can have, with bars between; any without.
        pub allowed_values: Option<Box<str>>,
        /// How many values there are.
        pub values_count: Option<u64>,
        /// How many people use it.
        pub users_count: Option<u64>,
        /// Who made it.
        pub user_id: Option<u64>,
    }
}

record! {
    /// The value that an observation has in an observation field.
    pub struct ObservationFieldValue {
        /// Its number.
        pub id: Option<u64>,
        /// Its UUID.
        pub uuid: Option<Box<str>>,
        /// The name of the field.
        pub name: Option<Box<str>>,
        /// The same in lower case.
        pub name_ci: Option<Box<str>>,
        /// The value, as text.
        pub value: Option<Box<str>>,
        /// The same in lower case.
        pub value_ci: Option<Box<str>>,
        /// What the field's values are.
        pub datatype: Option<Box<str>>,
        /// The field, by number.
        pub field_id: Option<u64>,
        /// The field, by number, in the answers to writes.
        pub observation_field_id: Option<u64>,
        /// The field.
        pub observation_field: Option<Box<ObservationField>>,
        /// The observation, by number.
        pub observation_id: Option<u64>,
        /// The taxon that is the value, by number.
        pub taxon_id: Option<u64>,
        /// The taxon that is the value.
        pub taxon: Option<Arc<Taxon>>,
        /// Who entered it.
        pub user: Option<Arc<User>>,
        /// Who entered it, by number.
        pub user_id: Option<u64>,
    }
}
