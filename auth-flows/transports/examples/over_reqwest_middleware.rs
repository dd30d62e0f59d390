//! Reads the newest public observations of iNaturalist through a client of reqwest-middleware that
//! counts what it sends. Async.
//!
//! ```sh
//! cargo run -p foreign-transports --example over-reqwest-middleware -- --local
//! CONTACT=me@my-garden.example cargo run -p foreign-transports --features native-tls --example over-reqwest-middleware
//! ```
//!
//! With `--local` it uses a test server in this process.

#[expect(dead_code, reason = "shared with examples that use more of it")]
#[path = "../../examples/support/mod.rs"]
mod support;

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use api_inat::observations::Search;
use auth_core::{BoxFuture, Limits};
use auth_flows::AsyncClient;
use auth_testkit::{Dialect, TestServer};
use foreign_transports::over_reqwest_middleware::WithMiddleware;
use http::Extensions;
use http_reqwest::Tokio;
use keystore::Memory;
use reqwest_middleware::{ClientBuilder, Next};
use support::{Server, end::end};

/// How many requests the program has sent.
static SENT: AtomicU64 = AtomicU64::new(0);

/// The program's own middleware. It sees each request with its token, so it shows none.
fn count<'a>(
    request: reqwest::Request,
    extensions: &'a mut Extensions,
    next: Next<'a>,
) -> BoxFuture<'a, reqwest_middleware::Result<reqwest::Response>> {
    SENT.fetch_add(1, Relaxed);
    next.run(request, extensions)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let server = Server::read("over-reqwest-middleware", "INAT_ORIGIN", test_server)?;
    let mut service = api_inat::service_without_application().user_agent(&server.user_agent);
    if let Some(origin) = &server.origin {
        service = service.at(origin);
    }
    // What `WithMiddleware` asks for: it gets a finished client, and cannot set this itself.
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_idle_timeout(Limits::JUST_USED)
        .no_proxy()
        .build()?;
    let client = ClientBuilder::new(client).with(count).build();
    let client = AsyncClient::new(
        service.build()?,
        WithMiddleware::new(client),
        Tokio::current()?,
        Memory::new(),
    );
    let page = client.anonymous().send(Search::new().per_page(3)).await?;
    for observation in page.results {
        let name = observation.species_guess.unwrap_or_default();
        writeln!(io::stdout(), "{} {name}", observation.id)?;
    }
    writeln!(io::stdout(), "requests: {}", SENT.load(Relaxed))?;
    Ok(())
}

/// A server like iNaturalist's.
fn test_server() -> io::Result<TestServer> {
    TestServer::builder(Dialect::doorkeeper_5())
        .site(api_inat::testkit::site())
        .start()
}
