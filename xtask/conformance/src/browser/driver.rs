//! Starts and ends chromedriver, and sends it WebDriver commands: JSON over HTTP, on loopback only.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

use crate::Stop;
use crate::report::Failure;

const INSTALL: &str =
    "apt-get update; apt-get install -y --no-install-recommends chromium chromium-driver";

/// From the start of chromedriver until it listens.
const START_TIME: Duration = Duration::from_secs(30);
/// The longest time of one command: a page that loads, a browser that starts.
const COMMAND: Duration = Duration::from_secs(60);
/// From the request to quit until it is killed.
const END_TIME: Duration = Duration::from_secs(10);
/// A screenshot of a phone takes some 100 KB, a log more.
const ANSWER: u64 = 64 << 20;

/// A chromedriver of our own. It ends on drop, with its browsers.
pub(super) struct Driver {
    origin: String,
    agent: Agent,
    child: Child,
    home: TempDir,
}

impl Driver {
    /// Starts it on a free port.
    pub(super) fn start() -> Result<Self, Stop> {
        let failed = |what: String| Stop::Failed(format!("cannot start chromedriver: {what}"));
        find("chromium")?;
        find("chromedriver")?;
        let home = TempDir::with_prefix("browser-").map_err(|e| failed(e.to_string()))?;
        let words = File::create(home.path().join("chromedriver.log"));
        let mut child = Command::new("chromedriver")
            .args(["--port=0", "--allowed-ips=127.0.0.1"])
            // The browser also writes beside its profile; this folder is removed with it.
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .env("XDG_CONFIG_HOME", home.path())
            .env("XDG_CACHE_HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(words.map_err(|e| failed(e.to_string()))?)
            .spawn()
            .map_err(|e| failed(e.to_string()))?;
        let stdout = child.stdout.take();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(COMMAND))
            .build();
        // From here on the process ends with `driver`, also after an error.
        let mut driver = Self {
            origin: String::new(),
            agent: agent.into(),
            child,
            home,
        };
        let port = stdout.and_then(port).ok_or_else(|| {
            failed(format!(
                "it printed no port within {} s",
                START_TIME.as_secs()
            ))
        })?;
        driver.origin = format!("http://127.0.0.1:{port}");
        Ok(driver)
    }

    /// A folder that is removed with the driver.
    pub(super) fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    pub(super) fn get(&self, path: &str) -> Result<Value, Failure> {
        let response = self.agent.get(format!("{}{path}", self.origin)).call();
        read(path, response)
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let request = self.agent.post(format!("{}{path}", self.origin));
        let request = request.content_type("application/json");
        read(path, request.send(body.to_string()))
    }

    pub(super) fn delete(&self, path: &str) -> Result<Value, Failure> {
        let response = self.agent.delete(format!("{}{path}", self.origin)).call();
        read(path, response)
    }
}

/// Requests its end, which ends its browsers, and kills it if it does not end.
impl Drop for Driver {
    fn drop(&mut self) {
        let requested = !self.origin.is_empty() && self.get("/shutdown").is_ok();
        let deadline = Instant::now() + END_TIME;
        while requested && Instant::now() < deadline {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(20)),
                _ => return,
            }
        }
        // Both fail only if the process has already ended.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn find(program: &str) -> Result<(), Stop> {
    match Command::new(program).arg("--version").output() {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err(Stop::Missing(format!(
            "the program {program} is missing; on Debian:\n{INSTALL}"
        ))),
    }
}

/// The port, from the line that names it. Later output is read and dropped, so that chromedriver
/// never blocks.
fn port(stdout: ChildStdout) -> Option<u16> {
    let (tell, result) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = BufReader::new(stdout);
        let mut line = String::new();
        while lines.read_line(&mut line).is_ok_and(|count| count > 0) {
            if let Some(port) = port_in(&line) {
                // This fails only if the receiver has given up.
                let _late = tell.send(port);
                break;
            }
            line.clear();
        }
        drop(tell);
        let _ended = io::copy(&mut lines, &mut io::sink());
    });
    result.recv_timeout(START_TIME).ok()
}

fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim().trim_end_matches('.').parse().ok()
}

/// The `value` of a response, or the error (WebDriver, section 6.6).
fn read(
    path: &str,
    response: Result<http::Response<ureq::Body>, ureq::Error>,
) -> Result<Value, Failure> {
    let mut response = response.map_err(|error| format!("chromedriver, {path}: {error}"))?;
    let status = response.status();
    let text = response
        .body_mut()
        .with_config()
        .limit(ANSWER)
        .read_to_string()?;
    let mut json: Value = serde_json::from_str(&text).unwrap_or_else(|_| json!({}));
    let value = json["value"].take();
    if status.is_success() {
        return Ok(value);
    }
    // A stack of addresses follows the first line of a message.
    let message = value["message"].as_str().unwrap_or(&text);
    let message = message.lines().next().unwrap_or_default();
    Err(format!("chromedriver, {path}: {status}: {message}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_with_the_port() {
        let check = |line: &str, expect: Option<u16>| assert_eq!(port_in(line), expect, "{line}");
        check(
            "ChromeDriver was started successfully on port 37137.\n",
            Some(37137),
        );
        check("Starting ChromeDriver 156.0.8078.79 on port 0\n", None);
        check("started successfully on port many.", None);
        check("", None);
    }
}
