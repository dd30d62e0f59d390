//! An engine whose disk is full: a small disk in memory, which a case fills and empties.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use auth_core::{ErrorKind, SecretBytes};
use support::servers::finished;

use super::engine::{Engine, EngineKind};
use super::scene::{Holder, Scene, stopped_at_each_step};
use super::trouble::{failed, is, key};
use crate::expect::{each, ensure};
use crate::report::{CheckResult, Failure, Report};

/// Room for an empty database with its log, and some records.
pub(super) const SMALL: &str = "size=160m";
/// Room for all that a case writes. Memory is used for what is written only.
pub(super) const LARGE_ENOUGH: &str = "size=1g";
/// How long the disk is full while holders renew.
const FULL: Duration = Duration::from_secs(5);
/// A record that fits into no room that a server has set aside.
const LARGE: usize = 200_000;
/// More parts of PostgreSQL's log, of 16 MB each, than the small disk has room for.
const PARTS: usize = 20;
/// More leases than fit into what is left of a block.
const MANY: usize = 1000;

pub(super) fn run(kind: EngineKind, report: &mut Report) -> CheckResult {
    if let Err(failure) = mounts() {
        report.not_offered(
            "a full disk at the engine",
            "no disk can be mounted here, which requires root and the right to mount",
            || ensure(mounts().is_err(), failure.to_string()),
        );
        return Ok(());
    }
    let engine = Engine::start_on_small_disk(kind)?;
    report.single(
        "a record without room: what to do, the old one stays",
        || refused(&engine),
    );
    report.single("a full disk at each step: 1 renewal, none lost", || {
        at_each_step(&engine)
    });
    Ok(())
}

/// Fails if this system mounts no disk.
fn mounts() -> CheckResult {
    let folder = tempfile::tempdir()?;
    Disk::mount(folder.path(), SMALL).map(drop)
}

/// A disk in memory. Unmounted on drop.
pub(super) struct Disk(PathBuf);

impl Disk {
    pub(super) fn mount(at: &Path, size: &str) -> Result<Self, Failure> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(at);
        finished(&mut mount)?;
        Ok(Self(at.to_owned()))
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    /// Leaves no room at all.
    fn fill(&self) -> CheckResult {
        let mut file = File::create(self.ballast())?;
        loop {
            match file.write(&[b'x'; 1 << 16]) {
                Err(error) if error.kind() == io::ErrorKind::StorageFull => return Ok(()),
                written => ensure(written? > 0, "nothing was written")?,
            }
        }
    }

    fn make_room(&self) -> CheckResult {
        Ok(fs::remove_file(self.ballast())?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        unmount(&self.0);
    }
}

/// Unmounts a disk, if there is one. A process that is about to end may still use it.
pub(super) fn unmount(at: &Path) {
    let mut umount = Command::new("umount");
    let _was_none = umount.arg("--lazy").arg(at).stderr(Stdio::null()).status();
}

/// A record. No engine makes it smaller, since it is sealed.
fn record(letter: u8, length: usize) -> SecretBytes {
    SecretBytes::new(vec![letter; length])
}

fn refused(engine: &Engine) -> CheckResult {
    let disk = engine.disk()?;
    let store = engine.open(&engine.namespace()?)?;
    let lease = store.try_lease(&key("full"))?.ok_or("the lease is taken")?;
    store.save(&lease, &record(b'o', 1000))?;
    drop(lease);
    disk.fill()?;
    let error = match engine.kind.is_redis() {
        // The server ends itself, since it cannot do what `appendfsync always` promises.
        true => {
            let mut leases = (0..MANY).map(|number| store.try_lease(&key(&number.to_string())));
            let lost = leases.find_map(Result::err);
            lost.ok_or("the server goes on")?
        }
        false => {
            let lease = store.try_lease(&key("full"))?.ok_or("the lease is taken")?;
            failed(store.save(&lease, &record(b'n', LARGE)))?
        }
    };
    let (kind, words) = match engine.kind.is_redis() {
        true => (ErrorKind::Transport, "out of reach"),
        false => (ErrorKind::Store, "No space left on device"),
    };
    is(&error, kind, &[words])?;
    disk.make_room()?;
    engine.revive()?;
    let found = store.load(&key("full"))?.ok_or("it is gone")?;
    ensure(found.as_ref()[0] == b'o', "the record was changed")?;
    let lease = store.try_lease(&key("full"))?.ok_or("the lease is taken")?;
    store.save(&lease, &record(b'n', LARGE))?;
    let found = store.load(&key("full"))?.ok_or("it is gone")?;
    ensure(found.as_ref()[0] == b'n', "it was not saved")
}

fn at_each_step(engine: &Engine) -> CheckResult {
    let disk = engine.disk()?;
    let holders = stopped_at_each_step(engine, |namespace| Scene::at(&engine.url(), namespace))?;
    let complaints = || -> Result<usize, Failure> {
        let log = fs::read_to_string(engine.folder().join("server.log"))?;
        let words = ["No space left on device", "Short write"];
        Ok(words.iter().map(|words| log.matches(words).count()).sum())
    };
    let before = complaints()?;
    disk.fill()?;
    for holder in &holders {
        holder.worker.go_on()?;
    }
    if !engine.kind.is_redis() {
        // A part of its log after those that it has set aside has no room: it goes down, and does not
        // come up.
        let next = "SELECT pg_logical_emit_message(true, 'next', 'part'); SELECT pg_switch_wal()";
        let _it_goes_down = (0..PARTS).find(|_| engine.sql(next).is_err());
    }
    thread::sleep(FULL);
    ensure(complaints()? > before, "the disk was not full")?;
    disk.make_room()?;
    engine.revive()?;
    each(holders, Holder::goes_on)
}
