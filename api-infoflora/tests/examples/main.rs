//! Runs the examples as programs, against servers on loopback in the dialects of league 8 and 9,
//! over both transports.

mod atlas;
mod download;
#[cfg(unix)]
mod guide;
mod service;
mod statuses;
mod token;

use std::{
    process::{Command, Output},
    time::Duration,
};

use auth_core::{Body, Limits, Request, Response, Transport, testkit::Site};
use auth_testkit::{Dialect, TestClient, TestServer};
use http::{HeaderValue, Method, header};
use http_ureq::Ureq;

const MAX_WAIT: Duration = Duration::from_secs(30);
const CALLBACK: &str = "https://my-app.example/oauth2redirect";
const SECRET: &str = "app+secret/%20:=";

/// One server in one dialect, and the transport that the examples send with.
struct Scene {
    server: TestServer,
    ureq: bool,
}

/// Runs a test in all four scenes.
#[expect(clippy::print_stderr, reason = "a test that fails shows which it was")]
fn everywhere(site: &Site, test: impl Fn(&Scene)) {
    for dialect in [Dialect::league_8(), Dialect::league_9()] {
        for ureq in [true, false] {
            eprintln!("{}, ureq: {ureq}", dialect.name());
            test(&Scene::new(dialect.clone(), ureq, site.clone()));
        }
    }
}

impl Scene {
    fn new(dialect: Dialect, ureq: bool, site: Site) -> Self {
        let client = TestClient::confidential("app", SECRET).redirect_uri(CALLBACK);
        let server = TestServer::builder(dialect)
            .client(client)
            .user("alice", "password")
            .user("bob", "hunter2")
            .site(site)
            .start()
            .expect("a server");
        Self { server, ureq }
    }

    /// Returns the command of an example.
    fn example(&self, name: &str) -> Command {
        let mut command = bare(name);
        command
            .env("INFOFLORA_ORIGIN", self.server.url())
            .env("INFOFLORA_CLIENT_ID", "app")
            .env("INFOFLORA_CLIENT_SECRET", SECRET);
        // Each uses one transport by default, and has a flag for the other.
        match (name, self.ureq) {
            ("token" | "download", false) => command.arg("--async"),
            ("atlas", true) => command.arg("--blocking"),
            ("service", true) => command.arg("--ureq"),
            _ => &mut command,
        };
        command
    }
}

/// Returns the command of an example without settings.
fn bare(name: &str) -> Command {
    worlds::example::example(&format!("infoflora-{name}"))
}

fn run(command: &mut Command) -> Output {
    command.output().expect("it runs")
}

/// Returns standard output and standard error of a program that succeeded.
fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{said:?}");
    said
}

fn get(url: &str, name: header::HeaderName, value: &str) -> Response {
    request(Method::GET, url, name, value)
}

fn request(method: Method, url: &str, name: header::HeaderName, value: &str) -> Response {
    let mut request = Request::new(Body::Empty);
    *request.method_mut() = method;
    *request.uri_mut() = url.parse().expect("a URL");
    let value = HeaderValue::from_str(value).expect("a header");
    request.headers_mut().insert(name, value);
    let response = Transport::send(&Ureq::default(), request, &Limits::api());
    response.expect("a response")
}
