//! Gives whole processes another time of day, by libfaketime.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use crate::report::{CheckResult, Failure};

/// The path in Debian's package; the loader expands `$LIB`. The variant without `MT` sometimes
/// gives a wrong time if several threads read the clock.
const LIBRARY: &str = "/usr/$LIB/faketime/libfaketimeMT.so.1";

/// A clock with an offset from ours, which can be changed while processes use it.
pub(crate) struct FakeClock {
    folder: tempfile::TempDir,
    monotonic: bool,
}

impl FakeClock {
    /// A clock that is `seconds` ahead of ours, or behind it if negative.
    pub(crate) fn ahead(seconds: i64) -> Result<Self, Failure> {
        let clock = Self {
            folder: tempfile::tempdir()?,
            monotonic: false,
        };
        clock.set(seconds)?;
        Ok(clock)
    }

    /// Shifts the monotonic clock too, which is libfaketime's own default. Waits with a deadline
    /// then never end, because the kernel uses the real clock.
    pub(crate) fn with_monotonic(mut self) -> Self {
        self.monotonic = true;
        self
    }

    /// Sets the offset, for all processes at once.
    pub(crate) fn set(&self, seconds: i64) -> CheckResult {
        let new = self.folder.path().join("new");
        fs::write(&new, format!("{seconds:+}\n"))?;
        Ok(fs::rename(new, self.file())?)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    /// The beginning of a command line; the command after it uses this clock.
    pub(crate) fn command(&self) -> Vec<OsString> {
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

/// Removes what libfaketime leaves behind of a killed process. Otherwise the next process with its
/// id would not start.
pub(crate) fn clean_up_after(process: u32) {
    for name in ["faketime_shm", "sem.faketime_sem"] {
        let _not_there = fs::remove_file(format!("/dev/shm/{name}_{process}"));
    }
}
