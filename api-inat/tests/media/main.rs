//! Photos and sounds over both transports, to a site on loopback that stores them; and tests of
//! tokens that require such a site.

mod downloads;
mod failed_uploads;
mod plain_token;
mod site;
mod streamed;
mod tokens;
mod uploads;
mod worlds;
