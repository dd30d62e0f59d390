//! Identifications that show others how to identify a taxon. Not published: the Node API's source
//! names them, and the description lacks them. Only some accounts may read them.

use crate::{
    model::{Direction, ExemplarIdentification, choice::choice},
    operation::{operation, response::Empty},
    parameter::{
        fields::Fields,
        lists::{IdList, StringList},
    },
    v1::{observations::Order, shared::pages},
    v2::{REQUIRED, WRITE, selected},
};

operation! {
    /// Searches for exemplar identifications, those with the most votes first.
    pub Search: GET "/exemplar_identifications" -> Page<ExemplarIdentification>, REQUIRED;
    preset(fields(Fields::all()));
    pages 50, 200, by number;
    shared pages, selected;
    query {
        /// Matches those with one of these ids.
        id(into IdList);
        /// Matches identifications as one of these taxa or their descendants.
        taxon_id(into IdList);
        /// Matches identifications as exactly this taxon.
        direct_taxon_id(into IdList);
        /// Matches those with more votes for them than against.
        upvoted(bool);
        /// Matches those with more votes against them than for.
        downvoted(bool);
        /// Matches those that a user has nominated.
        nominated(bool);
        /// Matches those with these words in the explanation, or by this user.
        q(into String);
        /// Matches those on observations with one of these values of a controlled term.
        term_value_id(into StringList);
        /// Includes the numbers by votes, in [`Page::extra`](crate::Page::extra). Requires
        /// `direct_taxon_id`.
        include_category_counts(bool);
        /// Includes the annotations of the observations, in [`Page::extra`](crate::Page::extra).
        include_category_controlled_terms(bool);
        /// Sets the direction of the order.
        order(into Order);
        /// Sets the key to order by. Default: the votes.
        order_by(into OrderBy);
    }
}

operation! {
    /// Votes for or against an exemplar identification.
    pub Vote: POST "/exemplar_identifications/{id}/vote" -> Whole<Empty>, WRITE;
    at(id(u64));
    with(vote(into Direction));
    body "" {
        /// Sets the direction: for or against.
        vote(into Direction);
    }
}

operation! {
    /// Removes your vote.
    pub Unvote: DELETE "/exemplar_identifications/{id}/vote" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// The key that exemplar identifications are ordered by.
    pub enum OrderBy {
        /// By the number of words.
        WordCount = "word_count",
        /// By the time of creation.
        CreatedAt = "created_at",
    }
}
