//! Flows in every order of events that a driver can produce.

mod bounds;
mod clocks;
mod elsewhere;
mod example;
mod foreign_leases;
mod lease_wait;
mod lost_saves;
mod orders;
mod other_login;
mod outages;
mod outlived;
mod replaced;
mod single_flight;
mod skewed;
mod stored_changes;
mod stuck;
mod witness;
mod world;
