//! Python's keyring and pyinaturalist, from pip: installed once, below cargo's target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::bus::Bus;
use crate::report::Failure;
use crate::{Stop, metadata, pip};

/// The newest of each when this was written; pyinaturalist's own entries are as its page on
/// authentication describes them.
const PACKAGES: &[&str] = &[
    "keyring==25.7.0",
    "SecretStorage==3.5.0",
    "pyinaturalist==0.21.1",
];

/// A Python environment with the packages in it.
pub(super) struct Python(PathBuf);

impl Python {
    pub(super) fn installed() -> Result<Self, Stop> {
        let metadata = metadata()?;
        let target = metadata["target_directory"]
            .as_str()
            .ok_or_else(|| Stop::Failed("cargo metadata lists no target directory".to_owned()))?;
        let folder = Path::new(target).join("conformance/python-keyring");
        Ok(Self(pip::installed(&folder, PACKAGES)?))
    }

    /// Runs a script with these arguments, and returns its output.
    pub(super) fn run(
        &self,
        bus: &Bus,
        script: &str,
        arguments: &[&str],
    ) -> Result<String, Failure> {
        let output = self.command(bus, script, arguments).output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        let words = String::from_utf8_lossy(&output.stderr);
        let last = words.lines().last().unwrap_or_default();
        Err(format!("Python exited with {}: {last}", output.status).into())
    }

    pub(super) fn command(&self, bus: &Bus, script: &str, arguments: &[&str]) -> Command {
        let mut command = bus.command(&self.0);
        command.args(["-c", script]).args(arguments);
        command
    }
}

/// What `keyring get /inaturalist USER` prints.
pub(super) const GET: &str =
    "import keyring, sys; print(keyring.get_password('/inaturalist', sys.argv[1]))";

/// What `keyring set /inaturalist USER` does.
pub(super) const SET: &str =
    "import keyring, sys; keyring.set_password('/inaturalist', sys.argv[1], sys.argv[2])";

/// The number of items of a service, and the attributes of the last: `1 Python keyring library`.
pub(super) const ITEMS: &str = "
import secretstorage, sys
bus = secretstorage.dbus_init()
items = list(secretstorage.search_items(bus, {'service': sys.argv[1]}))
print(len(items), *(item.get_attributes().get('application', 'unmarked') for item in items[-1:]))
";

/// What pyinaturalist itself finds, by its own function.
pub(super) const PYINATURALIST_GET: &str = "
from pyinaturalist.auth import get_keyring_credentials
found = get_keyring_credentials()
print(*(f'{name}={found[name]}' for name in sorted(found)))
";

/// What pyinaturalist's users do once.
pub(super) const PYINATURALIST_SET: &str = "
from pyinaturalist.auth import set_keyring_credentials
set_keyring_credentials(username='py-me', password='py-pw', app_id='py-id', app_secret='py-secret')
";

/// A service that takes the name, and never responds.
pub(super) const SILENCE: &str = "
import sys
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection
from jeepney.bus_messages import message_bus
bus = open_dbus_connection(bus='SESSION')
bus.send_and_get_reply(message_bus.RequestName('org.freedesktop.secrets'))
print('silent', flush=True)
sys.stdin.read()
";
