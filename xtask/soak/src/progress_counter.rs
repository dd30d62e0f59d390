//! Where the workers of one process report: counts progress and prints errors at once; stores no
//! events.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use auth_core::Error;
use serde_json::{Value, json};

use super::heap;
use super::lines::{self, Failed, Line};
use super::tested_service::{MARK, TestedService, micros};
use crate::output;

/// Shared by all workers of a process.
#[derive(Debug)]
pub(super) struct ProgressCounter {
    process: u64,
    running: AtomicBool,
    sprinting: AtomicBool,
    over: AtomicBool,
    /// How many workers are in the middle of an act.
    busy: AtomicUsize,
    calls: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
    /// How many acts each worker has completed.
    done: Vec<AtomicU64>,
}

/// One act of a worker, from its beginning to its end.
#[derive(Debug)]
pub(super) struct Act<'a> {
    progress: &'a ProgressCounter,
    pub(super) worker: usize,
    /// The number of this call, unique among all processes.
    pub(super) call: u64,
    pub(super) place: TestedService,
    pub(super) user: &'a str,
    pub(super) by: &'a str,
    pub(super) what: &'static str,
    /// Whether any valid token is good enough for it.
    pub(super) is_plain: bool,
    began: u64,
}

impl ProgressCounter {
    pub(super) fn new(process: u64, workers: usize) -> Self {
        Self {
            process,
            running: AtomicBool::new(false),
            sprinting: AtomicBool::new(false),
            over: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            calls: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            done: (0..workers).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    pub(super) fn run(&self, running: bool) {
        self.running.store(running, Ordering::SeqCst);
    }

    /// Sets whether the workers hurry, with a quarter of their pauses.
    pub(super) fn sprint(&self, sprinting: bool) {
        self.sprinting.store(sprinting, Ordering::SeqCst);
    }

    /// The actual pause for a drawn one.
    pub(super) fn pause(&self, drawn: Duration) -> Duration {
        match self.sprinting.load(Ordering::SeqCst) {
            true => drawn / 4,
            false => drawn,
        }
    }

    pub(super) fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// Whether no worker is in the middle of an act.
    pub(super) fn is_quiet(&self) -> bool {
        self.busy.load(Ordering::SeqCst) == 0
    }

    /// Returns whether there is work. A worker that enters has to [`leave`](Self::leave).
    pub(super) fn enter(&self) -> bool {
        self.busy.fetch_add(1, Ordering::SeqCst);
        let running = self.running.load(Ordering::SeqCst);
        if !running {
            self.leave();
        }
        running
    }

    pub(super) fn leave(&self) {
        self.busy.fetch_sub(1, Ordering::SeqCst);
    }

    /// Begins an act of a worker.
    pub(super) fn begin<'a>(
        &'a self,
        worker: usize,
        (place, user): (TestedService, &'a str),
        by: &'a str,
        what: (&'static str, bool),
    ) -> Act<'a> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        Act {
            progress: self,
            worker,
            call: (self.process << 40) + number,
            place,
            user,
            by,
            what: what.0,
            is_plain: what.1,
            began: micros(SystemTime::now()),
        }
    }

    /// The counts so far.
    pub(super) fn tally(&self) -> Value {
        let done: Vec<_> = self
            .done
            .iter()
            .map(|n| n.load(Ordering::Relaxed))
            .collect();
        json!({
            "calls": self.calls.load(Ordering::Relaxed),
            "failed": self.failed.load(Ordering::Relaxed),
            "dropped": self.dropped.load(Ordering::Relaxed),
            "done": done,
            "heap": heap::bytes(),
        })
    }

    /// Reports a broken promise.
    pub(super) fn wrong(&self, what: String) {
        output::line(Line::Wrong(what));
    }
}

impl Act<'_> {
    /// Reports success. `user` is the user that the server named, if the act reads it.
    pub(super) fn went_well(self, user: Option<Option<&str>>) {
        match user {
            Some(None) => self
                .progress
                .wrong(format!("{}: an anonymous response", self.name())),
            Some(Some(user)) if user != self.user => {
                let name = self.name();
                self.progress
                    .wrong(format!("{name}: a response for {user}"));
            }
            _ => {}
        }
        if let Some(done) = self.progress.done.get(self.worker) {
            done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Reports that its future was dropped midway.
    pub(super) fn dropped(self) {
        self.progress.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// Reports an error.
    pub(super) fn failed(self, error: &Error) {
        self.progress.failed.fetch_add(1, Ordering::Relaxed);
        let shown = format!("{error} {error:?}");
        if let Some(length) = secret_in(&shown) {
            let name = self.name();
            let what = format!("{name}: an error shows {length} characters of a secret");
            self.progress.wrong(what);
            return;
        }
        let (act, names) = (self.done(), [self.by, self.what]);
        let failed = Failed::of(error, act, names, self.call, self.is_plain);
        output::line(Line::Failed(failed));
    }

    /// Reports a new login of this account, made by this act.
    pub(super) fn healed(self) {
        output::line(Line::Healed(self.done()));
    }

    /// Reports that it may have required a newer login token than the stored one.
    pub(super) fn hurried(&self) {
        output::line(Line::Hurried(self.done()));
    }

    fn done(&self) -> lines::Act {
        lines::Act {
            place: self.place,
            user: self.user.to_owned(),
            began: self.began,
            ended: micros(SystemTime::now()),
        }
    }

    fn name(&self) -> String {
        let (place, user, by, what) = (self.place.word(), self.user, self.by, self.what);
        format!("{what}, {place}, {user}, {by}")
    }
}

/// Returns the length of a secret in this text, if there is one. Our own secrets are marked; every
/// token of the server has more than 24 characters of base64url in a row with digits among them,
/// which no word has.
fn secret_in(text: &str) -> Option<usize> {
    if text.contains(MARK) {
        return Some(MARK.len());
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let words = text.split(|c| !is_part(c));
    let is_token = |word: &&str| word.len() > 24 && word.contains(|c: char| c.is_ascii_digit());
    words.filter(is_token).map(str::len).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found() {
        let check = |text: &str, expect| assert_eq!(secret_in(text), expect, "{text}");
        check("the token endpoint refused [HTTP 500]: We're sorry", None);
        check("http://127.0.0.1:40123/users/api_token refused", None);
        check("no marked-password here", Some(7));
        check(
            "Bearer dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            Some(43),
        );
        check(
            &format!("half of it: {}", "0123456789abcdef".repeat(2)),
            Some(32),
        );
    }
}
