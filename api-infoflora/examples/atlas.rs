//! Prints where a taxon occurs, as GeoJSON. Requires neither login nor client: the units of an
//! atlas are public. Async.
//!
//! ```sh
//! CONTACT=me@my-garden.example cargo run -p api-infoflora --features http-reqwest/rustls \
//!     --example infoflora-atlas -- 2 1000010 > units.geojson
//! ```
//!
//! The numbers are those of an atlas and a taxon. With `--blocking` it uses ureq (and the feature
//! `http-ureq/rustls`), with `--local` a test server. See `support/mod.rs` for the other settings.

mod support;

use std::{
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
use support::{
    Args,
    end::{end, wrong},
};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let (args, operands) = Args::read::<2>("--blocking", "ATLAS TAXON")?;
    let number = |place: usize| {
        let text = operands[place].to_string_lossy();
        text.parse::<u64>()
            .map_err(|_| wrong("usage: ATLAS and TAXON are two numbers"))
    };
    let (atlas, taxon) = (number(0)?, number(1)?);
    let (service, store) = (args.service("infoflora-atlas", false)?, Memory::new());
    // As a `Value`, so that the output includes the unknown fields of the features.
    let units = UnitsGeoJson::of_taxon(atlas, taxon).with_legend(true);
    let units = units.of::<Value>();
    let map = if args.other_transport {
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
