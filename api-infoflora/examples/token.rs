//! Prints an access token and nothing else, for scripts that use curl.
//!
//! ```sh
//! export INFOFLORA_CLIENT_ID=… INFOFLORA_CLIENT_SECRET=…
//! ACCESS_TOKEN=$(cargo run -q -p api-infoflora --features http-ureq/rustls --example infoflora-token)
//! curl -H "accept: application/json" -H "authorization: Bearer $ACCESS_TOKEN" https://obs.infoflora.ch/rest/v4/observations
//! ```
//!
//! The token is valid for about an hour. With `--async` it uses tokio and reqwest (and the feature
//! `http-reqwest/rustls`). `INFOFLORA_ORIGIN` sets another server, such as one of auth-testkit's.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal"
)]

use std::{env, error::Error, process::ExitCode};

use auth_core::TokenKind;
use auth_flows::{AsyncClient, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    match token() {
        Ok(token) => {
            println!("{token}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("no token: {error}");
            ExitCode::FAILURE
        }
    }
}

fn token() -> Result<String, Box<dyn Error>> {
    let args: Vec<_> = env::args_os().skip(1).collect();
    let asynchronous = args == ["--async"];
    if !asynchronous && !args.is_empty() {
        return Err("usage: token [--async]".into());
    }
    let variable = |name: &str| env::var(name).map_err(|_| format!("set {name}"));
    let mut service = api_infoflora::service(variable("INFOFLORA_CLIENT_ID")?)
        .secret(variable("INFOFLORA_CLIENT_SECRET")?)
        .user_agent("token/0.1 (mail@example.org)");
    if let Ok(origin) = env::var("INFOFLORA_ORIGIN") {
        service = service.at(&origin);
    }
    // Each start requests a new token; the older ones stay valid.
    let (service, store) = (service.build()?, Memory::new());
    let token = if asynchronous {
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
