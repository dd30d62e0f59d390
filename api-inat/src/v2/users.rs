//! Oneself.

use crate::{
    model::User,
    operation::operation,
    parameter::fields::Fields,
    v2::{REQUIRED, selected},
};

operation! {
    /// The account that the token belongs to, with fields that only its owner sees.
    pub Me: GET "/users/me" -> One<User>, REQUIRED;
    preset(fields(Fields::all()));
    shared selected;
}
