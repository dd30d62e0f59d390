//! KeePassXC with its Secret Service enabled, under Xvfb, and a person who answers its dialogs.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use super::bus::{Bus, Running};
use super::program::Program;
use super::python::Python;
use super::sharing::Sharing;
use super::user::KeyringUser;
use super::{expect, records, same};
use crate::report::{CheckResult, Failure, Report};

const DATABASE: &str = include_str!("keepassxc.xml");
const SETTINGS: &str = include_str!("keepassxc.ini");
/// Three parts of 100 kB. KeePassXC 2.7.4 crashes if 40 entries are written in a row and it saves
/// its file after each, which is its default.
const PARTS: usize = 40_000;

const PASSWORD: &str = "pw\n";

pub(super) fn run(program: &Program, python: &Python, report: &mut Report) {
    let mut setup = None;
    report.single("it starts, and is found", || {
        let found = Setup::start()?;
        same(&program.say(&found.bus, "check")?, "there is a keyring")?;
        setup = Some(found);
        Ok(())
    });
    // If it did not start, the row above has failed.
    let Some(setup) = setup else {
        return;
    };
    records::run(&setup.bus, program, python, PARTS, report);
    let sharing = Sharing {
        bus: &setup.bus,
        program,
        python,
        user: Some(setup.user()),
    };
    sharing.run(report);
    report.single("our entries are passwords to it, not attachments", || {
        setup.is_password()
    });
    report.single(
        "locked, and its dialog unanswered: an error in time",
        || setup.locked(program),
    );
    report.single("locked, and a person unlocks it while we wait", || {
        let mut asking = program.begin(&setup.bus, "timeout=30000 load")?;
        setup.user().unlocks()?;
        same(&asking.line()?, "100 bytes made from 1")
    });
}

struct Setup {
    // In the order in which they end.
    _keepassxc: Running,
    _xvfb: Running,
    screen: String,
    bus: Bus,
}

impl Setup {
    fn start() -> Result<Self, Failure> {
        let bus = Bus::start()?;
        let home = bus.home();
        let settings = home.join("config/keepassxc");
        fs::create_dir_all(&settings)?;
        fs::write(settings.join("keepassxc.ini"), SETTINGS)?;
        fs::write(home.join("db.xml"), DATABASE)?;
        let said = cli(
            &bus,
            &["import", "-q", "-p", "db.xml", "test.kdbx"],
            "pw\npw\n",
        )?;
        if !home.join("test.kdbx").exists() {
            return Err(format!("cannot create the database: {said}").into());
        }

        let display = home.join("display");
        let mut command = bus.command("sh");
        command.args([
            "-c",
            "exec Xvfb -displayfd 3 -screen 0 800x600x24 -nolisten tcp 3>display",
        ]);
        let number = || fs::read_to_string(&display).unwrap_or_default();
        let xvfb = bus.serve("Xvfb", command, "", || number().ends_with('\n'))?;
        let screen = format!(":{}", number().trim());

        let mut command = bus.command("keepassxc");
        command
            .args(["--pw-stdin", "test.kdbx"])
            .env("DISPLAY", &screen)
            // KeePassXC looks there for another instance of itself.
            .env("TMPDIR", home);
        let keepassxc = bus.serve("keepassxc", command, PASSWORD, || bus.is_unlocked())?;
        Ok(Self {
            _keepassxc: keepassxc,
            _xvfb: xvfb,
            screen,
            bus,
        })
    }

    fn user(&self) -> KeyringUser<'_> {
        KeyringUser {
            bus: &self.bus,
            screen: &self.screen,
        }
    }

    fn is_password(&self) -> CheckResult {
        let entry = "Password for 'password' on '/inaturalist'";
        let show = ["show", "-q", "-s", "-a", "Password", "test.kdbx", entry];
        same(&cli(&self.bus, &show, PASSWORD)?, "pass word")
    }

    fn locked(&self, program: &Program) -> CheckResult {
        same(&program.say(&self.bus, "save 100 1")?, "saved")?;
        self.user().locks()?;
        for words in ["load", "save 100 2"] {
            let said = program.say(&self.bus, &format!("timeout=1500 {words}"))?;
            expect(&said, &["failed:", "unlock the keyring"])?;
        }
        Ok(())
    }
}

fn cli(bus: &Bus, arguments: &[&str], input: &str) -> Result<String, Failure> {
    let mut command = bus.command("keepassxc-cli");
    let mut child = command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let words = match output.status.success() {
        true => output.stdout,
        false => output.stderr,
    };
    Ok(String::from_utf8_lossy(&words).trim().to_owned())
}
