//! Runs each example as a program, against a server on loopback, once over ureq and once over
//! reqwest.

mod annotate;
mod export;
mod records;
mod service;
mod statuses;
mod token;
mod upload;

use std::{
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use auth_core::{Body, Limits, Request, Response, Transport};
use auth_testkit::{Dialect, TestClient, TestServer};
use http::{HeaderValue, header};
use http_ureq::Ureq;

const SILENCE: Duration = Duration::from_secs(30);

/// A server like iNaturalist's, and the transport that the examples send with.
struct Scene {
    server: TestServer,
    transport: &'static str,
}

/// Runs a test over both transports.
#[expect(clippy::print_stderr, reason = "a test that fails shows which it was")]
fn everywhere(test: impl Fn(&Scene)) {
    for transport in ["--blocking", "--async"] {
        eprintln!("{transport}");
        test(&Scene::new(transport));
    }
}

impl Scene {
    fn new(transport: &'static str) -> Self {
        let server = TestServer::builder(Dialect::doorkeeper_5())
            .client(
                TestClient::confidential("app", "app-secret")
                    .redirect_uri("urn:ietf:wg:oauth:2.0:oob")
                    .redirect_uri("http://127.0.0.1/")
                    .redirect_uri("http://127.0.0.1:8080")
                    .scopes("write login"),
            )
            .user("alice", "password")
            .site(api_inat::testkit::site())
            .start()
            .expect("a server");
        Self { server, transport }
    }

    /// Returns the command of an example. Alice's login is in `folder`; her password is in the
    /// environment.
    fn example(&self, name: &str, folder: &Path) -> Command {
        let mut command = bare(name);
        command
            .env("INAT_ORIGIN", self.server.url())
            .env("INAT_APP_ID", "app")
            .env("INAT_APP_SECRET", "app-secret")
            .env("INAT_USERNAME", "alice")
            .env("INAT_PASSWORD", "password")
            .arg(self.transport)
            .arg("--store")
            .arg(folder.join("tokens"));
        command
    }
}

/// Returns the command of an example without settings.
fn bare(name: &str) -> Command {
    worlds::example::example(&format!("inat-{name}"))
}

/// Returns standard output and standard error of a program, and checks how it ended.
fn texts(output: &Output, well: bool) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let texts = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.success(), well, "{texts:?}");
    for secret in ["app-secret", "password"] {
        assert!(
            !texts.0.contains(secret) && !texts.1.contains(secret),
            "{texts:?}"
        );
    }
    texts
}

fn run(command: &mut Command, well: bool) -> (String, String) {
    texts(&command.output().expect("it runs"), well)
}

fn get(url: &str, token: &str) -> Response {
    let mut request = Request::new(Body::Empty);
    *request.uri_mut() = url.parse().expect("a URL");
    let value = HeaderValue::from_str(&format!("Bearer {token}")).expect("a header");
    request.headers_mut().insert(header::AUTHORIZATION, value);
    Transport::send(&Ureq::default(), request, &Limits::api()).expect("a response")
}
