//! oidc-provider on Node, from npm: installed once, below cargo's target folder.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{Peer, PeerError};
use crate::metadata;

const NAME: &str = "oidc-provider";
const INSTALL: &str = "apt-get update; apt-get install -y --no-install-recommends nodejs npm";

const SCRIPT: &str = include_str!("../oidc_provider/op.mjs");
const PACKAGE: &str = include_str!("../oidc_provider/package.json");
/// Names each package by version and digest. The registry is the machine's own setting.
const LOCK: &str = include_str!("../oidc_provider/package-lock.json");

impl Peer {
    /// Starts oidc-provider, and installs it by npm first if it is missing.
    ///
    /// Any name and any password log in. The clients and their redirect URIs are in
    /// `oidc_provider/op.mjs`.
    pub(crate) fn oidc_provider(access_seconds: u32) -> Result<Self, PeerError> {
        for tool in ["node", "npm"] {
            find(tool)?;
        }
        let installed = installed()?;
        // Node looks for packages in the folders above a script, so the peer's own folder is below
        // them.
        let home = TempDir::with_prefix_in("peer-", &installed).map_err(failed)?;
        let script = home.path().join("op.mjs");
        fs::write(&script, SCRIPT).map_err(failed)?;
        let mut command = Command::new("node");
        command.arg(&script).arg(access_seconds.to_string());
        Self::start(NAME, command, "/.well-known/openid-configuration", home)
    }
}

fn failed(reason: impl std::fmt::Display) -> PeerError {
    PeerError::failed(NAME, reason)
}

fn find(tool: &str) -> Result<(), PeerError> {
    let missing = |found: String| PeerError::Missing {
        name: NAME,
        found,
        install: INSTALL,
    };
    let result = Command::new(tool).arg("--version").output();
    match result {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(missing(format!(
            "`{tool} --version` exited with {}",
            output.status
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(missing(format!("the program {tool} is missing")))
        }
        Err(error) => Err(missing(format!("cannot run {tool}: {error}"))),
    }
}

/// The folder with the packages of the lock file.
fn installed() -> Result<PathBuf, PeerError> {
    let metadata = metadata().map_err(failed)?;
    let target = metadata["target_directory"]
        .as_str()
        .ok_or_else(|| failed("cargo metadata lists no target directory"))?;
    let conformance = Path::new(target).join("conformance");
    let folder = conformance.join(NAME);
    if is_installed(&folder) {
        return Ok(folder);
    }
    fs::create_dir_all(&conformance).map_err(failed)?;
    // All or nothing: an unfinished installation never gets the final name.
    let new = TempDir::with_prefix_in("installing-", &conformance).map_err(failed)?;
    for (name, text) in [("package.json", PACKAGE), ("package-lock.json", LOCK)] {
        fs::write(new.path().join(name), text).map_err(failed)?;
    }
    npm_ci(new.path())?;
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    fs::rename(new.keep(), &folder).map_err(failed)?;
    Ok(folder)
}

fn is_installed(folder: &Path) -> bool {
    let same = |name: &str, text: &str| {
        fs::read_to_string(folder.join(name)).is_ok_and(|found| found == text)
    };
    same("package.json", PACKAGE)
        && same("package-lock.json", LOCK)
        && folder.join("node_modules").is_dir()
}

fn npm_ci(folder: &Path) -> Result<(), PeerError> {
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    let output = Command::new("npm")
        .args(arguments.map(OsStr::new))
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(failed(format!(
        "`npm ci` exited with {}\n{}",
        output.status,
        words.trim()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_names_versions_and_digests_and_no_address() {
        let lock: serde_json::Value = serde_json::from_str(LOCK).expect("JSON");
        let package: serde_json::Value = serde_json::from_str(PACKAGE).expect("JSON");
        let wanted = &package["dependencies"][NAME];
        let locked = &lock["packages"][format!("node_modules/{NAME}")]["version"];
        assert!(wanted.is_string() && wanted == locked, "{wanted} {locked}");
        assert!(!LOCK.contains("://"), "an address");
        let packages = lock["packages"].as_object().expect("packages");
        let unproven: Vec<_> = packages
            .iter()
            .filter(|(path, package)| !path.is_empty() && !package["integrity"].is_string())
            .collect();
        assert!(unproven.is_empty(), "{unproven:?}");
    }

    #[test]
    fn an_installation_counts_when_it_is_the_one_that_is_locked() {
        let folder = TempDir::new().expect("a folder");
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("a file");
        };
        assert!(!is_installed(folder.path()));
        write("package.json", PACKAGE);
        write("package-lock.json", LOCK);
        assert!(!is_installed(folder.path()), "no packages");
        fs::create_dir(folder.path().join("node_modules")).expect("a folder");
        assert!(is_installed(folder.path()));
        write("package-lock.json", "{}");
        assert!(!is_installed(folder.path()), "another lock");
    }

    #[test]
    fn a_missing_tool_is_named_with_its_installation() {
        let error = find("no-such-tool").expect_err("it is missing").to_string();
        for words in ["the program no-such-tool is missing", "nodejs npm"] {
            assert!(error.contains(words), "{error}");
        }
    }
}
