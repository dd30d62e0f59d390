//! Prints only an API token to standard output, for scripts that use curl. Blocking, or async with
//! `--async`.
//!
//! ```sh
//! export INAT_APP_ID=… INAT_APP_SECRET=… CONTACT=me@my-garden.example
//! TOKEN=$(cargo run -q -p api-inat --features http-ureq/rustls --example inat-token -- --live --browser --for 60) &&
//!     curl -H "authorization: Bearer $TOKEN" -H "user-agent: my-script/1.0 ($CONTACT)" https://api.inaturalist.org/v1/users/me
//! ```
//!
//! Keep the `&&`: without a token curl would send an empty one, and iNaturalist would respond with
//! anonymous data and no error. Without an account, see it work with `--local` alone.
//!
//! The user logs in once; after that the stored login is used. `--for` sets the minimum lifetime of
//! the token in minutes, by default 5. `--log-out` revokes and removes the login instead. See
//! `support/mod.rs` for the other options and variables. Not run against the real service.

mod support;

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
    time::Duration,
};

use auth_core::TokenKind;
use auth_flows::{AsyncClient, Client, LoggedOut};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use support::{Args, LogsIn};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    support::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let token = token().inspect_err(|_| support::say("no token:"))?;
    if let Some(token) = token {
        writeln!(io::stdout(), "{token}")?;
    }
    Ok(())
}

/// Returns the token, or `None` after a logout.
fn token() -> Result<Option<String>, Box<dyn Error>> {
    let (args, _) = Args::read("[--log-out] --for MINUTES")?;
    let minutes: u64 = (args.value("--for").unwrap_or("5").parse())
        .map_err(|error| support::wrong(format_args!("--for: {error}")))?;
    let lasts = Duration::from_secs(minutes.saturating_mul(60));
    let (service, store) = support::open("inat-token", &args)?;
    let token = if args.is_async(false) {
        let runtime = Runtime::new()?;
        let tokio = Tokio::new(runtime.handle().clone());
        let client = AsyncClient::new(service, Reqwest::default(), tokio, store);
        let session = client.account("me").with_login_of(&args)?;
        if args.has("--log-out") {
            return logged_out(&runtime.block_on(session.log_out())?);
        }
        runtime.block_on(session.token_for(TokenKind::Derived, lasts))?
    } else {
        let client = Client::new(service, Ureq::default(), store);
        let session = client.account("me").with_login_of(&args)?;
        if args.has("--log-out") {
            return logged_out(&session.log_out()?);
        }
        session.token_for(TokenKind::Derived, lasts)?
    };
    Ok(Some(token.expose_secret().to_owned()))
}

/// Says what has become of the tokens; the login is removed in any case.
fn logged_out(logout: &LoggedOut) -> Result<Option<String>, Box<dyn Error>> {
    if let Some(Err(error)) = &logout.revoked {
        return Err(format!("logged out here, but the login may still be valid: {error:#}").into());
    }
    match logout.derived_lives_until {
        Some(end) => support::say(&format!(
            "logged out; a copy of the token is valid until {end}"
        )),
        None => support::say("logged out"),
    }
    Ok(None)
}
