//! Another time of day for whole processes, by libfaketime.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::conformance::report::{Checked, Complaint};

/// A clock that is so far from ours, and can be set while processes run by it.
pub(super) struct FakeClock {
    folder: tempfile::TempDir,
    library: String,
    monotonic: bool,
}

impl FakeClock {
    /// A clock that is `seconds` ahead of ours, or behind it.
    pub(super) fn ahead(seconds: i64) -> Result<Self, Complaint> {
        // The wrapper knows where its library lies; processes are started without it, because it leaves semaphores
        // behind when they are killed. `-m`: the other library gives a wrong time now and then where several threads ask.
        let mut said = Command::new("faketime");
        said.args(["-m", "-f", "+0", "printenv", "LD_PRELOAD"]);
        let clock = Self {
            folder: tempfile::tempdir()?,
            library: crate::output(&mut said)
                .map_err(|stop| stop.to_string())?
                .trim()
                .to_owned(),
            monotonic: false,
        };
        clock.set(seconds)?;
        Ok(clock)
    }

    /// The monotonic clock is another one, too, which is libfaketime's own default. Waiting with a deadline has no end then,
    /// because the kernel goes by the true one.
    pub(super) fn with_monotonic(mut self) -> Self {
        self.monotonic = true;
        self
    }

    /// Sets it, for all processes at once.
    pub(super) fn set(&self, seconds: i64) -> Checked {
        let new = self.folder.path().join("new");
        fs::write(&new, format!("{seconds:+}\n"))?;
        Ok(fs::rename(new, self.file())?)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    /// A process that is started so goes by it.
    pub(super) fn apply(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", self.file())
            .env("FAKETIME_NO_CACHE", "1");
        if !self.monotonic {
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
    }
}
