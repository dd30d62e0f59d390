//! Flows in every order of events that a driver can produce.

mod bounds;
mod clocks;
mod example;
mod lease_wait;
mod looked;
mod orders;
mod outages;
mod outlived;
mod replaced;
mod single_flight;
mod stuck;
mod taken;
mod witness;
