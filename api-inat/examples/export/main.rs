//! Exports all of one's observations, private places too, one JSON object a line (NDJSON): for a nightly job. What breaks off goes on
//! at the next start. Blocking, or async with `--async`.
//!
//! ```sh
//! export INAT_APP_ID=… INAT_APP_SECRET=…
//! cargo run -p api-inat --features http-ureq/rustls --example inat-export -- --live --browser observations.ndjson
//! ```
//!
//! Until it is complete it grows in `observations.ndjson.part`, and `observations.ndjson.place` says how far it is good and where to go
//! on; the last complete export stays until then, and also where nothing is found. `--user LOGIN` exports somebody else's, as far as it is public. The other options and
//! variables stand in `support/mod.rs`. Not run against the real service.

mod part;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/world.rs"]
mod world;

use std::{error::Error, process::ExitCode};

use api_inat::{observations::Search, users::Me};
use auth_flows::{AsyncSession, Session};
use part::Part;
use serde_json::Value;
use support::{Args, say};
use world::World;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (args, operands) = Args::read("--user LOGIN FILE")?;
    let [path] = &operands[..] else {
        return Err("which file?".into());
    };
    let (service, store) = support::open("inat-export", &args)?;
    let world = World::of(service, store, &args)?;
    let user = match args.value("--user") {
        Some(user) => user.to_owned(),
        None => {
            let me = world.send(Me::new())?;
            me.login
                .ok_or("iNaturalist did not say who this is")?
                .into()
        }
    };

    let whole = Search::new().user_login(user).per_page(200);
    let (mut part, search) = Part::open(path, &whole)?;
    if part.length > 0 {
        say(&format!("going on: {}", search.progress()));
    }
    let exported = match &world {
        World::Blocking(session) => export(session, search, &mut part),
        World::Async(session, runtime) => {
            runtime.block_on(export_async(session, search, &mut part))
        }
    };
    let kept = part.kept;
    exported
        .map_err(|error| format!("{error}\n{kept} observations are kept: start again to go on"))?;
    if kept == 0 {
        return Err(
            "nothing was found, so that the last export stays: is it the right person?".into(),
        );
    }
    part.finish(path)?;
    say(&format!("{kept} observations in {}", path.display()));
    Ok(())
}

fn export(session: &Session, search: Search, part: &mut Part) -> Result<(), Box<dyn Error>> {
    part.kept = search.progress().received;
    // Kept as they come: whatever an observation has beside what we know is in the file, too.
    let mut pages = session.pages(search.of::<Value>());
    while let Some(page) = pages.next() {
        part.keep(&page?)?;
        if let Some(next) = pages.cursor() {
            part.mark(&next.to_text())?;
            say(&next.progress().to_string());
        }
    }
    Ok(())
}

/// The same conversation, awaited.
async fn export_async(
    session: &AsyncSession,
    search: Search,
    part: &mut Part,
) -> Result<(), Box<dyn Error>> {
    part.kept = search.progress().received;
    let mut pages = session.pages(search.of::<Value>());
    while let Some(page) = pages.next().await {
        part.keep(&page?)?;
        if let Some(next) = pages.cursor() {
            part.mark(&next.to_text())?;
            say(&next.progress().to_string());
        }
    }
    Ok(())
}
