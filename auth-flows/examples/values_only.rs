//! A login without a client, by values of auth-core only: makes the URL, reads the pasted redirect,
//! and sends one token request.
//!
//! ```sh
//! cargo run -p auth-flows --example values_only -- --local
//! INAT_APP_ID=… CONTACT=me@my-garden.example cargo run -p auth-flows --features http-ureq/rustls --example values_only
//! ```
//!
//! Register the redirect URI `http://127.0.0.1:8080`; no program needs to listen there. With
//! `--local` the test server's user logs in, in place of yours. See `support/mod.rs` for the other
//! settings.

mod support;

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
    time::Duration,
};

use auth_core::{
    AuthorizationRequest, Entropy, Message, Now, RedirectUri, TokenRequest, Transport, UnixTime,
};
use auth_testkit::{
    Dialect, TestClient, TestServer,
    person::{Outcome, Person},
};
use support::{
    Server,
    end::{end, say},
    required,
};

const REDIRECT_URI: &str = "http://127.0.0.1:8080";

fn main() -> ExitCode {
    end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let server = Server::read("values-only", "INAT_ORIGIN", test_server)?;
    let mut service = api_inat::service(match &server.local {
        Some(_) => "app".to_owned(),
        None => required("INAT_APP_ID")?,
    });
    if let Some(origin) = &server.origin {
        service = service.at(origin);
    }
    let service = service.user_agent(&server.user_agent).build()?;

    let mut bytes = [0; 64];
    getrandom::fill(&mut bytes)?;
    let redirect_uri = RedirectUri::parse(REDIRECT_URI)?;
    let (url, pending) =
        AuthorizationRequest::new(service.client(), redirect_uri, Entropy::new(bytes)).begin()?;
    writeln!(io::stdout(), "{url}")?;
    let redirected = match &server.local {
        Some(_) => {
            (Person::new("alice", "password").visit(&url)).and_then(Outcome::into_redirect)?
        }
        None => {
            say("Open this, then paste the complete address at which your browser arrived:");
            let mut redirected = String::new();
            io::stdin().read_line(&mut redirected)?;
            redirected
        }
    };

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
    let scope = token.scope().unwrap_or("unstated scopes");
    writeln!(io::stdout(), "a token for {scope}")?;
    Ok(())
}

/// A server like iNaturalist's.
fn test_server() -> io::Result<TestServer> {
    TestServer::builder(Dialect::doorkeeper_5())
        .client(
            TestClient::public("app")
                .redirect_uri(REDIRECT_URI)
                .scopes("write login"),
        )
        .user("alice", "password")
        .start()
}
