//! Reads the newest public observations of iNaturalist through attohttpc. Blocking.
//!
//! ```sh
//! cargo run -p foreign-transports --example over-attohttpc -- --local
//! CONTACT=me@my-garden.example cargo run -p foreign-transports --features native-tls --example over-attohttpc
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
};

use api_inat::observations::Search;
use auth_flows::Client;
use auth_testkit::{Dialect, TestServer};
use foreign_transports::over_attohttpc::Attohttpc;
use keystore::Memory;
use support::{Server, end::end};

fn main() -> ExitCode {
    end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let server = Server::read("over-attohttpc", "INAT_ORIGIN", test_server)?;
    let mut service = api_inat::service_without_application().user_agent(&server.user_agent);
    if let Some(origin) = &server.origin {
        service = service.at(origin);
    }
    let client = Client::new(service.build()?, Attohttpc::default(), Memory::new());
    let page = client.anonymous().send(Search::new().per_page(3))?;
    for observation in page.results {
        let name = observation.species_guess.unwrap_or_default();
        writeln!(io::stdout(), "{} {name}", observation.id)?;
    }
    Ok(())
}

/// A server like iNaturalist's.
fn test_server() -> io::Result<TestServer> {
    TestServer::builder(Dialect::doorkeeper_5())
        .site(api_inat::testkit::site())
        .start()
}
