//! Stores under system errors: another user's files, a read-only folder, a full disk, a write
//! limit, no home.
//!
//! Each case is a process of its own, because it requires another user, other mounts, or other
//! limits. It runs this program as `conformance store-probe`, which tries a store and prints one line for
//! each operation.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use auth_core::{Store, TokenRecord};
use keystore::File;

use super::probe::{SECRET, keep, key, record};
use crate::report::{CheckResult, Failure, Report};
use crate::{Stop, output};

/// The user that owns no files.
const UNPRIVILEGED: &str = "65534";

pub(super) fn run(report: &mut Report) -> Result<(), Stop> {
    if output(Command::new("id").arg("-u"))?.trim() != "0" {
        return Err(Stop::Missing(
            "the store cases change users and mounts; run them as root".into(),
        ));
    }
    report.about("the file store under system errors");
    let setup =
        Setup::new().map_err(|error| Stop::Failed(format!("cannot set up the folder: {error}")))?;
    report.single("another user's folder", || setup.foreign_folder());
    report.single("another user's token record in a readable folder", || {
        setup.foreign_record()
    });
    report.single(
        "a read-only mount: the token record can only be read",
        || setup.read_only(),
    );
    report.single("a full disk: the old token record is still there", || {
        setup.full()
    });
    report.single("a write limit: the old token record is still there", || {
        setup.limited()
    });
    report.single("no home: the error says what to set", || setup.homeless());
    Ok(())
}

struct Setup {
    folder: tempfile::TempDir,
    program: PathBuf,
}

impl Setup {
    fn new() -> std::io::Result<Self> {
        let folder = tempfile::tempdir()?;
        // Another user must be able to reach this folder and run the program, wherever the
        // workspace is.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        let program = folder.path().join("probe");
        fs::copy(std::env::current_exe()?, &program)?;
        fs::set_permissions(&program, Permissions::from_mode(0o755))?;
        Ok(Self { folder, program })
    }

    /// A store with one token record in it.
    fn store(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.path().join(name);
        keep(&File::open(&folder)?, &record(1)?)?;
        Ok(folder)
    }

    /// Runs `script` in a shell, with `$PROBE` and `$STORE` set, in mounts of its own.
    fn shell(&self, store: &Path, script: &str) -> Command {
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "sh", "-euc", script])
            .env("PROBE", &self.program)
            .env("STORE", store);
        command
    }

    fn foreign_folder(&self) -> CheckResult {
        let store = self.store("folder")?;
        let said = said(self.shell(
            &store,
            &as_unprivileged("\"$PROBE\" store-probe \"$STORE\""),
        ))?;
        for operation in ["load", "lease"] {
            refused(&said, operation, "Permission denied")?;
        }
        unharmed(&store)
    }

    fn foreign_record(&self) -> CheckResult {
        let store = self.store("record")?;
        fs::set_permissions(&store, Permissions::from_mode(0o755))?;
        let said = said(self.shell(
            &store,
            &as_unprivileged("\"$PROBE\" store-probe \"$STORE\""),
        ))?;
        for operation in ["load", "lease"] {
            refused(&said, operation, "Permission denied")?;
        }
        fs::set_permissions(&store, Permissions::from_mode(0o700))?;
        unharmed(&store)
    }

    fn read_only(&self) -> CheckResult {
        let store = self.store("readonly")?;
        let script = "mount --bind \"$STORE\" \"$STORE\"; mount -o remount,bind,ro \"$STORE\"; \"$PROBE\" store-probe \"$STORE\"";
        let said = said(self.shell(&store, script))?;
        if !said.contains("load: a token record") {
            return Err(format!("cannot read the token record: {said}").into());
        }
        refused(&said, "lease", "Read-only file system")?;
        unharmed(&store)
    }

    fn full(&self) -> CheckResult {
        let store = self.folder.path().join("full");
        fs::create_dir(&store)?;
        let script = "mount -t tmpfs -o size=64k,mode=700 tmpfs \"$STORE\"; \"$PROBE\" store-probe \"$STORE\" fill";
        let said = said(self.shell(&store, script))?;
        refused(&said, "save", "No space left on device")?;
        still_there(&said)
    }

    fn limited(&self) -> CheckResult {
        let store = self.store("limited")?;
        // One block of 512 bytes, and no signal: writing fails as on a full disk.
        let script = "trap '' XFSZ; ulimit -f 1; \"$PROBE\" store-probe \"$STORE\" large | cat";
        let said = said(self.shell(&store, script))?;
        refused(&said, "save", "File too large")?;
        still_there(&said)
    }

    /// Neither a variable nor the user database has a home that exists.
    fn homeless(&self) -> CheckResult {
        let script = as_unprivileged("exec env -i \"$PROBE\" store-probe --data-dir");
        refused(
            &said(self.shell(self.folder.path(), &script))?,
            "open",
            "home",
        )
    }
}

fn as_unprivileged(script: &str) -> String {
    format!(
        "exec setpriv --reuid={UNPRIVILEGED} --regid={UNPRIVILEGED} --clear-groups sh -euc '{script}'"
    )
}

fn said(mut command: Command) -> Result<String, Failure> {
    let output = command.output()?;
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    match output.status.success() && !text.contains(SECRET) {
        true => Ok(text),
        false => Err(format!("the probe exited with {}: {text}", output.status).into()),
    }
}

/// Checks that the operation failed, and that the error names the cause and a remedy.
fn refused(said: &str, operation: &str, cause: &str) -> CheckResult {
    let line = said
        .lines()
        .find(|line| line.starts_with(&format!("{operation}: failed")))
        .unwrap_or_default();
    match line.contains(cause) && line.contains("; ") {
        true => Ok(()),
        false => {
            Err(format!("`{operation}` should have failed with `{cause}` and help: {said}").into())
        }
    }
}

fn still_there(said: &str) -> CheckResult {
    match said.contains("again: a token record") {
        true => Ok(()),
        false => Err(format!("the old token record is gone: {said}").into()),
    }
}

fn unharmed(store: &Path) -> CheckResult {
    match File::open(store)?
        .load(&key())?
        .is_some_and(|text| TokenRecord::from_text(text.as_ref()).is_ok())
    {
        true => Ok(()),
        false => Err("the token record was damaged".into()),
    }
}
