//! Votes on annotations and observations.

use crate::{
    model::{Direction, choice::choice},
    operation::{operation, response::Empty},
    v1::WRITE,
};

operation! {
    /// Votes for or against an annotation, by its UUID.
    pub VoteAnnotation: POST "/votes/vote/annotation/{id}" -> Whole<Empty>, WRITE;
    at(id(into String));
    with(vote(into Direction));
    body "" {
        /// Sets the direction: for or against.
        vote(into Direction);
    }
}

operation! {
    /// Removes your vote on an annotation.
    pub UnvoteAnnotation: DELETE "/votes/unvote/annotation/{id}" -> Whole<Empty>, WRITE;
    at(id(into String));
}

operation! {
    /// Votes for or against an observation. Without a [`scope`](Self::scope), a vote for it marks
    /// it as a favourite.
    pub VoteObservation: POST "/votes/vote/observation/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
    with(vote(into Direction));
    body "" {
        /// Sets the direction: for or against.
        vote(into Direction);
        /// Sets the question that the vote is about.
        scope(into Scope);
    }
}

operation! {
    /// Removes your vote with this [`scope`](Self::scope) on an observation.
    pub UnvoteObservation: DELETE "/votes/unvote/observation/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
    body "" {
        /// Sets the direction: for or against.
        vote(into Direction);
        /// Sets the question that the vote is about.
        scope(into Scope);
    }
}

choice! {
    /// The question that a vote on an observation is about.
    pub enum Scope {
        /// Whether its identification can still be improved.
        NeedsId = "needs_id",
    }
}
