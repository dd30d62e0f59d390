//! Flows in every order of events that a driver can produce.

mod clocks;
mod gate;
mod orders;
mod outlived;
mod taken;
