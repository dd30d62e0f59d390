//! The server as a client meets it: dialects, sites, faults, HTTP.

mod client;
mod doorkeeper;
mod doorkeeper_tokens;
mod faults;
mod http;
mod league;
mod rotation;
mod site;
mod watch;
