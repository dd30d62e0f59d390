//! Downloads all observations of a project, one JSON object per line (NDJSON). Resumes an
//! interrupted download at the next start. Blocking.
//!
//! ```sh
//! export INFOFLORA_CLIENT_ID=… INFOFLORA_CLIENT_SECRET=…
//! cargo run -p api-infoflora --features http-ureq/rustls --example infoflora-download -- 17 observations.ndjson
//! ```
//!
//! It writes to `observations.ndjson.part` and renames that file when the download is complete.
//! Until then, and if there are no observations, yesterday's file stays. `17,18` are two projects.
//! With `--async` as the first argument it uses tokio and reqwest (and the feature
//! `http-reqwest/rustls`). `INFOFLORA_ORIGIN` sets another server, such as one of auth-testkit's.
//!
//! It is not known whether the list keeps its order while other users write to it. So the program
//! requests the last downloaded record again. If another one is at its position, it starts over.
#![expect(clippy::print_stderr, reason = "a program for a terminal")]

mod part;

use std::{env, error::Error, path::Path, process::ExitCode};

use api_infoflora::observations::List;
use auth_flows::{AsyncClient, AsyncSession, Client, Session};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use serde_json::Value;
use tokio::runtime::Runtime;

use part::Part;

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
    let mut args: Vec<_> = env::args_os().skip(1).collect();
    let asynchronous = args.first().is_some_and(|first| first == "--async");
    if asynchronous {
        args.remove(0);
    }
    let [projects, path] = args.as_slice() else {
        return Err("usage: download [--async] PROJECT[,PROJECT…] FILE".into());
    };
    // The service seems to ignore invalid values, and would return every observation.
    let projects: Vec<u64> = (projects.to_str().unwrap_or_default().split(','))
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| "a project is a number; several are joined with commas")?;
    let variable = |name: &str| env::var(name).map_err(|_| format!("set {name}"));
    let mut service = api_infoflora::service(variable("INFOFLORA_CLIENT_ID")?)
        .secret(variable("INFOFLORA_CLIENT_SECRET")?)
        .user_agent("download/0.1 (mail@example.org)");
    if let Ok(origin) = env::var("INFOFLORA_ORIGIN") {
        service = service.at(&origin);
    }
    let (service, store) = (service.build()?, Memory::new());

    let path = Path::new(path);
    let mut part = Part::open(path)?;
    let list = List::new().projects(projects).limit(1000).of::<Value>();
    let downloaded = if asynchronous {
        let runtime = Runtime::new()?;
        let tokio = Tokio::new(runtime.handle().clone());
        let client = AsyncClient::new(service, Reqwest::default(), tokio, store);
        runtime.block_on(download_async(&client.client_session(), &list, &mut part))
    } else {
        let client = Client::new(service, Ureq::default(), store);
        download(&client.client_session(), &list, &mut part)
    };
    let count = part.count();
    downloaded.map_err(|error| {
        format!("{error}\n{count} observations are stored; start again to resume")
    })?;
    if count == 0 {
        return Err("no observations found, so the file is unchanged; check the project, and that this client may read it".into());
    }
    part.finish(path)?;
    eprintln!("{count} observations in {}", path.display());
    Ok(())
}

fn download(session: &Session, list: &List<Value>, part: &mut Part) -> Result<(), Box<dyn Error>> {
    loop {
        for page in session.pages(list.clone().offset(part.begin())) {
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
        let mut pages = session.pages(list.clone().offset(part.begin()));
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
