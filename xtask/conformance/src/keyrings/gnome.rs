//! GNOME Keyring on a bus of its own, unlocked by its password as by a login; no prompt is
//! possible.

use super::bus::{Bus, Running};
use super::expect;
use super::program::Program;
use super::python::Python;
use super::records;
use super::same;
use super::sharing::Sharing;
use crate::report::{CheckResult, Failure, Report};

/// Windows' limit for an entry, in bytes.
const WINDOWS: usize = 2_560;

const PASSWORD: &str = "test-password\n";

pub(super) fn run(program: &Program, python: &Python, report: &mut Report) {
    let mut setup = None;
    report.single("it starts, and is found", || {
        let (bus, daemon) = start()?;
        same(&program.say(&bus, "check")?, "there is a keyring")?;
        setup = Some((bus, daemon));
        Ok(())
    });
    // If it did not start, the row above has failed.
    let Some((bus, mut daemon)) = setup else {
        return;
    };
    records::run(&bus, program, python, WINDOWS, report);
    let sharing = Sharing {
        bus: &bus,
        program,
        python,
        user: None,
    };
    sharing.run(report);
    report.single("it is restarted: a running program continues", || {
        restarted(&bus, &mut daemon, program)
    });
    report.single("locked, and no prompt possible: an error at once", || {
        locked(&bus, program)
    });
    report.single("unlocked again: the token record is still there", || {
        daemon.kill();
        daemon = unlocked(&bus)?;
        same(&program.say(&bus, "load")?, "3000 bytes made from 6")
    });
    report.single("without a default collection: not available", || {
        without_collection(program)
    });
}

fn start() -> Result<(Bus, Running), Failure> {
    let bus = Bus::start()?;
    let daemon = unlocked(&bus)?;
    Ok((bus, daemon))
}

fn unlocked(bus: &Bus) -> Result<Running, Failure> {
    std::fs::create_dir_all(bus.home().join("data/keyrings"))?;
    let mut command = bus.command("gnome-keyring-daemon");
    command.args(["--unlock", "--components=secrets", "--foreground"]);
    bus.serve("gnome-keyring", command, PASSWORD, || bus.is_unlocked())
}

fn restarted(bus: &Bus, daemon: &mut Running, program: &Program) -> CheckResult {
    same(&program.say(bus, "save 3000 5")?, "saved")?;
    let mut running = program.begin(bus, "load-again")?;
    same(&running.line()?, "3000 bytes made from 5")?;
    daemon.kill();
    *daemon = unlocked(bus)?;
    same(&running.go_on()?, "3000 bytes made from 5")
}

fn locked(bus: &Bus, program: &Program) -> CheckResult {
    same(&program.say(bus, "limit=2560 save 3000 6")?, "saved")?;
    expect(&bus.lock(), &["object path"])?;
    for words in ["load", "save 100 7", "remove"] {
        let said = program.say(bus, words)?;
        expect(
            &said,
            &["failed:", "the keyring is locked", "unlock the keyring"],
        )?;
    }
    let said = program.say(bus, "credentials")?;
    expect(
        &said,
        &["entry app_id of /inaturalist, is not available because the keyring is locked"],
    )
}

/// The state before the first login.
fn without_collection(program: &Program) -> CheckResult {
    let bus = Bus::start()?;
    let mut command = bus.command("gnome-keyring-daemon");
    command.args(["--components=secrets", "--foreground"]);
    let response = || {
        bus.ask(
            "/org/freedesktop/secrets",
            "org.freedesktop.DBus.Peer.Ping",
            &[],
        )
    };
    let _daemon = bus.serve("gnome-keyring", command, "", || {
        response().contains("method return")
    })?;
    for words in ["load", "save 100 1"] {
        let said = program.say(&bus, words)?;
        expect(&said, &["no default collection", "create one"])?;
    }
    Ok(())
}
