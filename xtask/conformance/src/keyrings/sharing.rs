//! One set of credentials for Rust and Python: each reads and overwrites what the other wrote.

use std::thread;

use super::bus::Bus;
use super::program::Program;
use super::python::{self, Python};
use super::user::KeyringUser;
use super::{expect, same};
use crate::report::{CheckResult, Failure, Report};

/// Programs that use the entries of one keyring in turn.
pub(super) struct Sharing<'s> {
    pub(super) bus: &'s Bus,
    pub(super) program: &'s Program,
    pub(super) python: &'s Python,
    /// A person who consents to the service's requests, if it has any.
    pub(super) user: Option<KeyringUser<'s>>,
}

impl Sharing<'_> {
    pub(super) fn run(&self, report: &mut Report) {
        report.single("no credentials: each source is named", || self.nothing());
        report.single("pyinaturalist writes, we read", || {
            self.pyinaturalist_first()
        });
        report.single("we overwrite Python's: in place", || self.over_pythons());
        report.single("Python overwrites ours: in place", || {
            self.python_over_ours()
        });
        report.single("we write, pyinaturalist reads", || {
            self.pyinaturalist_reads()
        });
        report.single(
            "secret-tool's: read, and overwritten by us and Python",
            || self.secret_tools(),
        );
        report.single(
            "two items of one name: the newer is read, one is left",
            || self.two_items(),
        );
    }

    fn nothing(&self) -> CheckResult {
        let found = self.credentials()?;
        expect(
            &found,
            &["INAT_APP_ID is not set", "no entry app_id of /inaturalist"],
        )
    }

    fn pyinaturalist_first(&self) -> CheckResult {
        self.python.run(self.bus, python::PYINATURALIST_SET, &[])?;
        let found = self.credentials()?;
        for (field, length, user) in [
            ("user name", 5, "username"),
            ("password", 5, "password"),
            ("client id", 5, "app_id"),
            ("client secret", 9, "app_secret"),
        ] {
            let expected =
                format!("{field}: {length} bytes from the keyring, entry {user} of /inaturalist");
            expect(&found, &[&expected])?;
        }
        self.items(4)
    }

    fn over_pythons(&self) -> CheckResult {
        self.save(&[("USERNAME", "rust-me"), ("PASSWORD", "rust-password")])?;
        same(&self.python_gets("username")?, "rust-me")?;
        same(&self.python_gets("password")?, "rust-password")?;
        same(&self.python_gets("app_id")?, "py-id")?;
        self.items(4)
    }

    fn python_over_ours(&self) -> CheckResult {
        self.delete("username")?;
        self.save(&[("USERNAME", "rust-me")])?;
        self.python_sets("username", "python-is-back")?;
        same(&self.python_gets("username")?, "python-is-back")?;
        expect(
            &self.credentials()?,
            &["user name: 14 bytes from the keyring"],
        )?;
        self.items(4)
    }

    fn pyinaturalist_reads(&self) -> CheckResult {
        for user in ["username", "password", "app_id", "app_secret"] {
            self.delete(user)?;
        }
        self.save(&[
            ("USERNAME", "me"),
            ("PASSWORD", "pass word"),
            // As CMD's `set` stores it.
            ("APP_ID", "\"id\""),
            ("APP_SECRET", "é\"s"),
        ])?;
        let found = self.python.run(self.bus, python::PYINATURALIST_GET, &[])?;
        same(
            &found,
            "client_id=id client_secret=é\"s password=pass word username=me",
        )?;
        self.items(4)
    }

    fn secret_tools(&self) -> CheckResult {
        self.delete("app_id")?;
        self.secret_tool_stores(&["app_id"])?;
        expect(
            &self.credentials()?,
            &["client id: 11 bytes from the keyring"],
        )?;
        self.save(&[("APP_ID", "rust-id")])?;
        same(&self.python_gets("app_id")?, "rust-id")?;
        self.python_sets("app_id", "python-id")?;
        expect(
            &self.credentials()?,
            &["client id: 9 bytes from the keyring"],
        )?;
        let lookup = ["lookup", "service", "/inaturalist", "username", "app_id"];
        let output = self.bus.command("secret-tool").args(lookup).output()?;
        same(&String::from_utf8_lossy(&output.stdout), "python-id")?;
        self.items(4)
    }

    fn two_items(&self) -> CheckResult {
        self.delete("app_secret")?;
        self.save(&[("APP_SECRET", "older")])?;
        // Times are in whole seconds.
        thread::sleep(std::time::Duration::from_millis(1100));
        // One more attribute, so it is a separate item.
        self.secret_tool_stores(&["app_secret", "kept-by", "another"])?;
        self.items(5)?;
        expect(
            &self.credentials()?,
            &["client secret: 11 bytes from the keyring"],
        )?;
        self.save(&[("APP_SECRET", "settled")])?;
        self.items(4)?;
        same(&self.python_gets("app_secret")?, "settled")
    }

    fn credentials(&self) -> Result<String, Failure> {
        self.program.say(self.bus, "credentials")
    }

    /// Saves these, and an application id if there is none among them: credentials require one.
    fn save(&self, fields: &[(&str, &str)]) -> CheckResult {
        let mut command = self.bus.command(self.program.path());
        let with_id = fields.iter().any(|(name, _)| *name == "APP_ID");
        if !with_id {
            let id = self.python_gets("app_id")?;
            command.env("INAT_APP_ID", id);
        }
        for (name, value) in fields {
            command.env(format!("INAT_{name}"), value);
        }
        let count = fields.len() + usize::from(!with_id);
        let said = self.program.said(command, "save-credentials")?;
        same(&said, &format!("saved {count} fields"))
    }

    fn python_gets(&self, user: &str) -> Result<String, Failure> {
        self.python.run(self.bus, python::GET, &[user])
    }

    fn python_sets(&self, user: &str, value: &str) -> CheckResult {
        let mut command = self.python.command(self.bus, python::SET, &[user, value]);
        let mut setting = command.spawn()?;
        let allowed = self.user.as_ref().map(KeyringUser::allows);
        let status = match &allowed {
            Some(Err(_)) => {
                setting.kill()?;
                setting.wait()?
            }
            _ => setting.wait()?,
        };
        allowed.transpose()?;
        match status.success() {
            true => Ok(()),
            false => Err(format!("Python exited with {status}").into()),
        }
    }

    fn secret_tool_stores(&self, attributes: &[&str]) -> CheckResult {
        let mut command = self.bus.command("sh");
        // It reads the secret from its input.
        let script = "printf secret-tool | secret-tool store --label=mine service /inaturalist username \"$@\"";
        let output = command
            .args(["-c", script, "sh"])
            .args(attributes)
            .output()?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
        }
    }

    fn delete(&self, user: &str) -> CheckResult {
        let clear = ["clear", "service", "/inaturalist", "username", user];
        let output = self.bus.command("secret-tool").args(clear).output()?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
        }
    }

    fn items(&self, count: usize) -> CheckResult {
        super::records::items(self.bus, self.python, "/inaturalist", count)
    }
}
