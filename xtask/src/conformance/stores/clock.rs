//! Another time of day for whole processes, by libfaketime.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::conformance::report::{Checked, Complaint};

/// A clock that is so far from ours, and can be set while processes run by it.
pub(super) struct FakeClock {
    folder: tempfile::TempDir,
    library: String,
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
        };
        clock.set(seconds)?;
        Ok(clock)
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
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }
}
