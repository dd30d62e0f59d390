//! A service whose tasks share one session: each reads an observation with what only its owner sees, and none of them logs in. Async.
//!
//! ```sh
//! export INAT_APP_ID=… INAT_APP_SECRET=…
//! cargo run -p api-inat --features http-reqwest/rustls --example inat-service -- --live --browser --tasks 20
//! ```
//!
//! A thousand tasks unless `--tasks` says otherwise. The real service is asked once a second, so that a thousand take a good quarter of
//! an hour there. The other options and variables stand in `support/mod.rs`. Not run against the real service.
#![expect(clippy::print_stdout, reason = "a program for a terminal")]

mod support;

use std::{error::Error, process::ExitCode};

use api_inat::{
    observations::{Get, Search},
    users::Me,
};
use auth_flows::AsyncClient;
use http_reqwest::{Reqwest, Tokio};
use support::{Args, LogsIn};

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(words) => {
            println!("{words}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            support::say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<String, Box<dyn Error>> {
    let (args, _) = Args::read("--tasks NUMBER")?;
    let tasks: usize = args.value("--tasks").unwrap_or("1000").parse()?;
    let (service, store) = support::open("inat-service", &args)?;
    let client = AsyncClient::new(service, Reqwest::default(), Tokio::current()?, store);
    // Made once, cloned for each task: all of them have the same tokens, and one renewal serves them all.
    let session = client.account("me").told_by(&args)?;

    let me = session.send(Me::new()).await?;
    let login = me.login.ok_or("iNaturalist did not say who this is")?;
    let own = Search::new().user_login(login.clone()).per_page(200);
    let ids: Vec<u64> = session
        .send(own)
        .await?
        .results
        .iter()
        .map(|own| own.id)
        .collect();
    if ids.is_empty() {
        return Ok(format!("{login} has no observations"));
    }

    let tasks: Vec<_> = ids
        .into_iter()
        .cycle()
        .take(tasks)
        .map(|id| tokio::spawn(session.send(Get::new(id))))
        .collect();
    let (mut read, mut private) = (0, 0);
    for task in tasks {
        for observation in task.await??.results {
            read += 1;
            private += usize::from(observation.private_location.is_some());
        }
    }
    Ok(format!(
        "{login}: {read} observations read, {private} of them with a private place"
    ))
}
