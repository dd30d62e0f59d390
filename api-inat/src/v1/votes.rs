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
        /// For, or against.
        vote(into Direction);
    }
}

operation! {
    /// Takes one's vote on an annotation back.
    pub UnvoteAnnotation: DELETE "/votes/unvote/annotation/{id}" -> Whole<Empty>, WRITE;
    at(id(into String));
}

operation! {
    /// Votes for or against an observation. Without a [`scope`](Self::scope) a vote for it is a favourite.
    pub VoteObservation: POST "/votes/vote/observation/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
    with(vote(into Direction));
    body "" {
        /// For, or against.
        vote(into Direction);
        /// What the vote is about.
        scope(into Scope);
    }
}

operation! {
    /// Takes one's vote on an observation back: the one of this [`scope`](Self::scope).
    pub UnvoteObservation: DELETE "/votes/unvote/observation/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
    body "" {
        /// For, or against.
        vote(into Direction);
        /// What the vote is about.
        scope(into Scope);
    }
}

choice! {
    /// What a vote on an observation is about.
    pub enum Scope {
        /// Whether its identification can still be improved.
        NeedsId = "needs_id",
    }
}
