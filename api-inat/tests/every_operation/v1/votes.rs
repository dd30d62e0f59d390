//! Votes.

use api_inat::{
    model::Direction,
    v1::votes::{Scope, UnvoteAnnotation, UnvoteObservation, VoteAnnotation, VoteObservation},
};

use crate::sendings::Sendings;

const UUID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

pub(crate) fn all(list: &mut Sendings) {
    list.done(VoteAnnotation::new(UUID, Direction::Down));
    list.done(UnvoteAnnotation::new(UUID));
    list.done(VoteObservation::new(1, Direction::Up).scope(Scope::NeedsId));
    list.done(
        UnvoteObservation::new(1)
            .vote(Direction::Up)
            .scope(Scope::NeedsId),
    );
}
