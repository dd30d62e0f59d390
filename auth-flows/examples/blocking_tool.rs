//! A small tool: logs the user in once, and counts their observations at iNaturalist. Blocking.
//!
//! ```sh
//! cargo run -p auth-flows --example blocking_tool -- --local
//! INAT_APP_ID=… CONTACT=me@my-garden.example cargo run -p auth-flows --features http-ureq/rustls --example blocking_tool
//! ```
//!
//! Set `INAT_APP_SECRET` too if your application is registered as confidential. With
//! `INAT_USERNAME` and `INAT_PASSWORD` it logs in without a browser. The login is stored in the
//! directory `TOKENS`, or where the examples of api-inat find it too. See `support/mod.rs` for the
//! other settings.

mod support;

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use api_inat::{observations::Search, users::Me};
use auth_flows::{Client, Login};
use auth_testkit::{Dialect, TestClient, TestServer};
use http_ureq::Ureq;
use keystore::File;
use support::{
    Server,
    end::{end, say},
    required, variable,
};

fn main() -> ExitCode {
    end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let server = Server::read("blocking-tool", "INAT_ORIGIN", test_server)?;
    let mut service = match &server.local {
        Some(_) => api_inat::service("app").secret("app-secret"),
        None => api_inat::service(required("INAT_APP_ID")?),
    };
    if let (None, Some(secret)) = (&server.local, variable("INAT_APP_SECRET")) {
        service = service.secret(secret);
    }
    if let Some(origin) = &server.origin {
        service = service.at(origin);
    }
    let service = service.user_agent(&server.user_agent).build()?;
    let client = match (&server.local, variable("TOKENS")) {
        (Some(_), _) => Client::new(service, Ureq::default(), keystore::Memory::new()),
        (None, Some(folder)) => Client::new(service, Ureq::default(), File::open(folder)?),
        (None, None) => {
            let store = File::in_data_dir("inat-examples")?;
            Client::new(service, Ureq::default(), store)
        }
    };
    let session = client.account("me");

    if session.status()?.needs_login() {
        match (
            &server.local,
            variable("INAT_USERNAME"),
            variable("INAT_PASSWORD"),
        ) {
            (Some(_), ..) => session.log_in_with_password("alice", "password")?,
            (None, Some(name), Some(password)) => session.log_in_with_password(&name, password)?,
            _ => session.log_in(Login::browser(|prompt| say(&prompt.to_string())))?,
        };
        say("logged in; the next run needs no login");
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
    writeln!(
        io::stdout(),
        "{login} has {total} observations, {private} with private coordinates"
    )?;
    Ok(())
}

/// A server like iNaturalist's.
fn test_server() -> io::Result<TestServer> {
    TestServer::builder(Dialect::doorkeeper_5())
        .client(TestClient::confidential("app", "app-secret").scopes("write login"))
        .user("alice", "password")
        .site(api_inat::testkit::site())
        .start()
}
