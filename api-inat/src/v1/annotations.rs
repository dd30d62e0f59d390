//! Annotations: statements about an observation, with controlled terms.

use crate::{
    model::{Annotation, choice::choice},
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Annotates an observation: with a controlled term, such as "life stage", and one of its values, such as "adult". Both
    /// are found by [`controlled_terms`](crate::v1::controlled_terms).
    pub Create: POST "/annotations" -> One<Annotation>, WRITE;
    with(
        resource_type(into ResourceType),
        resource_id(u64),
        controlled_attribute_id(u64),
        controlled_value_id(u64)
    );
    body "annotation" {
        /// What kind of record it is about.
        resource_type(into ResourceType);
        /// The number of that record.
        resource_id(u64);
        /// The term.
        controlled_attribute_id(u64);
        /// The value.
        controlled_value_id(u64);
    }
}

operation! {
    /// Deletes an annotation of one's own, by its UUID.
    pub Delete: DELETE "/annotations/{id}" -> Whole<Empty>, WRITE;
    at(id(into String));
}

choice! {
    /// What can be annotated.
    pub enum ResourceType {
        /// An observation.
        Observation = "Observation",
    }
}
