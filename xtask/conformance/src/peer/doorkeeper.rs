//! Doorkeeper on Rails, from Debian's packages.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::process::Command;

use tempfile::TempDir;

use super::{Peer, PeerError};

const DOORKEEPER: &str = include_str!("../doorkeeper/app.rb");
const DOORKEEPER_INSTALL: &str = "apt-get update; apt-get install -y --no-install-recommends \
                                  ruby-doorkeeper ruby-rails ruby-sqlite3 puma";

/// The configuration of a Doorkeeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Like iNaturalist's Rails application: tokens that never expire, no refresh tokens.
    Inat,
    /// Access tokens that expire, and refresh tokens that are rotated in the request that uses
    /// them.
    Rotating {
        /// Lifetime of an access token, in seconds.
        access_seconds: u32,
    },
}

impl Peer {
    /// Starts Doorkeeper on Rails, from Debian's packages.
    ///
    /// Users: alice/password, bob/hunter2. Clients: `conf`/`conf-secret`, `public`, and one with
    /// reserved characters; the redirect URIs are in `doorkeeper/app.rb`.
    pub(crate) fn doorkeeper(profile: Profile) -> Result<Self, PeerError> {
        const NAME: &str = "Doorkeeper";
        let missing = |found: String| PeerError::Missing {
            name: NAME,
            found,
            install: DOORKEEPER_INSTALL,
        };
        find_gems(&["doorkeeper", "rails", "sqlite3", "puma"]).map_err(missing)?;

        let home = TempDir::with_prefix("doorkeeper-").map_err(|e| PeerError::failed(NAME, e))?;
        let script = home.path().join("app.rb");
        fs::write(&script, DOORKEEPER).map_err(|e| PeerError::failed(NAME, e))?;
        let mut command = Command::new("ruby");
        command.args([OsStr::new("-W0"), script.as_os_str(), OsStr::new("0")]);
        match profile {
            Profile::Inat => command.arg("inat").arg(home.path()),
            Profile::Rotating { access_seconds } => command
                .arg("rotating")
                .arg(home.path())
                .arg(access_seconds.to_string()),
        };
        Self::start(NAME, command, "/login", home)
    }
}

/// Looks for each gem, without loading any; the error names what is missing.
fn find_gems(gems: &[&str]) -> Result<(), String> {
    const ASK: &str = "ARGV.each { |name| begin; gem name; rescue LoadError; \
                       abort \"the gem #{name} is missing\"; end }";
    let output = Command::new("ruby")
        .args(["-W0", "-e", ASK])
        .args(gems)
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err("the program ruby is missing".to_owned())
        }
        Err(error) => Err(format!("cannot run ruby: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_software_names_its_installation() {
        let missing = PeerError::Missing {
            name: "Doorkeeper",
            found: "the gem puma is missing".to_owned(),
            install: DOORKEEPER_INSTALL,
        };
        let text = missing.to_string();
        assert!(
            text.contains("the gem puma is missing\non Debian: apt-get update; apt-get"),
            "{text}"
        );
        assert!(
            text.ends_with("ruby-doorkeeper ruby-rails ruby-sqlite3 puma"),
            "{text}"
        );
    }
}
