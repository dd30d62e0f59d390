//! The applications that the account has authorized.

use crate::{
    model::AuthorizedApplication,
    operation::{operation, response::Empty},
    parameter::fields::Fields,
    v2::{REQUIRED, WRITE, selected},
};

operation! {
    /// Lists the applications that the account has authorized.
    pub All: GET "/authorized_applications" -> Page<AuthorizedApplication>, REQUIRED;
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Revokes an application's authorization, by the application's id. Its access tokens become
    /// invalid. An API token that it already has stays valid until it expires, 24 hours at most
    /// (read in the sources, not verified).
    pub Revoke: DELETE "/authorized_applications/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
