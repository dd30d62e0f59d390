//! Comments, by UUID.

use crate::{
    model::Comment,
    operation::{operation, response::Empty},
    parameter::{fields::Fields, lists::StringList},
    v1::comments::ParentType,
    v2::{CHANGE, WRITE, selected},
};

operation! {
    /// Comments on an observation or a journal post, given by UUID.
    pub Create: POST "/comments" -> One<Comment>, WRITE;
    with(parent_type(into ParentType), parent_id(into String), body(into String));
    preset(fields(Fields::all()));
    shared selected;
    body "comment" {
        /// Sets the type of the record that it comments on.
        parent_type(into ParentType);
        /// Sets the UUID of that record.
        parent_id(into String);
        /// Sets the text.
        body(into String);
    }
}

operation! {
    /// Changes one of your comments.
    pub Update: PUT "/comments/{uuid}" -> One<Comment>, CHANGE;
    at(uuid(into StringList));
    with(body(into String));
    preset(fields(Fields::all()));
    shared selected;
    body "comment" {
        /// Sets the text.
        body(into String);
    }
}

operation! {
    /// Deletes one of your comments.
    pub Delete: DELETE "/comments/{uuid}" -> Whole<Empty>, WRITE;
    at(uuid(into StringList));
}
