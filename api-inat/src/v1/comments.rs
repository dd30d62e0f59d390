//! Comments on observations, journal posts and other records.

use crate::{
    model::{Comment, choice::choice},
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Comments on a record.
    pub Create: POST "/comments" -> One<Comment>, WRITE;
    with(parent_type(into ParentType), parent_id(u64), body(into String));
    body "comment" {
        /// Sets the type of the record that it comments on.
        parent_type(into ParentType);
        /// Sets the id of that record.
        parent_id(u64);
        /// Sets the text.
        body(into String);
    }
}

operation! {
    /// Changes one of your comments.
    pub Update: PUT "/comments/{id}" -> One<Comment>, WRITE;
    at(id(u64));
    body "comment" {
        /// Sets the type of the record that it comments on.
        parent_type(into ParentType);
        /// Sets the id of that record.
        parent_id(u64);
        /// Sets the text.
        body(into String);
    }
}

operation! {
    /// Deletes one of your comments.
    pub Delete: DELETE "/comments/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// A type of record that can have comments.
    pub enum ParentType {
        /// An observation.
        Observation = "Observation",
        /// A taxon on a list.
        ListedTaxon = "ListedTaxon",
        /// A part of an assessment.
        AssessmentSection = "AssessmentSection",
        /// An observation field.
        ObservationField = "ObservationField",
        /// A journal post.
        Post = "Post",
        /// A change of taxa.
        TaxonChange = "TaxonChange",
    }
}
