//! Prints where a taxon occurs, as GeoJSON. Requires neither login nor client: the units of an
//! atlas are public. Async.
//!
//! ```sh
//! cargo run -p api-infoflora --features http-reqwest/rustls --example infoflora-atlas -- 2 1000010 > units.geojson
//! ```
//!
//! The numbers are those of an atlas and a taxon. With `--blocking` as the first argument it uses
//! ureq (and the feature `http-ureq/rustls`). `INFOFLORA_ORIGIN` sets another server, such as one
//! of auth-testkit's.
#![expect(clippy::print_stderr, reason = "a program for a terminal")]

use std::{
    env,
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use api_infoflora::atlas::UnitsGeoJson;
use auth_flows::{AsyncClient, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use serde_json::Value;
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut args: Vec<String> = env::args().skip(1).collect();
    let blocking = args.first().is_some_and(|first| first == "--blocking");
    if blocking {
        args.remove(0);
    }
    let numbers: Result<Vec<u64>, _> = args.iter().map(|text| text.parse()).collect();
    let Ok(&[atlas, taxon]) = numbers.as_deref() else {
        return Err("usage: atlas [--blocking] ATLAS TAXON (two numbers)".into());
    };
    let mut service =
        api_infoflora::service_without_client().user_agent("atlas/0.1 (mail@example.org)");
    if let Ok(origin) = env::var("INFOFLORA_ORIGIN") {
        service = service.at(&origin);
    }
    let (service, store) = (service.build()?, Memory::new());
    // As a `Value`, so that the output includes the unknown fields of the features.
    let units = UnitsGeoJson::of_taxon(atlas, taxon).with_legend(true);
    let units = units.of::<Value>();
    let map = if blocking {
        let client = Client::new(service, Ureq::default(), store);
        client.anonymous().send(units)?
    } else {
        let runtime = Runtime::new()?;
        let tokio = Tokio::new(runtime.handle().clone());
        let client = AsyncClient::new(service, Reqwest::default(), tokio, store);
        runtime.block_on(client.anonymous().send(units))?
    };
    writeln!(io::stdout(), "{map:#}")?;
    Ok(())
}
