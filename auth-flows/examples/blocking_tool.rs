//! A small tool: logs the user in once, and counts their observations at iNaturalist. Blocking.
//!
//! ```sh
//! INAT_APP_ID=… cargo run -p auth-flows --features http-ureq/rustls --example blocking_tool
//! ```
//!
//! Set `INAT_APP_SECRET` too if your application is registered as confidential. With
//! `INAT_USERNAME` and `INAT_PASSWORD` it logs in without a browser. Set `INAT_ORIGIN` to use
//! another server, such as one of auth-testkit's.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal"
)]

use std::{env, error::Error, path::PathBuf};

use api_inat::{observations::Search, users::Me};
use auth_flows::{Client, Login};
use http_ureq::Ureq;

fn main() -> Result<(), Box<dyn Error>> {
    let app_id = env::var("INAT_APP_ID").map_err(|_| "set INAT_APP_ID to your application's id")?;
    let mut service = api_inat::service(app_id).user_agent("blocking-tool/0.1 (mail@example.org)");
    if let Ok(secret) = env::var("INAT_APP_SECRET") {
        service = service.secret(secret);
    }
    if let Ok(origin) = env::var("INAT_ORIGIN") {
        service = service.at(&origin);
    }
    let store = match env::var_os("TOKENS") {
        Some(folder) => keystore::File::open(PathBuf::from(folder))?,
        None => keystore::File::in_data_dir("blocking-tool")?,
    };
    let client = Client::new(service.build()?, Ureq::default(), store);
    let session = client.account("me");

    if !session.status()?.is_logged_in() {
        match (env::var("INAT_USERNAME"), env::var("INAT_PASSWORD")) {
            (Ok(name), Ok(password)) => session.log_in_with_password(&name, password)?,
            _ => session.log_in(Login::browser(|prompt| eprintln!("{prompt}")))?,
        };
        eprintln!("logged in; the next run needs no login");
    }

    let me = session.send(Me::new())?;
    let login = me.login.ok_or("iNaturalist returned no user name")?;
    let mut observations = session.items(Search::new().user_login(login.clone()));
    let mut private = 0;
    for observation in observations.by_ref() {
        // iNaturalist returns the exact location of an obscured observation to its observer only.
        private += usize::from(observation?.private_location.is_some());
    }
    let total = observations.total().unwrap_or_default();
    println!("{login} has {total} observations, {private} with private coordinates");
    Ok(())
}
