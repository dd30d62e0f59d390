//! What the demo prints: the steps and a table at the end, or one JSON object for each step.

use std::time::{Duration, Instant};

use serde_json::json;
use support::table::{Column, Table};

use super::Shown;
use crate::output;

/// The most lines of a program that are shown.
const LINES: usize = 6;

/// The most characters of a line that are shown.
const WIDTH: usize = 110;

/// A finished step.
pub(super) struct Step {
    pub(super) service: &'static str,
    pub(super) transport: &'static str,
    pub(super) name: &'static str,
    /// What it shows.
    pub(super) means: &'static str,
    pub(super) shown: Shown,
    /// The requests that the server received: kind, method, path, grant, status.
    pub(super) requests: Vec<String>,
    pub(super) took: Duration,
}

/// The steps so far.
pub(super) struct Report {
    json: bool,
    started: Instant,
    steps: Vec<Step>,
}

impl Report {
    pub(super) fn new(json: bool) -> Self {
        Self {
            json,
            started: Instant::now(),
            steps: Vec::new(),
        }
    }

    /// Begins a service through one transport.
    pub(super) fn chapter(&self, service: &str, transport: &str, url: &str) {
        if !self.json {
            output::line(format_args!("\n{service} through {transport}, at {url}"));
        }
    }

    /// Ends a step.
    pub(super) fn end(&mut self, step: Step) {
        let Shown {
            command,
            said,
            problem,
        } = &step.shown;
        if self.json {
            output::line(json!({
                "service": step.service,
                "transport": step.transport,
                "step": step.name,
                "means": step.means,
                "ok": problem.is_none(),
                "problem": problem,
                "program": command,
                "output": said,
                "requests": step.requests,
                "ms": millis(step.took),
            }));
        } else {
            let Step { name, means, .. } = &step;
            output::line(format_args!("{} {name}: {means}", step.mark()));
            output::line(format_args!("     $ {command}"));
            for line in said.iter().take(LINES) {
                let short: String = line.chars().take(WIDTH).collect();
                let more = if short.len() < line.len() { "…" } else { "" };
                output::line(format_args!("     | {short}{more}"));
            }
            if said.len() > LINES {
                output::line(format_args!("     | … {} lines", said.len()));
            }
            for request in merged(&step.requests) {
                output::line(format_args!("     → {request}"));
            }
            if let Some(problem) = problem {
                output::line(format_args!("     {problem}"));
            }
        }
        self.steps.push(step);
    }

    /// Prints the table and the last line; returns the number of failures.
    pub(super) fn finish(self) -> usize {
        let failed = self.steps.iter().filter(|step| step.mark() == "NO");
        let (failed, steps) = (failed.count(), self.steps.len());
        if self.json {
            let ms = millis(self.started.elapsed());
            output::line(json!({"summary": {"steps": steps, "failed": failed, "ms": ms}}));
            return failed;
        }
        output::line("");
        self.table().iter().for_each(output::line);
        output::line(format_args!(
            "\n{:.1} s, no account, no network beyond 127.0.0.1\ndemo: {steps} steps, {failed} failed",
            self.started.elapsed().as_secs_f64()
        ));
        failed
    }

    fn table(&self) -> Vec<String> {
        let columns = ["step", "ureq", "reqwest", "requests (ureq | reqwest)"];
        let mut table = Table::new(&columns.map(Column::Text));
        let mut keys: Vec<_> = self.steps.iter().map(|s| (s.service, s.name)).collect();
        keys.sort_by_key(|(service, _)| *service != "iNaturalist");
        for (n, key) in keys.iter().enumerate() {
            if keys[..n].contains(key) {
                continue;
            }
            let both = ["ureq", "reqwest"].map(|transport| {
                let mut steps = self.steps.iter();
                steps.find(|s| (s.service, s.name) == *key && s.transport == transport)
            });
            let [ureq, reqwest] = both.map(|step| step.map_or("-", Step::mark));
            let mut requests: Vec<_> = both.iter().flatten().map(|s| counts(&s.requests)).collect();
            requests.dedup();
            let (name, requests) = (format!("{}: {}", key.0, key.1), requests.join(" | "));
            table.row([name.as_str(), ureq, reqwest, &requests]);
        }
        table.in_columns()
    }
}

impl Step {
    fn mark(&self) -> &'static str {
        self.shown.problem.as_ref().map_or("ok", |_| "NO")
    }
}

/// Counts the requests of each kind, in the order of a login.
pub(super) fn counts(requests: &[String]) -> String {
    const KINDS: [(&str, &str); 6] = [
        ("Authorize", "authorize"),
        ("Login", "login"),
        ("Token", "token"),
        ("Derived", "API token"),
        ("Api", "API"),
        ("Revoke", "revoke"),
    ];
    let count = |kind| {
        requests
            .iter()
            .filter(|line| line.split(' ').next() == Some(kind))
            .count()
    };
    let counts = KINDS.map(|(kind, words)| (count(kind), words));
    let others = requests.len() - counts.iter().map(|(n, _)| n).sum::<usize>();
    let all = counts.into_iter().chain([(others, "others")]);
    let all = all
        .filter(|(n, _)| *n > 0)
        .map(|(n, words)| format!("{n} {words}"));
    let all = all.collect::<Vec<_>>().join(", ");
    match all.is_empty() {
        true => "none".to_owned(),
        false => all,
    }
}

/// The requests without their kinds; those that differ in a number only are one line.
fn merged(requests: &[String]) -> Vec<String> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for request in requests {
        let (_, line) = request.split_once(' ').unwrap_or(("", request));
        let words = line.split(' ').map(|word| {
            let segments: Vec<_> = word.split('/').map(without_numbers).collect();
            segments.join("/")
        });
        let line = words.collect::<Vec<_>>().join(" ");
        match found.iter_mut().find(|(known, _)| *known == line) {
            Some((_, count)) => *count += 1,
            None => found.push((line, 1)),
        }
    }
    let line = |(line, count)| match count {
        1 => line,
        _ => format!("{line} ×{count}"),
    };
    found.into_iter().map(line).collect()
}

/// A segment of a path, or `{id}` if it is made of numbers. A status is shorter.
fn without_numbers(segment: &str) -> &str {
    let is_number = |c: char| c.is_ascii_hexdigit() || ",-%C".contains(c);
    let numbers = segment.len() > 4 && segment.chars().all(is_number);
    if numbers { "{id}" } else { segment }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_and_merged() {
        let log = [
            "Token POST /oauth/token authorization_code 200",
            "Api GET /v1/observations/250000001 200",
            "Api GET /v1/observations/250000002 200",
            "Other GET /favicon.ico 404",
        ];
        let log = log.map(str::to_owned);
        assert_eq!(counts(&log), "1 token, 2 API, 1 others");
        let expect = [
            "POST /oauth/token authorization_code 200",
            "GET /v1/observations/{id} 200 ×2",
            "GET /favicon.ico 404",
        ];
        assert_eq!(merged(&log), expect);
        assert_eq!(counts(&[]), "none");
    }
}
