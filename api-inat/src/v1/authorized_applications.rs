//! Applications that may act for the account. None of them is in the API's description of v1; named in the Node API's routes,
//! and described for v2.

use crate::{
    model::AuthorizedApplication,
    operation::{operation, response::Empty},
    v1::{REQUIRED, WRITE, shared::pages},
};

operation! {
    /// The applications that may act for the account.
    pub All: GET "/authorized_applications" -> Page<AuthorizedApplication>, REQUIRED;
    pages 30, 100, by number;
    shared pages;
}

operation! {
    /// Takes an application's permission away, by the application's number. Its access tokens die; an API token that it
    /// already has lives on to its end, 24 hours at most (read in the sources, not verified).
    pub Revoke: DELETE "/authorized_applications/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
