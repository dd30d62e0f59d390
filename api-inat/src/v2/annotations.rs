//! Annotations with controlled terms, by UUID.

use crate::{
    model::{Annotation, Direction},
    operation::{operation, response::Empty},
    parameter::lists::StringList,
    v1::annotations::ResourceType,
    v2::WRITE,
};

operation! {
    /// Annotates an observation with a controlled term, such as "life stage", and one of its
    /// values, such as "adult". [`controlled_terms`](crate::v2::controlled_terms) lists both.
    pub Create: POST "/annotations" -> One<Annotation>, WRITE;
    with(
        resource_type(into ResourceType),
        resource_id(into String),
        controlled_attribute_id(u64),
        controlled_value_id(u64)
    );
    body "" {
        /// Sets the type of the annotated record.
        resource_type(into ResourceType);
        /// Sets the UUID of the annotated record.
        resource_id(into String);
        /// Sets the controlled term.
        controlled_attribute_id(u64);
        /// Sets the value of the term.
        controlled_value_id(u64);
    }
}

operation! {
    /// Deletes one of your annotations.
    pub Delete: DELETE "/annotations/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}

operation! {
    /// Votes for or against an annotation. The description names no direction; v1 reads it under
    /// this name.
    pub Vote: POST "/annotations/{uuid}/vote" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
    with(vote(into Direction));
    body "" {
        /// Sets the direction: for or against.
        vote(into Direction);
    }
}

operation! {
    /// Removes your vote on an annotation.
    pub Unvote: DELETE "/annotations/{uuid}/vote" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
