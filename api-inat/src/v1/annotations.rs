//! Annotations: controlled terms and their values, said of an observation.

use crate::{
    model::{Annotation, choice::choice},
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Annotates an observation with a controlled term, such as "life stage", and one of its
    /// values, such as "adult". [`controlled_terms`](crate::v1::controlled_terms) lists both.
    pub Create: POST "/annotations" -> One<Annotation>, WRITE;
    with(
        resource_type(into ResourceType),
        resource_id(u64),
        controlled_attribute_id(u64),
        controlled_value_id(u64)
    );
    body "annotation" {
        /// Sets the type of the annotated record.
        resource_type(into ResourceType);
        /// Sets the id of the annotated record.
        resource_id(u64);
        /// Sets the controlled term.
        controlled_attribute_id(u64);
        /// Sets the value of the term.
        controlled_value_id(u64);
    }
}

operation! {
    /// Deletes one of your annotations, by its UUID.
    pub Delete: DELETE "/annotations/{id}" -> Whole<Empty>, WRITE;
    at(id(into String));
}

choice! {
    /// A type of record that can be annotated.
    pub enum ResourceType {
        /// An observation.
        Observation = "Observation",
    }
}
