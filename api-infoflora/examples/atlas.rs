//! Prints where a taxon occurs, as GeoJSON. No login, no client: the units of an atlas are public. Async.
//!
//! ```sh
//! cargo run -p api-infoflora --features http-reqwest/rustls --example infoflora-atlas -- 2 1000010 > units.geojson
//! ```
//!
//! The numbers are an atlas's and a taxon's. `INFOFLORA_ORIGIN` names another server, such as one of auth-testkit's.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal"
)]

use std::{env, error::Error, process::ExitCode};

use api_infoflora::atlas::UnitsGeoJson;
use auth_flows::AsyncClient;
use http_reqwest::{Reqwest, Tokio};
use keystore::Memory;
use serde_json::Value;

#[tokio::main]
async fn main() -> ExitCode {
    match units().await {
        Ok(map) => {
            println!("{map:#}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn units() -> Result<Value, Box<dyn Error>> {
    let mut numbers = env::args().skip(1).map(|text| text.parse::<u64>());
    let (Some(Ok(atlas)), Some(Ok(taxon)), None) = (numbers.next(), numbers.next(), numbers.next())
    else {
        return Err("usage: atlas ATLAS TAXON (two numbers)".into());
    };
    let mut service =
        api_infoflora::service_without_client().user_agent("atlas/0.1 (mail@example.org)");
    if let Ok(origin) = env::var("INFOFLORA_ORIGIN") {
        service = service.at(&origin);
    }
    let client = AsyncClient::new(
        service.build()?,
        Reqwest::default(),
        Tokio::current()?,
        Memory::new(),
    );
    // Kept as it comes: whatever the features have beside what we know is in the file, too.
    let units = UnitsGeoJson::of_taxon(atlas, taxon).with_legend(true);
    Ok(client.anonymous().send(units.of::<Value>()).await?)
}
