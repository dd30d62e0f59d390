//! A store of your own, in 100 lines, and the suite that checks it. It has one file for each
//! account in a folder, and a lock that the system releases when its process ends.
//!
//! ```text
//! cargo run -p auth-testkit --example own_store     # runs the suite, with processes of its own
//! cargo test -p auth-testkit --example own_store    # the same as a test
//! ```
//!
//! It is honest: what it does not promise, it does not say. It encrypts nothing, lists no accounts
//! and has no shared notes, so each program counts its requests alone. Where leases end by time, as
//! in a database, add `lease_duration` and `confirm`. Let a save replace only the version that was
//! read under the lease. `keystore::Redis` shows how.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind as Io, Write},
    path::{Path, PathBuf},
    process::Command,
};

use auth_core::{AccountKey, Error, ErrorKind, ExposeSecret, Lease, SecretBytes, Store};
use auth_testkit::store_suite::{self, StoreSuite};
use fs4::{FileExt, TryLockError};
use sha2::{Digest, Sha256};

/// The store.
struct Folder(PathBuf);

impl Folder {
    /// Opens the store, as a program does when it starts.
    fn open(folder: PathBuf) -> Result<Self, Error> {
        let store = Self(folder);
        let made = fs::create_dir_all(&store.0).and_then(|()| only_owner(&store.0, 0o700));
        made.map_err(|error| store.failed("create its folder", error))?;
        Ok(store)
    }

    /// One file name for each account: a digest, because names may be long, odd, or differ in case
    /// only. The lengths keep `("ab", "c")` and `("a", "bc")` apart.
    fn path(&self, key: &AccountKey, ending: &str) -> PathBuf {
        let mut digest = Sha256::new();
        for part in [key.service(), key.client_id(), key.account()] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let name: String = digest
            .finalize()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        self.0.join(name + ending)
    }

    /// Makes a change survive a power cut. Windows has no such call for folders.
    fn sync(&self) -> io::Result<()> {
        if cfg!(unix) {
            File::open(&self.0)?.sync_all()?;
        }
        Ok(())
    }

    /// The kind says whether trying again helps; the text names the store and contains no secret.
    fn failed(&self, what: &str, source: io::Error) -> Error {
        let text = format!("{} cannot {what}", self.describe());
        Error::new(ErrorKind::Store, text).with_source(source)
    }
}

impl Store for Folder {
    fn load(&self, key: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        match fs::read(self.path(key, ".json")) {
            Ok(bytes) => Ok(Some(SecretBytes::new(bytes))),
            // Only this means that there is none: any other failure must not look like a logout.
            Err(error) if error.kind() == Io::NotFound => Ok(None),
            Err(error) => Err(self.failed("read a record", error)),
        }
    }

    fn try_lease(&self, key: &AccountKey) -> Result<Option<Lease>, Error> {
        let opened = new_file(&self.path(key, ".lock"));
        let file = opened.map_err(|error| self.failed("open a lock", error))?;
        match FileExt::try_lock(&file) {
            Ok(()) => Ok(Some(Lease::new(key.clone(), Locked(file)))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(self.failed("take a lock", error)),
        }
    }

    fn save(&self, lease: &Lease, record: &SecretBytes) -> Result<(), Error> {
        let (path, new) = (
            self.path(lease.key(), ".json"),
            self.path(lease.key(), ".new"),
        );
        // The new record is on the disk as a whole before it takes the place of the old one.
        let saved = new_file(&new).and_then(|mut file| {
            file.set_len(0)?; // what a killed process left
            file.write_all(record.expose_secret())?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            self.sync()
        });
        saved.map_err(|error| self.failed("save a record", error))
    }

    fn remove(&self, lease: &Lease) -> Result<(), Error> {
        match fs::remove_file(self.path(lease.key(), ".json")).and_then(|()| self.sync()) {
            Err(error) if error.kind() != Io::NotFound => {
                Err(self.failed("remove a record", error))
            }
            _ => Ok(()),
        }
    }

    fn describe(&self) -> String {
        format!("folder {}", self.0.display())
    }
}

/// The guard of a lease: dropping it, or the end of the process, ends the lease.
struct Locked(File);

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing is not enough: a child process that is being started has the file open, too.
        let _: io::Result<()> = FileExt::unlock(&self.0);
    }
}

/// Opens a file that only its owner can read, from its first moment.
fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn only_owner(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    let _ = (path, mode);
    Ok(())
}

// From here on: the suite.

/// Names the folder for the processes that the suite starts.
const FOLDER: &str = "OWN_STORE_FOLDER";

/// Does what the suite started this process for, if it did.
fn other_process() {
    store_suite::act(|| {
        let folder = std::env::var_os(FOLDER).expect("the suite names the folder");
        Folder::open(folder.into()).expect("it opens")
    });
}

fn check() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tokens");
    let open = || Folder::open(path.clone()).expect("it opens");
    let other = || {
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        // The arguments are for a test program, which starts itself again with one test.
        command.args(["--exact", "tests::other_process", "--nocapture"]);
        command.env(FOLDER, &path);
        command
    };
    let foreign = |key: &AccountKey| {
        fs::write(open().path(key, ".json"), "not a token record").expect("it is written");
    };
    StoreSuite::new(open)
        .with_other_process(other)
        .with_foreign_content(foreign)
        .run();
}

fn main() -> io::Result<()> {
    other_process();
    if std::env::var_os(FOLDER).is_none() {
        check();
        writeln!(io::stdout(), "the store keeps its promises")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn other_process() {
        super::other_process();
    }

    #[test]
    fn the_store_keeps_its_promises() {
        super::check();
    }
}
