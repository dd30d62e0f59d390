//! A scenario in steps; each step can inspect the requests that the server received in it.

use std::time::{Duration, Instant};

use auth_testkit::{Mark, RequestLog, TestServer};

use super::check::Checked;
use super::report::{Report, Step};

/// One service's scenario in one world.
pub(super) struct Scenario<'a> {
    pub(super) server: &'a TestServer,
    report: &'a mut Report,
    service: &'static str,
    transport: &'static str,
}

/// The requests since the step began.
pub(super) struct Wire<'a> {
    server: &'a TestServer,
    mark: Mark,
}

impl<'a> Scenario<'a> {
    pub(super) fn new(
        server: &'a TestServer,
        report: &'a mut Report,
        service: &'static str,
        transport: &'static str,
    ) -> Self {
        report.chapter(service, transport, server.dialect().name(), server.url());
        Self {
            server,
            report,
            service,
            transport,
        }
    }

    /// Runs one step: acts, checks the result, and returns what it means. The next step runs even
    /// if this one fails.
    pub(super) fn step(
        &mut self,
        name: &'static str,
        act: impl FnOnce(&Wire<'a>) -> Checked<String>,
    ) {
        self.report.begin(name);
        let wire = Wire {
            server: self.server,
            mark: self.server.requests().mark(),
        };
        let start = Instant::now();
        let outcome = act(&wire);
        self.report.end(Step {
            service: self.service,
            transport: self.transport,
            name,
            requests: wire.log().requests().to_vec(),
            outcome,
            took: start.elapsed(),
        });
    }
}

impl Wire<'_> {
    pub(super) fn log(&self) -> RequestLog {
        self.server.requests().since(self.mark)
    }
}

/// Shortens a secret for display: three characters and its length.
pub(super) fn short(secret: &str) -> String {
    let head: String = secret.chars().take(3).collect();
    format!("{head}…({})", secret.len())
}

/// Formats a duration in words.
pub(super) fn words(duration: Duration) -> String {
    let minutes = (duration.as_secs() + 30) / 60;
    match minutes {
        0..120 => format!("{minutes} min"),
        _ => format!("{} h", (minutes + 30) / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_shortened() {
        assert_eq!(short("abcdefgh"), "abc…(8)");
        assert_eq!(short(""), "…(0)");
    }

    #[test]
    fn times_are_rounded() {
        let check = |secs: u64, expect: &str| {
            assert_eq!(words(Duration::from_secs(secs)), expect);
        };
        check(3599, "60 min");
        check(86_399, "24 h");
        check(20, "0 min");
    }
}
