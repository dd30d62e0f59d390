//! A login without a client, by values of auth-core only: makes the URL, reads the pasted redirect,
//! and sends one token request.
//!
//! ```sh
//! INAT_APP_ID=… cargo run -p auth-flows --features http-ureq/rustls --example values_only
//! ```
//!
//! Register the redirect URI `http://127.0.0.1:8080`; no program needs to listen there. Set
//! `INAT_ORIGIN` to use another server.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal"
)]

use std::{env, error::Error, io, time::Duration};

use auth_core::{
    AuthorizationRequest, Entropy, Message, Now, RedirectUri, TokenRequest, Transport, UnixTime,
};

fn main() -> Result<(), Box<dyn Error>> {
    let app_id = env::var("INAT_APP_ID").map_err(|_| "set INAT_APP_ID to your application's id")?;
    let mut service = api_inat::service(app_id).user_agent("values-only/0.1 (mail@example.org)");
    if let Ok(origin) = env::var("INAT_ORIGIN") {
        service = service.at(&origin);
    }
    let service = service.build()?;

    let mut bytes = [0; 64];
    getrandom::fill(&mut bytes)?;
    let redirect_uri = RedirectUri::parse("http://127.0.0.1:8080")?;
    let (url, pending) =
        AuthorizationRequest::new(service.client(), redirect_uri, Entropy::new(bytes)).begin()?;
    println!("{url}");
    eprintln!("Open this, then paste the complete address at which your browser arrived:");
    let mut redirected = String::new();
    io::stdin().read_line(&mut redirected)?;

    let grant = pending.accept(&redirected)?;
    let message = TokenRequest::code(service.client(), &grant);
    // Any HTTP client works; this one follows no redirects and limits size and time, as `limits`
    // asks.
    let response = http_ureq::Ureq::default().send(message.request()?, &message.limits())?;
    let sent = Now {
        wall: UnixTime::from_system(std::time::SystemTime::now()),
        monotonic: Duration::ZERO,
    };
    let token = message.parse(response)?.into_token(sent, 1)?;
    println!("a token for {}", token.scope().unwrap_or("unstated scopes"));
    Ok(())
}
