//! The other services that the user can log in with.

use crate::{
    model::ProviderAuthorization,
    operation::{operation, response::Empty},
    parameter::fields::Fields,
    v2::{REQUIRED, WRITE, selected},
};

operation! {
    /// Lists the services that the user can log in with.
    pub All: GET "/provider_authorizations" -> Page<ProviderAuthorization>, REQUIRED;
    preset(fields(Fields::all()));
    shared selected;
}

operation! {
    /// Unlinks a service from the account.
    pub Delete: DELETE "/provider_authorizations/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
