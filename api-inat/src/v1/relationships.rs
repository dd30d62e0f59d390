//! The users that the account follows and trusts. Not in the API's description of v1; named in the
//! Node API's routes, and described for v2.

use crate::{
    model::{self, choice::choice},
    operation::{operation, response::Empty},
    v1::{REQUIRED, WRITE, observations::Order, shared::pages},
};

operation! {
    /// Lists the users that the account follows or trusts.
    pub Search: GET "/relationships" -> Page<model::Relationship>, REQUIRED;
    pages 30, 100, by number;
    shared pages;
    query {
        /// Matches users with these letters in their login name.
        q(into String);
        /// Matches users that you trust, or do not.
        trusted(into YesOrNo);
        /// Matches users that you follow, or do not.
        following(into YesOrNo);
        /// Sets the direction of the order.
        order(into Order);
        /// Sets the key to order by: `friendships.id`. Default: the login name.
        order_by(into String);
    }
}

operation! {
    /// Follows or trusts a user.
    pub Create: POST "/relationships" -> One<model::Relationship>, WRITE;
    with(friend_id(u64));
    body "relationship" {
        /// Sets the user.
        friend_id(u64);
        /// Sets whether you follow the user.
        following(bool);
        /// Sets whether the user sees your true locations.
        trust(bool);
    }
}

operation! {
    /// Changes whether you follow or trust a user.
    pub Update: PUT "/relationships/{id}" -> One<model::Relationship>, WRITE;
    at(id(u64));
    body "relationship" {
        /// Sets whether you follow the user.
        following(bool);
        /// Sets whether the user sees your true locations.
        trust(bool);
    }
}

operation! {
    /// Ends a relationship: you neither follow nor trust the user.
    pub Delete: DELETE "/relationships/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}

choice! {
    /// A filter by yes or no. Default: both.
    pub enum YesOrNo {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
    }
}
