//! Info Flora's service against servers that speak as league/oauth2-server 8 and 9 do, through both
//! transports.

mod bad_input;
mod cases;
mod coverage;
mod grants;
mod lifecycle;
mod logins;
mod quirks;
mod reading;
mod scene;
