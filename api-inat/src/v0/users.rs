//! The account of an access token.

use crate::{model::User, operation::operation, v0::REQUIRED};

operation! {
    /// Reads the account of the token. A token of any scope is enough. The official app sends it
    /// after a login.
    pub Me: GET "/users/edit.json" -> One<User>, REQUIRED;
}
