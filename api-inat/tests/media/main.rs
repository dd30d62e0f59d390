//! Photos and sounds over both transports, to a site on loopback that keeps them; and the tokens that only such a site can tell of.

mod downloads;
mod failed_uploads;
mod plain_token;
mod site;
mod streamed;
mod tokens;
mod uploads;
mod worlds;
