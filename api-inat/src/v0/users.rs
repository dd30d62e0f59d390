//! The account that an access token belongs to.

use crate::{model::User, operation::operation, v0::REQUIRED};

operation! {
    /// The account that is logged in. It takes a token of any scope; the official app asks it who it is after a login.
    pub Me: GET "/users/edit.json" -> One<User>, REQUIRED;
}
