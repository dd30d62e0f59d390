//! The stores that processes share, tested with real processes: this test program starts itself
//! again.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use auth_core::{SecretBytes, Store, TokenKind, TokenRecord};
use keystore::{Fallback, File, StaticToken};

use crate::{key, lease, record};

/// The variable with the directory for a process that one of these tests starts.
const FOLDER: &str = "KEYSTORE_TEST_FOLDER";
/// The variable with the kind of store for such a process.
const KIND: &str = "KEYSTORE_TEST_KIND";
const READY: &str = "the other process is ready";

/// The stores that processes share by opening the same directory.
const KINDS: &[&str] = &[
    "file",
    "fallback",
    #[cfg(feature = "encrypted")]
    "encrypted",
];

fn open(kind: &str, folder: &Path) -> Box<dyn Store> {
    match kind {
        "file" => Box::new(File::open(folder).unwrap()),
        "fallback" => Box::new(Fallback::new(StaticToken::new("")).or(File::open(folder).unwrap())),
        #[cfg(feature = "encrypted")]
        "encrypted" => {
            Box::new(keystore::Encrypted::open(folder, crate::passphrase("shared")).unwrap())
        }
        _ => panic!("{kind} is not a kind of store"),
    }
}

/// How far each process counts.
const STEPS: u64 = 20;

/// A token record with redundant content: the token is its generation, many times.
fn numbered(generation: u64) -> SecretBytes {
    record(&token(generation), generation)
}

fn token(generation: u64) -> String {
    format!("{generation:08}").repeat(512)
}

/// Returns the generation of a token record. Panics if its parts differ.
fn whole(bytes: &SecretBytes) -> u64 {
    let parsed = TokenRecord::from_text(bytes.as_ref()).expect("a whole record");
    let token = parsed.token(TokenKind::Login).expect("its token");
    let generation = token.generation();
    assert!(
        token.expose_secret() == self::token(generation),
        "a mixture"
    );
    generation
}

/// Another process of this program; killed when dropped.
struct Other(Child);

impl Other {
    /// Builds the command for the test `role`, with the kind of store and the directory in
    /// variables.
    fn command(role: &str, kind: &str, folder: &Path) -> Command {
        // A umask of 0 removes no rights, so files are private only because the store makes them
        // so.
        let mut command = Command::new("sh");
        command
            .args(["-c", "umask 000; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().unwrap())
            .args([
                "--exact",
                &format!("processes::{role}"),
                "--nocapture",
                "--test-threads=1",
            ])
            .env(FOLDER, folder)
            .env(KIND, kind)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        command
    }

    /// Starts it and waits until it says that it is ready.
    fn ready(role: &str, kind: &str, folder: &Path) -> Self {
        let mut other = Self(Self::command(role, kind, folder).spawn().unwrap());
        let output = other.0.stdout.as_mut().unwrap();
        let is_ready = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .any(|line| line.contains(READY));
        assert!(is_ready, "{role} ended before it was ready");
        other
    }

    /// Starts it with captured output, for [`check_passes`].
    fn piped(role: &str, kind: &str, folder: &Path) -> Self {
        let mut command = Self::command(role, kind, folder);
        Self(command.stderr(Stdio::piped()).spawn().unwrap())
    }

    /// SIGKILL, and waits for its end.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for the processes and checks that each passed its one test. A role has its own deadline.
fn check_passes(kind: &str, others: Vec<Other>) {
    for mut other in others {
        let mut stdout = String::new();
        let mut stderr = String::new();
        let output = other.0.stdout.as_mut().unwrap();
        output.read_to_string(&mut stdout).unwrap();
        let errors = other.0.stderr.as_mut().unwrap();
        errors.read_to_string(&mut stderr).unwrap();
        let status = other.0.wait().unwrap();
        assert!(status.success(), "{kind}: {stdout}{stderr}");
        assert!(stdout.contains("1 passed"), "{kind}: {stdout}");
    }
}

/// Returns kind and directory in a process that was started for a role. `None` in a normal test
/// run.
fn role() -> Option<(String, PathBuf)> {
    let folder = std::env::var_os(FOLDER)?;
    Some((std::env::var(KIND).unwrap(), folder.into()))
}

#[test]
fn role_holder() {
    let Some((kind, folder)) = role() else { return };
    let store = open(&kind, &folder);
    let _lease = lease(&*store, "me");
    println!("{READY}");
    // Ends with the test: its standard input is then closed.
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn role_saver() {
    let Some((kind, folder)) = role() else { return };
    let store = open(&kind, &folder);
    let lease = lease(&*store, "me");
    let mut generation = store.load(&key("me")).unwrap().map_or(0, |r| whole(&r));
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        generation += 1;
        store.save(&lease, &numbered(generation)).unwrap();
        println!("{READY}");
    }
}

/// Counts in the token record, one step per lease, as renewals do.
#[test]
fn role_counter() {
    let Some((kind, folder)) = role() else { return };
    let store = open(&kind, &folder);
    let deadline = Instant::now() + Duration::from_secs(120);
    let mut done = 0;
    while done < STEPS {
        assert!(Instant::now() < deadline, "{done} steps only");
        let Some(lease) = store.try_lease(&key("me")).unwrap() else {
            thread::sleep(Duration::from_micros(200)); // lets the other processes run
            continue;
        };
        let generation = store.load(&key("me")).unwrap().map_or(0, |r| whole(&r));
        store.save(&lease, &numbered(generation + 1)).unwrap();
        done += 1;
    }
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
        let other = Other::piped("role_watched_saver", kind, folder.path());
        check_passes(kind, vec![other]);
    }
}

#[test]
fn no_step_is_lost_among_two_and_eight_processes() {
    for kind in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let store = open(kind, folder.path());
        let mut expect = 0;
        for count in [2, 8] {
            let start = |_| Other::piped("role_counter", kind, folder.path());
            let others: Vec<Other> = (0..count).map(start).collect();
            check_passes(kind, others);
            expect += count * STEPS;
            let found = whole(&store.load(&key("me")).unwrap().expect("saved"));
            assert_eq!(found, expect, "{kind}, {count} processes");
        }
    }
}

#[test]
fn the_lease_holds_across_processes_and_dies_with_its_holder() {
    for kind in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let store = open(kind, folder.path());
        let other = Other::ready("role_holder", kind, folder.path());
        for _ in 0..20 {
            assert!(store.try_lease(&key("me")).unwrap().is_none(), "{kind}");
        }
        let record = store.load(&key("me")).unwrap();
        assert!(record.is_none(), "reading needs no lease");
        assert!(store.try_lease(&key("another")).unwrap().is_some());
        other.kill();
        let lease = store.try_lease(&key("me")).unwrap();
        assert!(lease.is_some(), "the kernel frees it");
    }
}

#[test]
fn a_process_killed_while_saving_leaves_a_whole_record() {
    for kind in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let store = open(kind, folder.path());
        let mut last = 0;
        for round in 0..30 {
            let other = Other::ready("role_saver", kind, folder.path());
            // Kills at another moment in each round.
            thread::sleep(Duration::from_micros(round * 137));
            other.kill();
            let generation = whole(&store.load(&key("me")).unwrap().expect("one was saved"));
            assert!(generation > last, "{generation} after {last}");
            last = generation;
            drop(lease(&*store, "me"));
            let left = fs::read_dir(folder.path()).unwrap().count();
            assert_eq!(left, 2, "the record and the lock, and no torn file");
        }
    }
}
