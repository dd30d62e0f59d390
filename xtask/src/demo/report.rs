//! What the demo prints: a line for each step and a table at the end, or one JSON object for each
//! step.

use std::env;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use auth_testkit::{LoggedRequest, RequestKind};
use serde_json::{Value, json};

use super::check::{Checked, Miss};
use super::lines::{columns, wire, wrap};
use crate::output;

/// The most characters of a line.
const WIDTH: usize = 100;
/// The column where a step's details begin.
const INDENT: usize = 30;

/// A finished step.
pub(super) struct Step {
    pub(super) service: &'static str,
    pub(super) transport: &'static str,
    pub(super) name: &'static str,
    /// The requests that the server received in it.
    pub(super) requests: Vec<LoggedRequest>,
    /// The meaning of the result, or the expectation that failed.
    pub(super) outcome: Checked<String>,
    pub(super) took: Duration,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
}

/// The steps so far.
pub(super) struct Report {
    form: Form,
    /// Whether standard output is a terminal, where a line can be overwritten.
    live: bool,
    colour: bool,
    started: Instant,
    steps: Vec<Step>,
}

impl Report {
    pub(super) fn new(form: Form) -> Self {
        let live = form == Form::Text && io::stdout().is_terminal();
        let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self {
            form,
            live: live && !dumb,
            colour: live && !dumb && !set("NO_COLOR"),
            started: Instant::now(),
            steps: Vec::new(),
        }
    }

    /// Begins a service in one world.
    pub(super) fn chapter(&self, service: &str, transport: &str, software: &str, url: &str) {
        if self.form == Form::Text {
            output::line(format_args!(
                "\n{service} through {transport}: {software} at {url}"
            ));
        }
    }

    /// Begins a step.
    pub(super) fn begin(&self, name: &str) {
        if self.live {
            output::part(format_args!("…  {name}"));
        }
    }

    /// Ends a step.
    pub(super) fn end(&mut self, step: Step) {
        match self.form {
            Form::Json => output::line(step.json()),
            Form::Text => {
                if self.live {
                    output::part("\r\u{1b}[2K");
                }
                let mark = match &step.outcome {
                    Ok(_) => self.paint("32", "ok"),
                    Err(_) => self.paint("31", "NO"),
                };
                let lines = wrap(&step.details(), WIDTH - INDENT);
                let mut lines = lines.iter();
                let first = lines.next().map_or("", String::as_str);
                output::line(format_args!(
                    "{mark} {:<width$}{first}",
                    step.name,
                    width = INDENT - 3
                ));
                for line in lines {
                    output::line(format_args!("{:INDENT$}{line}", ""));
                }
            }
        }
        self.steps.push(step);
    }

    /// Prints the table and the last line; returns the number of failures.
    pub(super) fn finish(self) -> usize {
        let failed = self
            .steps
            .iter()
            .filter(|step| step.outcome.is_err())
            .count();
        match self.form {
            Form::Json => output::line(json!({
                "summary": {
                    "steps": self.steps.len(),
                    "failed": failed,
                    "ms": millis(self.started.elapsed()),
                }
            })),
            Form::Text => {
                output::line("");
                for line in self.table() {
                    output::line(line);
                }
                output::line(format_args!(
                    "\n{:.1} s, no account, no network beyond 127.0.0.1",
                    self.started.elapsed().as_secs_f64()
                ));
                output::line(format_args!(
                    "demo: {} steps, {failed} failed",
                    self.steps.len()
                ));
            }
        }
        failed
    }

    /// The columns: step, ureq, reqwest, requests that the server received.
    fn table(&self) -> Vec<String> {
        let mut rows = vec![
            [
                "step",
                "ureq",
                "reqwest",
                "requests received by the server (ureq | reqwest)",
            ]
            .map(str::to_owned),
        ];
        let mut shown: Vec<(&str, &str)> = Vec::new();
        for step in &self.steps {
            let key = (step.service, step.name);
            if shown.contains(&key) {
                continue;
            }
            shown.push(key);
            let of = |transport: &str| {
                self.steps
                    .iter()
                    .find(|s| (s.service, s.name) == key && s.transport == transport)
            };
            let (ureq, reqwest) = (of("ureq"), of("reqwest"));
            let verdict = |step: Option<&Step>| {
                let word = match step.map(|step| &step.outcome) {
                    None => "-",
                    Some(Ok(_)) => "ok",
                    Some(Err(_)) => "NO",
                };
                word.to_owned()
            };
            let mut counts: Vec<String> = [ureq, reqwest]
                .into_iter()
                .flatten()
                .map(Step::counts)
                .collect();
            counts.dedup();
            rows.push([
                format!("{}: {}", step.service, step.name),
                verdict(ureq),
                verdict(reqwest),
                counts.join(" | "),
            ]);
        }
        columns(&rows)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        match self.colour {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }
}

impl Step {
    fn details(&self) -> String {
        let wire = wire(&self.requests);
        let joint = if wire.is_empty() { "" } else { ": " };
        match &self.outcome {
            Ok(meaning) => format!("{wire}{joint}{meaning}"),
            Err(Miss { expected, got }) => {
                format!("{wire}{joint}expected {expected}; got {got}")
            }
        }
    }

    /// Counts the requests of each kind.
    fn counts(&self) -> String {
        let count = |kind: RequestKind| self.requests.iter().filter(|r| r.kind == kind).count();
        let counts: Vec<_> = KINDS
            .iter()
            .map(|(name, kind)| (name, count(*kind)))
            .filter(|(_, n)| *n > 0)
            .map(|(name, n)| format!("{n} {name}"))
            .collect();
        match counts.is_empty() {
            true => "none".to_owned(),
            false => counts.join(", "),
        }
    }

    fn json(&self) -> Value {
        let requests: Vec<_> = self
            .requests
            .iter()
            .map(|request| {
                json!({
                    "method": request.method.as_str(),
                    "path": request.path,
                    "grant": request.grant,
                    "fields": request.fields,
                    "authorization": request.scheme,
                    "status": request.status,
                })
            })
            .collect();
        let mut object = json!({
            "service": self.service,
            "transport": self.transport,
            "step": self.name,
            "ok": self.outcome.is_ok(),
            "requests": requests,
            "ms": millis(self.took),
        });
        match &self.outcome {
            Ok(meaning) => object["means"] = json!(meaning),
            Err(Miss { expected, got }) => {
                object["expected"] = json!(expected);
                object["got"] = json!(got);
            }
        }
        object
    }
}

/// In the order of a scenario.
const KINDS: [(&str, RequestKind); 7] = [
    ("authorize", RequestKind::Authorize),
    ("login", RequestKind::Login),
    ("token", RequestKind::Token),
    ("API token", RequestKind::Derived),
    ("API", RequestKind::Api),
    ("revoke", RequestKind::Revoke),
    ("unknown", RequestKind::Other),
];

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
