//! Starts a server to explore with a browser, curl or the example programs, and prints its URL:
//!
//! ```text
//! cargo run -p auth-testkit --example serve -- inaturalist
//! ```
//!
//! The first argument is `inaturalist` or `infoflora`, with the routes of that service, or a bare
//! dialect (`doorkeeper_5` by default, `league_8`, `league_9`). Then `modern` adds refresh tokens
//! and access tokens of one hour; a number instead is their lifetime in seconds, such as 60.
//! Clients: `public`, without a secret, and `app` with the secret `app-secret`. Users:
//! alice/password and bob/hunter2. A command is a line on standard input; its answer ends with an
//! empty line. The server ends when standard input ends, so give one that stays open to a server in
//! the background.
//!
//! | command | what it does |
//! | --- | --- |
//! | `requests` | lists the requests since the last time: kind, method, path, grant, status |
//! | `visit URL` | alice opens this URL, logs in and consents; prints the code or the redirect, and follows one to this machine |
//! | `open METHOD URL` | requests a page on this machine as a visitor's browser, which keeps one cookie; prints the status with the redirect, then the text |
//! | `expire` | expires the tokens of API calls |
//! | `revoke` | revokes all tokens |
//! | `slow SECONDS` | processes the next renewal, and sends its response over so many seconds |
//! | `lose` | processes the next renewal, and sends no response |
//! | `limit SECONDS` | responds to the next API call with 429 and this `Retry-After` |
//! | `token` | prints a derived token of alice's, as the web site shows it |

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use auth_core::testkit::{Auth, DerivedTokens, Route, Site, json};
use auth_testkit::person::{Outcome, Person};
use auth_testkit::{Dialect, Fault, Mark, Matching, Rotation, TestClient, TestServer, http1};

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let name = args.get(1).map_or("doorkeeper_5", String::as_str);
    let dialect = match name {
        "league_8" | "infoflora" => Dialect::league_8(),
        "league_9" => Dialect::league_9(),
        _ => Dialect::doorkeeper_5(),
    };
    let site = match name {
        "inaturalist" => api_inat::testkit::site(),
        "infoflora" => api_infoflora::testkit::site(),
        _ => ping(),
    };
    let with_uris = |client: TestClient| {
        let uris = [
            "http://127.0.0.1/",
            "http://127.0.0.1/callback",
            "http://[::1]/callback",
            "http://localhost:8910/callback",
            "https://my-app.example/oauth2redirect",
            "urn:ietf:wg:oauth:2.0:oob",
            "com.example.app:/cb",
        ];
        uris.into_iter().fold(client, TestClient::redirect_uri)
    };
    let mut builder = TestServer::builder(dialect)
        .client(with_uris(TestClient::public("public")))
        .client(with_uris(TestClient::confidential("app", "app-secret")))
        .user("alice", "password")
        .user("bob", "hunter2")
        .site(site);
    if name != "infoflora" {
        builder = builder
            .default_scopes("write login")
            .optional_scopes("account_delete");
    }
    if let Some(arg) = args.get(2) {
        let modern = arg == "modern";
        let seconds = if modern { Ok(3600) } else { arg.parse() };
        let lifetime = Duration::from_secs(seconds.map_err(io::Error::other)?);
        builder = builder.access_token_lifetime(Some(lifetime));
        // league's dialect issues refresh tokens without being asked.
        if modern || !(name == "infoflora" || name.starts_with("league")) {
            builder = builder.refresh_tokens(Rotation::OnUse);
        }
    }
    let server = builder.start()?;
    say(&[server.url().to_owned()])?;
    let mut mark = server.requests().mark();
    let mut cookie = String::new();
    for line in io::stdin().lines() {
        let line = line?;
        let mut answer = match line.trim().strip_prefix("open ") {
            Some(request) => {
                open(&mut cookie, request).unwrap_or_else(|error| vec![format!("failed: {error}")])
            }
            None => answer(&server, &mut mark, line.trim()),
        };
        answer.push(String::new());
        say(&answer)?;
    }
    Ok(())
}

/// Routes without a service.
fn ping() -> Site {
    Site::new()
        .with_derived_tokens(DerivedTokens {
            path: "/users/api_token",
            field: "api_token",
            lifetime: Duration::from_secs(86_400),
            scope: Some("write"),
        })
        .with_route(Route::get("/api/ping", Auth::Login, |request| {
            let user = request.caller.map(|caller| caller.user.as_str());
            json(200, &serde_json::json!({ "user": user }))
        }))
}

fn say(lines: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    out.flush()
}

/// Does what a command says.
fn answer(server: &TestServer, mark: &mut Mark, command: &str) -> Vec<String> {
    match command.split_once(' ').unwrap_or((command, "")) {
        ("requests", _) => {
            let requests = server.requests();
            let new = requests.since(*mark);
            *mark = requests.mark();
            let line = |request: &auth_testkit::LoggedRequest| {
                let path = request.path.split('?').next().unwrap_or_default();
                let status = request.status.map_or("none".to_owned(), |s| s.to_string());
                let grant = request.grant.as_ref().map(|grant| format!(" {grant}"));
                let grant = grant.unwrap_or_default();
                format!(
                    "{:?} {} {path}{grant} {status}",
                    request.kind, request.method
                )
            };
            new.requests().iter().map(line).collect()
        }
        ("visit", url) => vec![visit(url).unwrap_or_else(|error| format!("failed: {error}"))],
        ("expire", _) if server.derived_endpoint().is_some() => {
            server.expire_derived_tokens();
            Vec::new()
        }
        ("expire", _) => {
            server.revoke_access_tokens();
            Vec::new()
        }
        ("revoke", _) => {
            server.revoke_all();
            Vec::new()
        }
        ("token", _) => server.issue_derived_token("alice").into_iter().collect(),
        ("lose", _) => {
            server.faults().next(RENEWAL, Fault::LostResponse);
            Vec::new()
        }
        (command @ ("slow" | "limit"), seconds) => match seconds.parse() {
            Ok(seconds) => {
                match command {
                    "slow" => {
                        let over = Duration::from_secs(seconds);
                        server.faults().next(RENEWAL, Fault::SlowBody(over));
                    }
                    _ => {
                        let retry_after = Some(seconds.to_string());
                        let fault = Fault::TooManyRequests { retry_after };
                        server.faults().next(Matching::Api, fault);
                    }
                }
                Vec::new()
            }
            Err(error) => vec![format!("failed: {error}")],
        },
        _ => vec![
            "commands: requests, visit URL, open METHOD URL, expire, revoke, slow SECONDS, lose, limit SECONDS, token"
                .to_owned(),
        ],
    }
}

const RENEWAL: Matching = Matching::Grant("refresh_token");

fn visit(url: &str) -> io::Result<String> {
    let alice = Person::new("alice", "password");
    match alice.visit(url)? {
        Outcome::Redirected(to) if to.starts_with("http://") => {
            let (status, _) = alice.follow(&to)?;
            Ok(format!("followed the redirect: {status}"))
        }
        Outcome::Redirected(to) => Ok(to),
        other => other.into_code(),
    }
}

/// Requests a page with the cookie that an earlier one set.
fn open(cookie: &mut String, request: &str) -> io::Result<Vec<String>> {
    let (method, url) = request.split_once(' ').unwrap_or(("GET", request));
    let request = http::Request::builder().method(method).uri(url);
    let request = request.header("cookie", cookie.as_str()).body("");
    let mut request = request.map_err(io::Error::other)?;
    let host = request.uri().authority().map_or("", |host| host.as_str());
    let stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let host = host.parse().map_err(io::Error::other)?;
    request.headers_mut().insert("host", host);
    let response = http1::exchange(stream, &request)?;
    let header = |name| response.headers().get(name)?.to_str().ok();
    if let Some(set) = header("set-cookie") {
        *cookie = set.split(';').next().unwrap_or_default().to_owned();
    }
    let to = header("location").unwrap_or_default();
    let first = format!("{} {to}", response.status().as_u16());
    let text = String::from_utf8_lossy(response.body());
    let text = text.lines().filter(|line| !line.is_empty());
    Ok([first].into_iter().chain(text.map(str::to_owned)).collect())
}
