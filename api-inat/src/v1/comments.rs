//! Comments on observations, journal posts and other records.

use crate::{
    model::{Comment, choice::choice},
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Comments on something.
    pub Create: POST "/comments" -> One<Comment>, WRITE;
    with(parent_type(into ParentType), parent_id(u64), body(into String));
    body "comment" {
        /// What kind of record it is a comment on.
        parent_type(into ParentType);
        /// The number of that record.
        parent_id(u64);
        /// What it says.
        body(into String);
    }
}

operation! {
    /// Rewrites a comment of one's own.
    pub Update: PUT "/comments/{id}" -> One<Comment>, WRITE;
    at(id(u64));
    body "comment" {
        /// What kind of record it is a comment on.
        parent_type(into ParentType);
        /// The number of that record.
        parent_id(u64);
        /// What it says.
        body(into String);
    }
}

operation! {
    /// Deletes a comment of one's own.
    pub Delete: DELETE "/comments/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// What a comment can be on.
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
