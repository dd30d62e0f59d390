//! Your own account.

use crate::{
    model::User,
    operation::operation,
    parameter::fields::Fields,
    v2::{REQUIRED, selected},
};

operation! {
    /// Reads the account of the token, with the fields that only its owner sees.
    pub Me: GET "/users/me" -> One<User>, REQUIRED;
    preset(fields(Fields::all()));
    shared selected;
}
