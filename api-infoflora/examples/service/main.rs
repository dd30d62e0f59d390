//! A web service that logs in its visitors at Info Flora with its own https callback, and gives
//! each their own session. Async.
//!
//! ```sh
//! cargo run -p api-infoflora --example infoflora-service -- --local
//! export INFOFLORA_CLIENT_ID=… INFOFLORA_CLIENT_SECRET=… CONTACT=me@my-garden.example \
//!     PUBLIC_URL=https://my-app.example LISTEN=127.0.0.1:8080
//! cargo run -p api-infoflora --features http-reqwest/rustls --example infoflora-service
//! ```
//!
//! It serves http on a loopback address. Visitors connect to `PUBLIC_URL`, where a proxy (nginx,
//! Caddy) terminates TLS. Register `PUBLIC_URL` (without a slash at its end) followed by
//! `/oauth2redirect` as the redirect URI, character for character. `TOKENS` sets a directory for
//! the tokens, so that visitors stay logged in over a restart. With `--ureq` it uses ureq (and the
//! feature `http-ureq/rustls`) instead of reqwest, on tokio's blocking threads. With `--local` it
//! prints an address that you can open: log in as `alice` with the password `password`. See
//! `support/mod.rs` for the other settings.
//!
//! | request | response |
//! | --- | --- |
//! | `GET /` | the visitor's observations, or the address of the login |
//! | `GET /login` | a redirect to Info Flora |
//! | `GET /oauth2redirect` | completes the login |
//! | `POST /logout` | removes the visitor's tokens |
//! | `GET /alive` | 200: for a supervisor, which restarts a service that does not respond |
//! | `GET /health` | 200 if the store of the tokens can be used, else 503: for an alert. A restart does not repair the store, and loses tokens that wait to be saved |
//! | `GET /metrics` | what the client has done, in the text format of Prometheus |
//!
//! The last three are for the operator: the proxy must not pass them on.
//!
//! Ctrl-C or SIGTERM stops it. It accepts no more visitors, sends the responses that are under way,
//! and ends with its renewals done and its tokens saved.

mod web;

use std::{env, error::Error, path::PathBuf, process::ExitCode, sync::Arc};

use auth_core::Store;

#[tokio::main]
async fn main() -> ExitCode {
    web::serve(store).await
}

fn store() -> Result<Arc<dyn Store>, Box<dyn Error>> {
    Ok(match env::var_os("TOKENS") {
        Some(folder) => Arc::new(keystore::File::open(PathBuf::from(folder))?),
        None => Arc::new(keystore::Memory::new()),
    })
}
