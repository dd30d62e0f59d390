//! Prints an access token and nothing else, for scripts that use curl.
//!
//! ```sh
//! export INFOFLORA_CLIENT_ID=… INFOFLORA_CLIENT_SECRET=… CONTACT=me@my-garden.example
//! ACCESS_TOKEN=$(cargo run -q -p api-infoflora --features http-ureq/rustls --example infoflora-token) &&
//!     curl -H "accept: application/json" -H "authorization: Bearer $ACCESS_TOKEN" https://obs.infoflora.ch/rest/v4/observations
//! ```
//!
//! Keep the `&&`: without a token curl would send an empty one. The token is valid for about an
//! hour. With `--async` it uses tokio and reqwest (and the feature `http-reqwest/rustls`). Without
//! an account, see it work with `--local`. See `support/mod.rs` for the other settings.

mod support;

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use auth_core::TokenKind;
use auth_flows::{AsyncClient, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use support::Args;
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    support::end::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let token = token()?;
    writeln!(io::stdout(), "{token}")?;
    Ok(())
}

fn token() -> Result<String, Box<dyn Error>> {
    let (args, []) = Args::read::<0>("--async", "")?;
    let service = args.service("infoflora-token", true)?;
    // Each start requests a new token; the older ones stay valid.
    let store = Memory::new();
    let token = if args.other_transport {
        let runtime = Runtime::new()?;
        let tokio = Tokio::new(runtime.handle().clone());
        let client = AsyncClient::new(service, Reqwest::default(), tokio, store);
        runtime.block_on(client.client_session().token(TokenKind::Login))?
    } else {
        let client = Client::new(service, Ureq::default(), store);
        client.client_session().token(TokenKind::Login)?
    };
    Ok(token.expose_secret().to_owned())
}
