//! The server over its sockets: dialects, sites, faults, HTTP.

mod client;
mod doorkeeper;
mod doorkeeper_tokens;
mod faults;
mod http;
mod league;
mod league_refusals;
mod observe;
mod rotation;
mod site;
