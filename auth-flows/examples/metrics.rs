//! A program that exports what its client does, in the text format of Prometheus. Blocking.
//!
//! ```sh
//! cargo run -p auth-flows --example metrics -- --local
//! ```
//!
//! It starts a test server on this machine, calls it, reads its own metrics once as Prometheus
//! would, prints them, and ends. It needs no account, with or without `--local`. `support/end.rs`
//! lists the exit statuses.

#[path = "support/end.rs"]
mod end;

use std::{
    env,
    error::Error,
    fmt::{self, Display, Write as _},
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::ExitCode,
    thread,
    time::{Duration, SystemTime},
};

use api_infoflora::observations::List;
use auth_flows::{Client, Counters, Counts};
use auth_testkit::{Dialect, Fault, Matching, TestClient, TestServer};
use end::{end, say, wrong};

fn main() -> ExitCode {
    end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    if env::args_os().skip(1).any(|arg| arg != "--local") {
        return Err(wrong("usage: metrics [--local]"));
    }
    let server = TestServer::builder(Dialect::league_9())
        .client(TestClient::confidential("app", "secret"))
        .access_token_lifetime(Some(Duration::from_secs(3600)))
        .site(api_infoflora::testkit::site())
        .start()?;
    let service = api_infoflora::service("app")
        .secret("secret")
        .user_agent("metrics/0.1 (mail@example.org)")
        .at(server.url())
        .build()?;
    let counters = Counters::default();
    let client = Client::new(service, http_ureq::Ureq::default(), keystore::Memory::new())
        .on_event(counters.observer());
    let address = serve(counters)?;

    let session = client.client_session();
    session.send(List::new().limit(1))?;
    // The server fails once, then it no longer knows the token.
    server.faults().next(Matching::Api, Fault::Html500);
    session.send(List::new().limit(1))?;
    server.revoke_access_tokens();
    session.send(List::new().limit(1))?;

    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    let body = response.split_once("\r\n\r\n").map(|(_, body)| body);
    // Not `print!`, which panics if the reader of a pipe has gone.
    io::stdout().write_all(body.unwrap_or_default().as_bytes())?;
    Ok(())
}

/// Serves the metrics on a port of this machine, until the program ends.
fn serve(counters: Counters) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if let Err(error) = respond(stream, &counters) {
                say(&format!("metrics: {error:#}"));
            }
        }
    });
    Ok(address)
}

fn respond(mut stream: TcpStream, counters: &Counters) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut head = BufReader::new(stream.try_clone()?.take(8 << 10)).lines();
    let first = head.next().transpose()?.unwrap_or_default();
    // The rest of the head, or the connection would be reset.
    while head
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let (status, body) = match first.starts_with("GET /metrics ") {
        true => {
            let counts = counters.read();
            let metrics = Metrics(&counts, SystemTime::now());
            ("200 OK", metrics.to_string())
        }
        false => ("404 Not Found", String::new()),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The counts at this time, in the text format.
struct Metrics<'a>(&'a Counts, SystemTime);

impl Display for Metrics<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(counts, now) = *self;
        let mut metric = |name: &str, kind: &str, help: &str, samples: &[(String, f64)]| {
            writeln!(f, "# HELP auth_flows_{name} {help}")?;
            writeln!(f, "# TYPE auth_flows_{name} {kind}")?;
            for (labels, value) in samples {
                writeln!(f, "auth_flows_{name}{labels} {value}")?;
            }
            Ok(())
        };
        let one = |value: f64| [(String::new(), value)];
        let of = |result: &str, value: u64| (labels(&[("result", result)]), value as f64);
        metric(
            "renewals_total",
            "counter",
            "Renewals of tokens, by how they ended; one that was left to another program did not fail.",
            &[
                of("renewed", counts.renewals),
                of("from_store", counts.renewals_from_store),
                of("failed", counts.renewals_failed),
                of("refused", counts.renewals_refused),
                of("held_back", counts.renewals_held_back),
                of("yielded", counts.renewals_yielded),
            ],
        )?;
        metric(
            "logins_total",
            "counter",
            "Logins, by how they ended.",
            &[
                of("logged_in", counts.logins),
                of("failed", counts.logins_failed),
                of("replaced", counts.logins_replaced),
            ],
        )?;
        let rest: [(&str, &str, &str, f64); 6] = [
            (
                "retries_total",
                "counter",
                "Requests sent again.",
                counts.retries as f64,
            ),
            (
                "waits_total",
                "counter",
                "Waits for a limit, a lease or a user.",
                counts.waits as f64,
            ),
            (
                "rate_limit_wait_seconds_total",
                "counter",
                "Time of the waits for the rate limit.",
                counts.rate_limit_wait.as_secs_f64(),
            ),
            (
                "pauses_total",
                "counter",
                "Pauses that the service asked for.",
                counts.pauses as f64,
            ),
            (
                "store_failures_total",
                "counter",
                "Failures of the store.",
                counts.store_failures as f64,
            ),
            (
                "unsaved_accounts",
                "gauge",
                "Accounts with tokens in memory only.",
                counts.unsaved as f64,
            ),
        ];
        for (name, kind, help, value) in rest {
            metric(name, kind, help, &one(value))?;
        }
        let expiry = |expiry: &auth_flows::TokenExpiry| {
            let token = format!("{:?}", expiry.token).to_lowercase();
            let names = [("account", expiry.account.to_string()), ("token", token)];
            let names = names
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            (labels(&names), expiry.seconds_left(now) as f64)
        };
        let expiries: Vec<_> = counts.tokens.iter().map(expiry).collect();
        metric(
            "token_expiry_seconds",
            "gauge",
            "Seconds until a token expires; negative if it has.",
            &expiries,
        )
    }
}

/// Labels with their values, escaped as the format wants it.
fn labels(labels: &[(&str, &str)]) -> String {
    let mut text = String::from("{");
    for (index, (name, value)) in labels.iter().enumerate() {
        let value = value
            .replace('\\', r"\\")
            .replace('"', "\\\"")
            .replace('\n', r"\n");
        let comma = if index == 0 { "" } else { "," };
        write!(text, "{comma}{name}=\"{value}\"").expect("writing to a String cannot fail");
    }
    text + "}"
}
