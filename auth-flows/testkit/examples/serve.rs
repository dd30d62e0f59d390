//! Starts a server to explore with a browser or curl, and prints its URL:
//!
//! ```text
//! cargo run -p auth-testkit --example serve -- league_9
//! ```
//!
//! Arguments: the dialect (`doorkeeper_5` by default, `league_8`, `league_9`), then `modern` for
//! refresh tokens and access tokens of one hour. Clients: `public`, without a secret, and `conf`
//! with the secret `conf-secret`. Users: alice/password and bob/hunter2. The server ends when
//! standard input ends.

use std::io::{self, Read, Write};
use std::time::Duration;

use auth_core::testkit::{Auth, DerivedTokens, Route, Site, json};
use auth_testkit::{Dialect, Rotation, TestClient, TestServer};

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let dialect = match args.get(1).map(String::as_str) {
        Some("league_8") => Dialect::league_8(),
        Some("league_9") => Dialect::league_9(),
        _ => Dialect::doorkeeper_5(),
    };
    let site = Site::new()
        .with_derived_tokens(DerivedTokens {
            path: "/users/api_token",
            field: "api_token",
            lifetime: Duration::from_secs(86_400),
            scope: Some("write"),
        })
        .with_route(Route::get("/api/ping", Auth::Login, |request| {
            let user = request.caller.map(|caller| caller.user.as_str());
            json(200, &serde_json::json!({ "user": user }))
        }));
    let with_uris = |client: TestClient| {
        client
            .redirect_uri("http://127.0.0.1/callback")
            .redirect_uri("http://[::1]/callback")
            .redirect_uri("http://localhost:8910/callback")
            .redirect_uri("urn:ietf:wg:oauth:2.0:oob")
            .redirect_uri("com.example.app:/cb")
    };
    let mut builder = TestServer::builder(dialect)
        .client(with_uris(TestClient::public("public")))
        .client(with_uris(TestClient::confidential("conf", "conf-secret")))
        .default_scopes("write login")
        .optional_scopes("account_delete")
        .user("alice", "password")
        .user("bob", "hunter2")
        .site(site);
    if args.get(2).is_some_and(|arg| arg == "modern") {
        builder = builder
            .refresh_tokens(Rotation::OnUse)
            .access_token_lifetime(Some(Duration::from_secs(3600)));
    }
    let server = builder.start()?;
    writeln!(io::stdout(), "{}", server.url())?;
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
