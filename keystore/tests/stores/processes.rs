//! Starts this test program again, as another process of a shared store, and checks what is on disk
//! meanwhile. What holds between processes is in auth-testkit's suite; see `contract`.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use auth_core::{SecretBytes, Store};
use keystore::{Fallback, File, StaticToken};

use crate::{lease, record};

/// The variable with the directory for a process that one of these tests starts.
const FOLDER: &str = "KEYSTORE_TEST_FOLDER";
/// The variable with the kind of store for such a process.
const KIND: &str = "KEYSTORE_TEST_KIND";

/// The stores that processes share by opening the same directory.
pub(crate) const KINDS: &[&str] = &[
    "file",
    "fallback",
    #[cfg(feature = "encrypted")]
    "encrypted",
];

pub(crate) fn open(kind: &str, folder: &Path) -> Arc<dyn Store> {
    match kind {
        "file" => Arc::new(File::open(folder).unwrap()),
        "fallback" => Arc::new(Fallback::new(StaticToken::new("")).or(File::open(folder).unwrap())),
        #[cfg(feature = "encrypted")]
        "encrypted" => {
            Arc::new(keystore::Encrypted::open(folder, crate::passphrase("shared")).unwrap())
        }
        _ => panic!("{kind} is not a kind of store"),
    }
}

/// A token record with redundant content: the token is its generation, many times.
fn numbered(generation: u64) -> SecretBytes {
    record(&format!("{generation:08}").repeat(512), generation)
}

/// Another process of this program.
pub(crate) struct Other;

impl Other {
    /// Builds the command for the test `role` of `contract`, with the kind of store and the
    /// directory in variables.
    pub(crate) fn command(role: &str, kind: &str, folder: &Path) -> Command {
        Self::of_test(&format!("contract::{role}"), kind, folder)
    }

    fn of_test(test: &str, kind: &str, folder: &Path) -> Command {
        // A umask of 0 removes no rights, so files are private only because the store makes them
        // so.
        let mut command = Command::new("sh");
        command
            .args(["-c", "umask 000; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(FOLDER, folder)
            .env(KIND, kind);
        command
    }
}

/// Returns kind and directory in a process that was started for a role. `None` in a normal test
/// run.
pub(crate) fn role() -> Option<(String, PathBuf)> {
    let folder = std::env::var_os(FOLDER)?;
    Some((std::env::var(KIND).unwrap(), folder.into()))
}

/// Saves while another thread checks the mode of every file that appears.
#[test]
fn role_watched_saver() {
    let Some((kind, folder)) = role() else { return };
    let folder = folder.join("made/by us");
    let store = open(&kind, &folder);
    let done = AtomicBool::new(false);
    let temporaries = AtomicUsize::new(0);
    let deadline = Instant::now() + Duration::from_secs(30);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) && Instant::now() < deadline {
                for entry in fs::read_dir(&folder).unwrap().flatten() {
                    // Removed since it was listed.
                    let Ok(metadata) = entry.metadata() else {
                        continue;
                    };
                    let mode = metadata.permissions().mode() & 0o7777;
                    let name = entry.file_name().into_string().unwrap();
                    if mode != 0o600 {
                        done.store(true, Ordering::Relaxed);
                        panic!("{name} has mode {mode:04o}");
                    }
                    let temporary = usize::from(name.ends_with(".tmp"));
                    temporaries.fetch_add(temporary, Ordering::Relaxed);
                }
            }
        });
        let mut generation = 0;
        // At least 100 saves, and more until the watcher has met some temporary files.
        while !done.load(Ordering::Relaxed)
            && Instant::now() < deadline
            && (generation < 100 || temporaries.load(Ordering::Relaxed) < 10)
        {
            generation += 1;
            let lease = lease(&*store, "me");
            store.save(&lease, &numbered(generation)).unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(temporaries.load(Ordering::Relaxed) > 0, "none was found");
    for folder in [&*folder, folder.parent().unwrap()] {
        let mode = fs::metadata(folder).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode, 0o700);
    }
}

#[test]
fn every_file_is_private_at_every_moment() {
    for kind in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let test = "processes::role_watched_saver";
        let output = Other::of_test(test, kind, folder.path()).output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{kind}: {stdout}{stderr}");
        assert!(stdout.contains("1 passed"), "{kind}: {stdout}");
    }
}
