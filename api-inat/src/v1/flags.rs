//! Flags: users report records to the curators.

use crate::{
    model::{self, choice::choice},
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Flags a record.
    pub Create: POST "/flags" -> One<model::Flag>, WRITE;
    with(flaggable_type(into FlaggableType), flaggable_id(u64), flag(into Reason));
    body "flag" {
        /// Sets the type of the flagged record.
        flaggable_type(into FlaggableType);
        /// Sets the id of the flagged record.
        flaggable_id(u64);
        /// Sets the reason.
        flag(into Reason);
    }
    body "" {
        /// Sets an explanation; with [`Reason::Another`] it is the reason.
        flag_explanation(into String);
    }
}

operation! {
    /// Resolves a flag, or reopens it.
    pub Update: PUT "/flags/{id}" -> One<model::Flag>, WRITE;
    at(id(u64));
    with(resolved(bool));
    body "flag" {
        /// Sets whether it is resolved.
        resolved(bool);
    }
}

operation! {
    /// Deletes one of your flags.
    pub Delete: DELETE "/flags/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// A type of record that can be flagged.
    pub enum FlaggableType {
        /// A comment.
        Comment = "Comment",
        /// An identification.
        Identification = "Identification",
        /// A private message.
        Message = "Message",
        /// An observation.
        Observation = "Observation",
        /// A journal post.
        Post = "Post",
        /// A taxon.
        Taxon = "Taxon",
    }
}

choice! {
    /// The reason for a flag.
    pub enum Reason {
        /// The record advertises something.
        Spam = "spam",
        /// The record is offensive.
        Inappropriate = "inappropriate",
        /// Another reason, given as text.
        Another = "other",
    }
}
