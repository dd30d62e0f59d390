//! Whom the account follows and trusts. None of them is in the API's description of v1; named in the Node API's routes, and
//! described for v2.

use crate::{
    model::{self, choice::choice},
    operation::{operation, response::Empty},
    v1::{REQUIRED, WRITE, observations::Order, shared::pages},
};

operation! {
    /// Whom the account follows or trusts.
    pub Search: GET "/relationships" -> Page<model::Relationship>, REQUIRED;
    pages 30, 100, by number;
    shared pages;
    query {
        /// With these letters in the login name.
        q(into String);
        /// Those one trusts, or those one does not.
        trusted(into YesOrNo);
        /// Those one follows, or those one does not.
        following(into YesOrNo);
        /// Which way to order.
        order(into Order);
        /// What to order by: `friendships.id`, or the login name without it.
        order_by(into String);
    }
}

operation! {
    /// Follows or trusts a person.
    pub Create: POST "/relationships" -> One<model::Relationship>, WRITE;
    with(friend_id(u64));
    body "relationship" {
        /// The person.
        friend_id(u64);
        /// Hears of what they do.
        following(bool);
        /// Shows them true places.
        trust(bool);
    }
}

operation! {
    /// Changes what one chose about a person.
    pub Update: PUT "/relationships/{id}" -> One<model::Relationship>, WRITE;
    at(id(u64));
    body "relationship" {
        /// Hears of what they do.
        following(bool);
        /// Shows them true places.
        trust(bool);
    }
}

operation! {
    /// Neither follows nor trusts a person any more.
    pub Delete: DELETE "/relationships/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// Whether something is so; without it, both.
    pub enum YesOrNo {
        /// It is.
        Yes = "yes",
        /// It is not.
        No = "no",
    }
}
