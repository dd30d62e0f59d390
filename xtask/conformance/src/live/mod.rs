//! `cargo xtask conformance live`: every fact about the running services that our docs state
//! without having asked them, with a check of each. With a service's name it asks that service, with
//! the person's own login; without one it asks our test server, where it makes facts false on
//! purpose.

mod against;
mod document;
mod env;
mod fact;
mod inat;
mod infoflora;
mod logins;
mod person;
mod probe;
#[cfg(test)]
mod sources;

pub(super) use against::run;
pub(super) use person::ask;
