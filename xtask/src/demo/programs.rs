//! The example programs, and the server that they talk to.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

use super::{Chapter, Shown};
use crate::{Stop, cargo};

/// The examples that are built.
const EXAMPLES: [&str; 5] = [
    "serve",
    "async_service",
    "blocking_tool",
    "inat-*",
    "infoflora-*",
];

/// Where each example is.
pub(super) struct Programs(BTreeMap<String, PathBuf>);

impl Programs {
    /// Builds the examples; cargo shows its progress.
    pub(super) fn build() -> Result<Self, Stop> {
        let mut build = cargo();
        build.args([
            "build",
            "--workspace", // as `cargo test --workspace` builds them, which then has less to do
            "--message-format=json-render-diagnostics",
        ]);
        build.args(EXAMPLES.iter().flat_map(|name| ["--example", name]));
        let failed = |error: std::io::Error| Stop::Failed(format!("cannot run cargo: {error}"));
        let output = build.stderr(Stdio::inherit()).output().map_err(failed)?;
        if !output.status.success() {
            return Err(Stop::Failed(
                "the example programs cannot be built".to_owned(),
            ));
        }
        let mut found = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let message: Value = serde_json::from_str(line).unwrap_or_default();
            let name = message["target"]["name"].as_str();
            if let (Some(name), Some(path)) = (name, message["executable"].as_str()) {
                found.insert(name.to_owned(), PathBuf::from(path));
            }
        }
        Ok(Self(found))
    }

    /// The command of a program with no variables but the system's own.
    fn command(&self, name: &str) -> Result<Command, String> {
        let path = self
            .0
            .get(name)
            .ok_or_else(|| format!("no program is called {name}"))?;
        let mut command = Command::new(path);
        command.env_clear().stdin(Stdio::null());
        // Windows needs it to open a socket.
        command.envs(std::env::var_os("SystemRoot").map(|folder| ("SystemRoot", folder)));
        Ok(command)
    }
}

/// A running server, which takes commands; `serve.rs` of auth-testkit lists them.
pub(super) struct Server {
    _running: Running,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    pub(super) url: String,
}

impl Server {
    pub(super) fn start(programs: &Programs, service: &str) -> Result<Self, Stop> {
        let start = || -> Result<Self, String> {
            let mut command = programs.command("serve")?;
            command
                .arg(service)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped());
            let mut child = command.spawn().map_err(|error| error.to_string())?;
            let (input, output) = (child.stdin.take(), child.stdout.take());
            let (input, output) = (input.ok_or("no input")?, output.ok_or("no output")?);
            let mut server = Self {
                _running: Running(child),
                input,
                output: BufReader::new(output),
                url: String::new(),
            };
            server.url = server.line();
            Ok(server)
        };
        start().map_err(|error| Stop::Failed(format!("cannot start a server: {error}")))
    }

    /// Sends a command and returns its answer.
    pub(super) fn command(&mut self, command: &str) -> Vec<String> {
        let _server_gone = writeln!(self.input, "{command}");
        let lines = std::iter::from_fn(|| Some(self.line()).filter(|line| !line.is_empty()));
        lines.collect()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        let _server_gone = self.output.read_line(&mut line);
        line.trim_end().to_owned()
    }
}

/// A running program. Dropping it ends it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _has_ended = self.0.kill();
        let _has_ended = self.0.wait();
    }
}

/// A program of a step.
pub(super) struct Program {
    command: Command,
    shown: String,
    said: Vec<String>,
}

impl Chapter<'_> {
    /// A program with its arguments and variables; the values of `{folder}` and `{origin}` are filled
    /// in.
    pub(super) fn program(
        &self,
        line: &str,
        variables: &[(&str, &str)],
    ) -> Result<Program, String> {
        let fill = |text: &str| {
            let folder = self.folder.path().display().to_string();
            text.replace("{folder}", &folder)
                .replace("{origin}", &self.server.url)
        };
        let mut words = line.split(' ');
        let mut command = self.programs.command(words.next().unwrap_or_default())?;
        command.args(words.map(fill));
        command.envs(variables.iter().map(|(name, value)| (name, fill(value))));
        let (shown, said) = (line.replace("{folder}/", ""), Vec::new());
        Ok(Program {
            command,
            shown,
            said,
        })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Program {
    /// Runs it to its end, which has to be as expected, with these words in what it prints.
    pub(super) fn run(mut self, succeeds: bool, words: &str) -> Result<Shown, String> {
        let output = self.command.output().map_err(|error| error.to_string())?;
        self.ended(&output, succeeds, words)
    }

    fn ended(mut self, output: &Output, succeeds: bool, words: &str) -> Result<Shown, String> {
        for text in [&output.stderr, &output.stdout] {
            let text = String::from_utf8_lossy(text);
            self.said.extend(text.lines().map(str::to_owned));
        }
        let found = self.said.iter().any(|line| line.contains(words));
        let problem = match (output.status.success() == succeeds, found) {
            (false, _) => Some(format!("it ended with {}", output.status)),
            (true, false) => Some(format!("expected “{words}” in what it prints")),
            (true, true) => None,
        };
        Ok(Shown {
            command: self.shown,
            said: self.said,
            problem,
        })
    }

    /// Runs it for a person who opens the URL that it shows.
    pub(super) fn run_for(mut self, server: &mut Server, person: bool) -> Result<Shown, String> {
        let failed = |error: std::io::Error| error.to_string();
        if !person {
            // Their own browser and its display.
            self.command.envs(std::env::vars_os());
        }
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().map_err(failed)?;
        let mut lines = BufReader::new(child.stderr.take().ok_or("no output")?).lines();
        for line in lines.by_ref() {
            let line = line.map_err(failed)?;
            let url = line
                .split_whitespace()
                .find(|word| word.starts_with("http"));
            let url = url.map(|url| url.trim_end_matches([',', ':', ';', '.']).to_owned());
            if let Some(url) = url {
                match person {
                    true => {
                        self.said.push(line.replace(&url, "URL"));
                        self.said.extend(server.command(&format!("visit {url}")));
                    }
                    false => crate::output::problem(format_args!(
                        "{line}\nLog in as `alice` with the password `password`."
                    )),
                }
                break;
            }
            self.said.push(line);
        }
        self.said.extend(lines.map_while(Result::ok));
        let output = child.wait_with_output().map_err(failed)?;
        self.ended(&output, true, "")
    }

    /// Starts it as a web service, which prints its URL.
    pub(super) fn serve(mut self) -> Result<WebService, String> {
        let failed = |error: std::io::Error| error.to_string();
        self.command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = self.command.spawn().map_err(failed)?;
        let mut line = String::new();
        let output = child.stdout.as_mut().ok_or("no output")?;
        BufReader::new(output)
            .read_line(&mut line)
            .map_err(failed)?;
        Ok(WebService {
            _running: Running(child),
            url: line.trim().to_owned(),
        })
    }
}

/// A running web service.
pub(super) struct WebService {
    _running: Running,
    pub(super) url: String,
}
