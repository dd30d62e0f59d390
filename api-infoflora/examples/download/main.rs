//! Downloads all observations of a project, one JSON object per line (NDJSON). Resumes an
//! interrupted download at the next start. Blocking.
//!
//! ```sh
//! export INFOFLORA_CLIENT_ID=… INFOFLORA_CLIENT_SECRET=… CONTACT=me@my-garden.example
//! cargo run -p api-infoflora --features http-ureq/rustls --example infoflora-download -- 17 observations.ndjson
//! ```
//!
//! It writes to `observations.ndjson.part` and renames that file when the download is complete.
//! Until then, and if there are no observations, yesterday's file stays. `17,18` are two projects.
//! With `--async` it uses tokio and reqwest (and the feature `http-reqwest/rustls`). Without an
//! account, see it work with `--local`. See `support/mod.rs` for the other settings.
//!
//! It is not known whether the list keeps its order while other users write to it. So the program
//! requests the last downloaded record again. If another one is at its position, it starts over.

#[path = "../support/file.rs"]
mod file;
mod part;
#[path = "../support/mod.rs"]
mod support;

use std::{error::Error, path::Path, process::ExitCode};

use api_infoflora::observations::List;
use auth_flows::{AsyncClient, AsyncSession, Client, Session};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use serde_json::Value;
use tokio::runtime::Runtime;

use part::Part;
use support::{
    Args,
    end::{end, say, wrong},
};

fn main() -> ExitCode {
    end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let (args, [projects, path]) = Args::read("--async", "PROJECT[,PROJECT…] FILE")?;
    // The service seems to ignore invalid values, and would return every observation.
    let projects: Vec<u64> = (projects.to_str().unwrap_or_default().split(','))
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| wrong("a project is a number; several are joined with commas"))?;
    let (service, store) = (args.service("infoflora-download", true)?, Memory::new());

    let path = Path::new(&path);
    let mut part = Part::open(path)?;
    let list = List::new().projects(projects).limit(1000).of::<Value>();
    let downloaded = if args.other_transport {
        let runtime = Runtime::new()?;
        let tokio = Tokio::new(runtime.handle().clone());
        let client = AsyncClient::new(service, Reqwest::default(), tokio, store);
        runtime.block_on(download_async(&client.client_session(), &list, &mut part))
    } else {
        let client = Client::new(service, Ureq::default(), store);
        download(&client.client_session(), &list, &mut part)
    };
    let count = part.count();
    downloaded.inspect_err(|_| {
        say(&format!(
            "{count} observations are stored; start again to resume"
        ));
    })?;
    if count == 0 {
        return Err("no observations found, so the file is unchanged; check the project, and that this client may read it".into());
    }
    part.finish(path)?;
    say(&format!("{count} observations in {}", path.display()));
    Ok(())
}

fn download(session: &Session, list: &List<Value>, part: &mut Part) -> Result<(), Box<dyn Error>> {
    loop {
        let pages = session.pages(list.clone().offset(part.begin()));
        // The next page is requested while this one is written.
        for page in pages.prefetch() {
            if !part.add(page?)? {
                break;
            }
        }
        if part.fits()? {
            return Ok(());
        }
    }
}

/// The async form of [`download`].
async fn download_async(
    session: &AsyncSession,
    list: &List<Value>,
    part: &mut Part,
) -> Result<(), Box<dyn Error>> {
    loop {
        let pages = session.pages(list.clone().offset(part.begin()));
        let mut pages = pages.prefetch();
        while let Some(page) = pages.next().await {
            if !part.add(page?)? {
                break;
            }
        }
        if part.fits()? {
            return Ok(());
        }
    }
}
