//! Other services that the account can be logged in with. None of them is in the API's description of v1; named in the Node
//! API's routes, and described for v2.

use crate::{
    model::ProviderAuthorization,
    operation::{operation, response::Empty},
    v1::{REQUIRED, WRITE, shared::pages},
};

operation! {
    /// The services that the account can be logged in with.
    pub All: GET "/provider_authorizations" -> Page<ProviderAuthorization>, REQUIRED;
    pages 30, 100, by number;
    shared pages;
}

operation! {
    /// Unties a service from the account.
    pub Delete: DELETE "/provider_authorizations/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
