//! Another time of day for whole processes, by libfaketime.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use crate::conformance::report::{CheckResult, Failure};

/// Where Debian's package has it; the loader knows what `$LIB` is. Without `MT` it gives a wrong time now and then where
/// several threads ask.
const LIBRARY: &str = "/usr/$LIB/faketime/libfaketimeMT.so.1";

/// A clock that is so far from ours, and can be set while processes run by it.
pub(super) struct FakeClock {
    folder: tempfile::TempDir,
    monotonic: bool,
}

impl FakeClock {
    /// A clock that is `seconds` ahead of ours, or behind it.
    pub(super) fn ahead(seconds: i64) -> Result<Self, Failure> {
        let clock = Self {
            folder: tempfile::tempdir()?,
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
    pub(super) fn set(&self, seconds: i64) -> CheckResult {
        let new = self.folder.path().join("new");
        fs::write(&new, format!("{seconds:+}\n"))?;
        Ok(fs::rename(new, self.file())?)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    /// The beginning of a command line: what follows it goes by this clock.
    pub(super) fn command(&self) -> Vec<OsString> {
        let mut file = OsString::from("FAKETIME_TIMESTAMP_FILE=");
        file.push(self.file());
        let mut command: Vec<OsString> = vec!["env".into(), file];
        command.push("FAKETIME_NO_CACHE=1".into());
        if !self.monotonic {
            command.push("FAKETIME_DONT_FAKE_MONOTONIC=1".into());
        }
        command.push(format!("LD_PRELOAD={LIBRARY}").into());
        command
    }
}

/// Removes what libfaketime leaves behind of a process that was killed: the next one with its id would not start.
pub(super) fn clean_up_after(process: u32) {
    for name in ["faketime_shm", "sem.faketime_sem"] {
        let _not_there = fs::remove_file(format!("/dev/shm/{name}_{process}"));
    }
}
