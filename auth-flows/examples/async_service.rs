//! A service with a thousand tasks that share one token of Info Flora, by client credentials.
//! Async.
//!
//! ```sh
//! INFOFLORA_CLIENT_ID=… INFOFLORA_CLIENT_SECRET=… cargo run -p auth-flows --features http-reqwest/rustls --example async_service
//! ```
//!
//! Set `INFOFLORA_ORIGIN` to use another server, such as one of auth-testkit's.
#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use std::{env, error::Error};

use api_infoflora::observations::List;
use auth_flows::AsyncClient;
use http_reqwest::{Reqwest, Tokio};
use keystore::Memory;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name: &str| env::var(name).map_err(|_| format!("set {name}"));
    let mut service = api_infoflora::service(variable("INFOFLORA_CLIENT_ID")?)
        .secret(variable("INFOFLORA_CLIENT_SECRET")?)
        .user_agent("async-service/0.1 (mail@example.org)");
    if let Ok(origin) = env::var("INFOFLORA_ORIGIN") {
        service = service.at(&origin);
    }
    // Client credentials give a new token at any time, so there is no need to store it on disk.
    let client = AsyncClient::new(
        service.build()?,
        Reqwest::default(),
        Tokio::current()?,
        Memory::new(),
    );
    let session = client.client_session();

    let tasks: Vec<_> = (0..1000)
        .map(|index| {
            let page = List::new().limit(1).offset(index % 100);
            tokio::spawn(session.send(page))
        })
        .collect();
    let mut received = 0;
    for task in tasks {
        received += task.await??.data.len();
    }
    println!("1000 tasks received {received} observations with one token");
    Ok(())
}
