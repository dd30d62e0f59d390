//! Applications that the account has authorized. Not in the API's description of v1; named in the
//! Node API's routes, and described for v2.

use crate::{
    model::AuthorizedApplication,
    operation::{operation, response::Empty},
    v1::{REQUIRED, WRITE, shared::pages},
};

operation! {
    /// Lists the applications that the account has authorized.
    pub All: GET "/authorized_applications" -> Page<AuthorizedApplication>, REQUIRED;
    pages 30, 100, by number;
    shared pages;
}

operation! {
    /// Revokes an application's authorization, by the application's id. Its access tokens become
    /// invalid. An API token that it already has stays valid until it expires, 24 hours at most
    /// (read in the sources, not verified).
    pub Revoke: DELETE "/authorized_applications/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
