//! A service with a thousand tasks that share one token of Info Flora, by client credentials.
//! Async.
//!
//! ```sh
//! cargo run -p auth-flows --example async_service -- --local
//! INFOFLORA_CLIENT_ID=… INFOFLORA_CLIENT_SECRET=… CONTACT=me@my-garden.example \
//!     cargo run -p auth-flows --features http-reqwest/rustls --example async_service
//! ```
//!
//! See `support/mod.rs` for the other settings.

mod support;

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use api_infoflora::observations::List;
use auth_flows::AsyncClient;
use auth_testkit::{Dialect, TestClient, TestServer};
use http_reqwest::{Reqwest, Tokio};
use keystore::Memory;
use support::{Server, end::end, required};

#[tokio::main]
async fn main() -> ExitCode {
    end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let server = Server::read("async-service", "INFOFLORA_ORIGIN", test_server)?;
    let mut service = match &server.local {
        Some(_) => api_infoflora::service("app").secret("app-secret"),
        None => api_infoflora::service(required("INFOFLORA_CLIENT_ID")?)
            .secret(required("INFOFLORA_CLIENT_SECRET")?),
    };
    if let Some(origin) = &server.origin {
        service = service.at(origin);
    }
    // Client credentials give a new token at any time, so there is no need to store it on disk.
    let client = AsyncClient::new(
        service.user_agent(&server.user_agent).build()?,
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
    writeln!(
        io::stdout(),
        "1000 tasks received {received} observations with one token"
    )?;
    Ok(())
}

/// A server like Info Flora's.
fn test_server() -> io::Result<TestServer> {
    TestServer::builder(Dialect::league_9())
        .client(TestClient::confidential("app", "app-secret"))
        .site(api_infoflora::testkit::site())
        .start()
}
