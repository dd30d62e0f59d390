//! A person in front of KeePassXC who answers its dialogs, by xdotool.

use std::thread;
use std::time::{Duration, Instant};

use super::bus::Bus;
use crate::report::{CheckResult, Failure};

const MAX_WAIT: Duration = Duration::from_secs(15);
const GLANCE: Duration = Duration::from_millis(50);

/// KeePassXC 2.7 requests consent before another program overwrites an entry, and waits.
const ACCESS: &str = "Access Request";
const UNLOCK: &str = "Unlock Database";
const MAIN: &str = " - KeePassXC$";

pub(super) struct KeyringUser<'p> {
    pub(super) bus: &'p Bus,
    pub(super) screen: &'p str,
}

impl KeyringUser<'_> {
    /// Consents to the request.
    pub(super) fn allows(&self) -> CheckResult {
        self.responds(ACCESS, &[&["key", "Return"]])
    }

    /// Types the password into the unlock dialog.
    pub(super) fn unlocks(&self) -> CheckResult {
        self.responds(UNLOCK, &[&["type", "pw"], &["key", "Return"]])
    }

    /// Locks the database, as with its menu.
    pub(super) fn locks(&self) -> CheckResult {
        let deadline = Instant::now() + MAX_WAIT;
        while self.bus.is_unlocked() {
            if let Some(window) = self.window(MAIN)? {
                self.xdotool(&["windowfocus", &window, "key", "ctrl+l"])?;
            }
            if Instant::now() > deadline {
                return Err("KeePassXC does not lock".into());
            }
            thread::sleep(GLANCE);
        }
        Ok(())
    }

    /// Waits for the dialog, and sends these keys until it closes.
    fn responds(&self, dialog: &str, response: &[&[&str]]) -> CheckResult {
        let deadline = Instant::now() + MAX_WAIT;
        let mut was_there = false;
        while Instant::now() < deadline {
            match self.window(dialog)? {
                Some(window) => {
                    was_there = true;
                    for keys in response {
                        // The window may have closed in the meantime.
                        let focus = ["windowfocus", &window];
                        let _gone = self.xdotool(&[&focus[..], keys].concat());
                    }
                }
                None if was_there => return Ok(()),
                None => {}
            }
            thread::sleep(GLANCE);
        }
        Err(format!("KeePassXC's dialog `{dialog}` did not open, or did not close").into())
    }

    fn window(&self, name: &str) -> Result<Option<String>, Failure> {
        let found = self.xdotool(&["search", "--onlyvisible", "--name", name])?;
        Ok(found.lines().next().map(str::to_owned))
    }

    fn xdotool(&self, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = self.bus.command("xdotool");
        let output = command
            .args(arguments)
            .env("DISPLAY", self.screen)
            .output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
