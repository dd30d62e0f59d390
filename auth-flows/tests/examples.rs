//! Runs each example as a program, against a server on loopback.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Output, Stdio},
    time::Duration,
};

use auth_testkit::{Dialect, TestClient, TestServer, person::Person};
use worlds::example::{example, status};

fn inaturalist() -> TestServer {
    TestServer::builder(Dialect::doorkeeper_5())
        .client(
            TestClient::confidential("app", "app-secret")
                .redirect_uri("http://127.0.0.1:8080")
                .scopes("write login"),
        )
        .client(
            TestClient::public("public-app")
                .redirect_uri("http://127.0.0.1:8080")
                .scopes("write login"),
        )
        .user("alice", "password")
        .site(api_inat::testkit::site())
        .start()
        .expect("a server")
}

fn printed(output: &Output) -> String {
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn blocking_tool() {
    let server = inaturalist();
    let folder = tempfile::tempdir().expect("a folder");
    let run = || {
        let mut tool = example("blocking_tool");
        tool.env("INAT_ORIGIN", server.url())
            .env("INAT_APP_ID", "app")
            .env("INAT_APP_SECRET", "app-secret")
            .env("TOKENS", folder.path().join("tokens"))
            .env("INAT_USERNAME", "alice")
            .env("INAT_PASSWORD", "password");
        printed(&tool.output().expect("it runs"))
    };
    let first = run();
    assert!(first.contains("logged in"), "{first}");
    assert!(
        first.contains("alice has 225 observations, 75 with private coordinates"),
        "{first}"
    );
    let mark = server.requests().mark();
    let second = run();
    assert!(!second.contains("logged in"), "{second}");
    let requests = server.requests().since(mark);
    assert_eq!(
        (requests.token(), requests.derived()),
        (0, 0),
        "the second run needs no login"
    );
}

#[test]
fn async_service() {
    let server = TestServer::builder(Dialect::league_9())
        .client(TestClient::confidential("daemon", "daemon-secret"))
        .access_token_lifetime(Some(Duration::from_secs(3600)))
        .site(api_infoflora::testkit::site())
        .start()
        .expect("a server");
    let output = example("async_service")
        .env("INFOFLORA_ORIGIN", server.url())
        .env("INFOFLORA_CLIENT_ID", "daemon")
        .env("INFOFLORA_CLIENT_SECRET", "daemon-secret")
        .output()
        .expect("it runs");
    let text = printed(&output);
    assert!(
        text.contains("1000 tasks received 1000 observations with one token"),
        "{text}"
    );
    assert_eq!(server.requests().grant("client_credentials"), 1);
}

#[test]
fn values_only() {
    let server = inaturalist();
    let mut child = example("values_only")
        .env("INAT_ORIGIN", server.url())
        .env("INAT_APP_ID", "public-app")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let url = lines.next().expect("a line").expect("text");
    let redirect = Person::new("alice", "password")
        .visit(&url)
        .and_then(auth_testkit::person::Outcome::into_redirect)
        .expect("redirected");
    let mut stdin = child.stdin.take().expect("piped");
    writeln!(stdin, "{redirect}").expect("it reads");
    drop(stdin);
    let rest: Vec<_> = lines.map_while(Result::ok).collect();
    let text = printed(&child.wait_with_output().expect("it ends"));
    assert_eq!(rest, ["a token for write login"], "{text}");
}

#[test]
fn metrics() {
    let output = example("metrics").output().expect("it runs");
    let text = printed(&output);
    for line in [
        "# TYPE auth_flows_renewals_total counter",
        "auth_flows_renewals_total{result=\"renewed\"} 2",
        "auth_flows_renewals_total{result=\"failed\"} 0",
        "auth_flows_retries_total 1",
        "auth_flows_unsaved_accounts 0",
        "# TYPE auth_flows_token_expiry_seconds gauge",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}: {text}");
    }
    let expiry = "auth_flows_token_expiry_seconds{account=\"infoflora/app/";
    let expiry = text.lines().find(|line| line.starts_with(expiry));
    let (labels, seconds) = expiry.expect(&text).rsplit_once(' ').expect("a value");
    assert!(labels.ends_with("token=\"login\"}"), "{labels}");
    let seconds: f64 = seconds.parse().expect("a number");
    assert!((3500.0..=3600.0).contains(&seconds), "{seconds}");
}

fn runs_without_an_account(name: &str, words: &str) {
    let output = example(name).arg("--local").output().expect("it runs");
    let text = printed(&output);
    assert!(text.contains(words), "{text}");
}

#[test]
fn each_runs_without_an_account() {
    runs_without_an_account("blocking_tool", "alice has 225 observations");
    runs_without_an_account("values_only", "a token for write login");
    runs_without_an_account("metrics", "auth_flows_retries_total 1");
}

#[test]
fn async_service_runs_without_an_account() {
    runs_without_an_account("async_service", "1000 tasks received 1000 observations");
}

/// `support/end.rs` has the table.
#[test]
fn a_status_says_what_to_do() {
    let server = inaturalist();
    let check = |command: &mut Command, expect: i32, words: &str| {
        let (code, text) = status(command);
        assert_eq!(code, Some(expect), "{text}");
        assert!(text.contains(words), "{text}");
    };
    for name in ["blocking_tool", "async_service", "values_only"] {
        check(example(name).arg("--help"), 2, "usage");
        check(&mut example(name), 2, "CONTACT");
        check(example(name).env("CONTACT", "me"), 2, "or use --local");
    }
    check(example("metrics").arg("--help"), 2, "usage");
    // A blank value counts as none.
    check(
        example("blocking_tool")
            .env("INAT_ORIGIN", " ")
            .env("INAT_APP_ID", "app"),
        2,
        "CONTACT",
    );
    let mut blank = example("values_only");
    let blank = blank.env("INAT_ORIGIN", server.url());
    check(blank.env("INAT_APP_ID", ""), 2, "set INAT_APP_ID");
    let folder = tempfile::tempdir().expect("a folder");
    let tool = |password: &str, origin: &str| {
        let mut tool = example("blocking_tool");
        tool.env("INAT_ORIGIN", origin)
            .env("INAT_APP_ID", "app")
            .env("INAT_APP_SECRET", "app-secret")
            .env("TOKENS", folder.path().join("tokens"))
            .env("INAT_USERNAME", "alice")
            .env("INAT_PASSWORD", password);
        tool
    };
    check(&mut tool("wrong", server.url()), 3, "password");
    check(&mut tool("password", "http://127.0.0.1:9"), 75, "");
    #[cfg(target_os = "linux")]
    {
        let mut tool = tool("password", server.url());
        let tool = tool.stdout(worlds::example::in_a_shell::full());
        check(tool, 74, "No space left");
        let full = std::fs::File::options().write(true).open("/dev/full");
        let mut metrics = example("metrics");
        check(metrics.stdout(full.expect("Linux has it")), 74, "No space");
    }
}
