//! Flags: complaints about records.

use crate::{
    model::{self, choice::choice},
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Complains about a record.
    pub Create: POST "/flags" -> One<model::Flag>, WRITE;
    with(flaggable_type(into FlaggableType), flaggable_id(u64), flag(into Reason));
    body "flag" {
        /// What kind of record it is about.
        flaggable_type(into FlaggableType);
        /// The number of that record.
        flaggable_id(u64);
        /// What is wrong with it.
        flag(into Reason);
    }
    body "" {
        /// More about it; with [`Reason::Another`] it is the reason.
        flag_explanation(into String);
    }
}

operation! {
    /// Settles a complaint, or opens it again.
    pub Update: PUT "/flags/{id}" -> One<model::Flag>, WRITE;
    at(id(u64));
    with(resolved(bool));
    body "flag" {
        /// Whether it is settled.
        resolved(bool);
    }
}

operation! {
    /// Deletes a complaint of one's own.
    pub Delete: DELETE "/flags/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// What a complaint can be about.
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
    /// What is wrong with a record.
    pub enum Reason {
        /// It wants to sell something.
        Spam = "spam",
        /// It hurts or offends.
        Inappropriate = "inappropriate",
        /// Another reason, in words of one's own.
        Another = "other",
    }
}
