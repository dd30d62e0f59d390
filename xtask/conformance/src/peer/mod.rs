//! Starts and ends a real authorization server, the peer of a conformance run. Each server software
//! is a file here.

mod doorkeeper;
mod oidc_provider;

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use auth_testkit::http1;
pub(crate) use doorkeeper::Profile;
use http::{Request, StatusCode};
use tempfile::TempDir;

/// From the start of the process until it responds; Rails takes 2 s on an idle machine.
const START_TIME: Duration = Duration::from_secs(30);

/// From closing the standard input until the process is killed.
const END_TIME: Duration = Duration::from_secs(5);

/// The pause between two checks of a process or a server.
const GLANCE: Duration = Duration::from_millis(20);

/// The file in the peer's directory for its standard error.
const LAST_WORDS: &str = "stderr.log";

/// A server process on loopback that ends on drop.
///
/// A peer keeps to a contract: its first line on standard output is its origin, printed when it
/// listens; it ends when its standard input closes; it writes only into the directory it is given.
#[derive(Debug)]
pub(crate) struct Peer {
    origin: String,
    child: Child,
    stdin: Option<ChildStdin>,
    home: TempDir,
}

impl Peer {
    /// Scheme, host and port, as in `http://127.0.0.1:4200`.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Starts `command` and waits until a GET of `ready` gives 200.
    fn start(
        name: &'static str,
        mut command: Command,
        ready: &str,
        home: TempDir,
    ) -> Result<Self, PeerError> {
        let deadline = Instant::now() + START_TIME;
        let stderr =
            File::create(home.path().join(LAST_WORDS)).map_err(|e| PeerError::failed(name, e))?;
        let mut child = command
            .current_dir(home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .map_err(|e| PeerError::failed(name, e))?;
        let stdout = child.stdout.take();
        let stdin = child.stdin.take();
        // From here on the process ends with `peer`, also after an error.
        let mut peer = Self {
            origin: String::new(),
            child,
            stdin,
            home,
        };
        peer.origin = stdout
            .ok_or_else(|| "it has no standard output".to_owned())
            .and_then(|stdout| first_line(stdout, deadline))
            .and_then(|origin| wait_for(&origin, ready, deadline).map(|()| origin))
            .map_err(|reason| PeerError::failed(name, peer.diagnosis(reason)))?;
        Ok(peer)
    }

    /// The reason, with the exit status if the process has ended, and its last lines.
    fn diagnosis(&mut self, mut reason: String) -> String {
        if let Some(status) = self.wait(GLANCE * 10) {
            reason.push_str(&format!("; {status}"));
        }
        let words = fs::read_to_string(self.home.path().join(LAST_WORDS)).unwrap_or_default();
        let lines: Vec<_> = words.lines().collect();
        for line in &lines[lines.len().saturating_sub(10)..] {
            reason.push_str(&format!("\n  | {line}"));
        }
        reason
    }

    fn wait(&mut self, timeout: Duration) -> Option<std::process::ExitStatus> {
        let deadline = Instant::now() + timeout;
        loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < deadline => thread::sleep(GLANCE),
                ended => return ended.ok().flatten(),
            }
        }
    }
}

/// Closes the standard input, which ends the process, and kills it if it does not end.
impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.stdin.take());
        if self.wait(END_TIME).is_none() {
            // Both fail only if the process has already ended.
            let _gone = self.child.kill();
            let _gone = self.child.wait();
        }
    }
}

/// Why there is no peer.
#[derive(Debug)]
pub(crate) enum PeerError {
    /// A program has to be installed first.
    Missing {
        /// The server software.
        name: &'static str,
        /// The missing program.
        found: String,
        /// The command that installs it.
        install: &'static str,
    },
    /// It is installed and cannot be started.
    Failed {
        /// The server software.
        name: &'static str,
        /// What happened, with the last lines it wrote.
        reason: String,
    },
}

impl PeerError {
    fn failed(name: &'static str, reason: impl fmt::Display) -> Self {
        Self::Failed {
            name,
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing {
                name,
                found,
                install,
            } => {
                write!(f, "{name} is not installed: {found}\non Debian: {install}")
            }
            Self::Failed { name, reason } => write!(f, "{name} does not start: {reason}"),
        }
    }
}

impl std::error::Error for PeerError {}

/// The first line of the process. Later output is read and dropped, so that the process never
/// blocks.
fn first_line(stdout: ChildStdout, deadline: Instant) -> Result<String, String> {
    let (line, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        let mut first = String::new();
        if stdout.read_line(&mut first).is_ok_and(|count| count > 0) {
            // This fails only if the receiver has given up.
            let _late = line.send(first);
        }
        drop(line);
        let _ended = io::copy(&mut stdout, &mut io::sink());
    });
    match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(first) => Ok(first.trim().to_owned()),
        Err(RecvTimeoutError::Timeout) => Err(format!(
            "it printed no origin within {} s",
            START_TIME.as_secs()
        )),
        Err(RecvTimeoutError::Disconnected) => Err("it ended without a line".to_owned()),
    }
}

/// Requests `path` until it responds with 200.
fn wait_for(origin: &str, path: &str, deadline: Instant) -> Result<(), String> {
    let address: SocketAddr = origin
        .strip_prefix("http://")
        .and_then(|authority| authority.parse().ok())
        .filter(|address: &SocketAddr| address.ip().is_loopback())
        .ok_or_else(|| format!("its first line is not an origin on loopback: {origin}"))?;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let last = match status(address, path, left.max(GLANCE)) {
            Ok(StatusCode::OK) => return Ok(()),
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        if left.is_zero() {
            let waited = START_TIME.as_secs();
            return Err(format!(
                "{origin}{path} was not ready within {waited} s: {last}"
            ));
        }
        thread::sleep(GLANCE);
    }
}

fn status(address: SocketAddr, path: &str, timeout: Duration) -> io::Result<StatusCode> {
    let stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    let request = Request::get(path)
        .header("host", address.to_string())
        .header("connection", "close")
        .body("");
    let response = http1::exchange(stream, &request.map_err(io::Error::other)?)?;
    Ok(response.status())
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;

    use super::*;

    fn start(script: &str) -> Result<Peer, PeerError> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(script);
        Peer::start(
            "the peer",
            command,
            "/ready",
            TempDir::new().expect("a directory"),
        )
    }

    #[test]
    fn failures_say_why() {
        let check = |script: &str, expect: &[&str]| {
            let error = start(script).expect_err(script).to_string();
            for words in expect {
                assert!(error.contains(words), "{script}: {error}");
            }
        };
        check(
            "echo one >&2; echo two >&2; exit 3",
            &["ended without a line", "status: 3", "| two"],
        );
        check(
            "echo listening; cat",
            &["the peer does not start", "on loopback: listening"],
        );
        check(
            "echo http://192.0.2.1:1; cat",
            &["on loopback: http://192.0.2.1:1"],
        );
        check("echo https://127.0.0.1:1; cat", &["on loopback: https"]);
    }

    #[test]
    fn ready_when_it_responds_and_ended_when_dropped() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let server = thread::spawn(move || {
            for status in [503, 200] {
                let (mut stream, _) = listener.accept().expect("a connection");
                let request = http1::read_request(&mut BufReader::new(&stream));
                let request = request.expect("HTTP").expect("a request");
                assert_eq!(
                    (request.method().as_str(), request.uri().path()),
                    ("GET", "/ready")
                );
                let response = http::Response::builder().status(status).body("");
                let response = http1::response_bytes(&response.expect("a response"));
                stream.write_all(&response).expect("a reader");
            }
        });
        let outside = TempDir::new().expect("a directory");
        let ended = outside.path().join("ended");
        let script = format!("echo http://{address}; cat; touch '{}'", ended.display());
        let peer = start(&script).expect("a peer");
        assert_eq!(peer.origin(), format!("http://{address}"));
        server.join().expect("two requests");
        let home = peer.home.path().to_owned();
        assert!(home.exists() && !ended.exists());
        drop(peer);
        assert!(
            ended.exists(),
            "it was killed before it could end by itself"
        );
        assert!(!home.exists());
    }
}
