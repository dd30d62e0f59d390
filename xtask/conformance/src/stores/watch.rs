//! Watches a folder: every file in it must be accessible to its owner only, at every moment.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::report::{CheckResult, Failure};

/// Reads the modes in a folder in a loop, on a thread of its own.
pub(super) struct FolderWatcher {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<CheckResult>>,
}

struct Shared {
    folder: PathBuf,
    over: AtomicBool,
    half_written: AtomicUsize,
}

impl FolderWatcher {
    pub(super) fn over(folder: PathBuf) -> Self {
        let shared = Arc::new(Shared {
            folder,
            over: AtomicBool::new(false),
            half_written: AtomicUsize::new(0),
        });
        let watched = Arc::clone(&shared);
        let thread = Some(thread::spawn(move || watched.watch()));
        Self { shared, thread }
    }

    /// How often it has met an unfinished save.
    pub(super) fn half_written(&self) -> usize {
        self.shared.half_written.load(Ordering::Relaxed)
    }

    /// Stops it. Fails if it has met a file that is not private.
    pub(super) fn end(mut self) -> CheckResult {
        self.shared.over.store(true, Ordering::Relaxed);
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(checked)) => checked,
            _ => Err("the watcher panicked".into()),
        }
    }
}

impl Drop for FolderWatcher {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn watch(&self) -> CheckResult {
        while !self.over.load(Ordering::Relaxed) {
            self.look()?;
            // Leave the processor to others for a moment.
            thread::sleep(Duration::from_micros(100));
        }
        self.look()
    }

    fn look(&self) -> CheckResult {
        private(&self.folder, 0o700)?;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let exists = private(&entry.path(), 0o600)?;
            if exists && entry.file_name().to_string_lossy().ends_with(".tmp") {
                self.half_written.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    }
}

/// Whether the path exists; fails if its mode is wrong.
fn private(path: &Path, expect: u32) -> Result<bool, Failure> {
    // Removed since it was listed.
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return Ok(false);
    };
    let mode = metadata.permissions().mode() & 0o7777;
    match mode == expect {
        true => Ok(true),
        false => Err(format!("{} had the wrong mode {mode:04o}", path.display()).into()),
    }
}
