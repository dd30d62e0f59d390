//! Other services that the user can log in with. Not in the API's description of v1; named in the
//! Node API's routes, and described for v2.

use crate::{
    model::ProviderAuthorization,
    operation::{operation, response::Empty},
    v1::{REQUIRED, WRITE, shared::pages},
};

operation! {
    /// Lists the services that the user can log in with.
    pub All: GET "/provider_authorizations" -> Page<ProviderAuthorization>, REQUIRED;
    pages 30, 100, by number;
    shared pages;
}

operation! {
    /// Unlinks a service from the account.
    pub Delete: DELETE "/provider_authorizations/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
