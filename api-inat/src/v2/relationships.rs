//! The users that the account follows or trusts.

use crate::{
    model,
    operation::{operation, response::Empty},
    parameter::fields::Fields,
    v1::{observations::Order, relationships::YesOrNo},
    v2::{REQUIRED, WRITE, selected},
};

operation! {
    /// Lists the users that the account follows or trusts.
    pub Search: GET "/relationships" -> Page<model::Relationship>, REQUIRED;
    preset(fields(Fields::all()));
    shared selected;
    query {
        /// Matches users with these letters in their login name.
        q(into String);
        /// Matches the user with this id.
        user_id(u64);
        /// Matches users that you trust, or do not.
        trusted(into YesOrNo);
        /// Matches users that you follow, or do not.
        following(into YesOrNo);
        /// Sets the direction of the order.
        order(into Order);
        /// Sets the key to order by: `friendships.id` or `users.login`.
        order_by(into String);
    }
}

operation! {
    /// Follows or trusts a user.
    pub Create: POST "/relationships" -> One<model::Relationship>, WRITE;
    with(friend_id(u64));
    preset(fields(Fields::all()));
    shared selected;
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
    preset(fields(Fields::all()));
    shared selected;
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
