//! Exports all your observations with their private locations, one JSON object a line (NDJSON): for
//! a nightly job. Resumes at the next start after an interruption. Blocking, or async with
//! `--async`.
//!
//! ```sh
//! export INAT_APP_ID=… INAT_APP_SECRET=… CONTACT=me@my-garden.example
//! cargo run -p api-inat --features http-ureq/rustls --example inat-export -- --live --browser observations.ndjson
//! ```
//!
//! An incomplete export grows in `observations.ndjson.part`; `observations.ndjson.place` has its
//! valid length and the cursor. The last complete export stays until the new one is complete, and
//! also if nothing is found. `--user LOGIN` exports another user's public data.
//!
//! First it asks who is logged in, also with `--user`: iNaturalist responds to a search with a
//! rejected token by anonymous data and status 200. This request gets a 401, and the token is
//! renewed.
//!
//! See `support/mod.rs` for the other options and variables. Not run against the real service.

#[path = "../support/file.rs"]
mod file;
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
use support::{Args, say, wrong};
use world::World;

fn main() -> ExitCode {
    support::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let (args, operands) = Args::read("--user LOGIN FILE")?;
    let [path] = &operands[..] else {
        return Err(wrong("no file given; name the file of the export"));
    };
    part::check(path)?;
    let (service, store) = support::open("inat-export", &args)?;
    let world = World::of(service, store, &args)?;
    // Also with `--user`: iNaturalist responds to a search with a rejected token as if there was none.
    let me = world.send(Me::new())?;
    let user = match args.value("--user") {
        Some(user) => user.to_owned(),
        None => me.login.ok_or("iNaturalist returned no login name")?.into(),
    };

    let whole = Search::new().user_login(user).per_page(200);
    let (mut part, search) = Part::open(path, &whole)?;
    if part.length > 0 {
        say(&format!("resuming: {}", search.progress()));
    }
    let exported = match &world {
        World::Blocking(session) => export(session, search, &mut part),
        World::Async(session, runtime) => {
            runtime.block_on(export_async(session, search, &mut part))
        }
    };
    let saved = part.saved;
    exported.inspect_err(|_| {
        say(&format!(
            "{saved} observations are saved: start again to resume"
        ));
    })?;
    if saved == 0 {
        return Err("nothing was found, so the last export stays; check the user".into());
    }
    part.finish(path)?;
    say(&format!("{saved} observations in {}", path.display()));
    Ok(())
}

fn export(session: &Session, search: Search, part: &mut Part) -> Result<(), Box<dyn Error>> {
    part.saved = search.progress().received;
    // As raw JSON, so that the file also has fields that this crate does not know.
    // The next page is requested while this one is written.
    let mut pages = session.pages(search.of::<Value>()).prefetch();
    while let Some(page) = pages.next() {
        part.save(&page?)?;
        if let Some(next) = pages.cursor() {
            part.mark(&next.to_text())?;
            say(&next.progress().to_string());
        }
    }
    Ok(())
}

/// The same steps, async.
async fn export_async(
    session: &AsyncSession,
    search: Search,
    part: &mut Part,
) -> Result<(), Box<dyn Error>> {
    part.saved = search.progress().received;
    let mut pages = session.pages(search.of::<Value>()).prefetch();
    while let Some(page) = pages.next().await {
        part.save(&page?)?;
        if let Some(next) = pages.cursor() {
            part.mark(&next.to_text())?;
            say(&next.progress().to_string());
        }
    }
    Ok(())
}
