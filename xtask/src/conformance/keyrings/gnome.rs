//! GNOME Keyring on a bus of its own, unlocked by its password as a login does it; nobody can be asked anything.

use super::bus::{Bus, Running};
use super::expect;
use super::program::Program;
use super::python::Python;
use super::records;
use super::same;
use super::sharing::Sharing;
use crate::conformance::report::{CheckResult, Failure, Report};

/// Windows' limit for an entry, in bytes.
const WINDOWS: usize = 2_560;

const PASSWORD: &str = "test-password\n";

pub(super) fn run(program: &Program, python: &Python, report: &mut Report) {
    let mut scene = None;
    report.single("it starts, and is found", || {
        let (bus, daemon) = start()?;
        same(&program.say(&bus, "check")?, "there is a keyring")?;
        scene = Some((bus, daemon));
        Ok(())
    });
    // What does not start has failed above.
    let Some((bus, mut daemon)) = scene else {
        return;
    };
    records::run(&bus, program, python, WINDOWS, report);
    let sharing = Sharing {
        bus: &bus,
        program,
        python,
        person: None,
    };
    sharing.run(report);
    report.single("it is started anew: a running program goes on", || {
        restarted(&bus, &mut daemon, program)
    });
    report.single("locked, and nobody to ask: an error at once", || {
        locked(&bus, program)
    });
    report.single("unlocked again: the record is still there", || {
        daemon.kill();
        daemon = unlocked(&bus)?;
        same(&program.say(&bus, "load")?, "3000 bytes made from 6")
    });
    report.single("without a default collection it is none", || {
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

/// As it is before anybody ever logged in.
fn without_collection(program: &Program) -> CheckResult {
    let bus = Bus::start()?;
    let mut command = bus.command("gnome-keyring-daemon");
    command.args(["--components=secrets", "--foreground"]);
    let asked = || {
        bus.ask(
            "/org/freedesktop/secrets",
            "org.freedesktop.DBus.Peer.Ping",
            &[],
        )
    };
    let _daemon = bus.serve("gnome-keyring", command, "", || {
        asked().contains("method return")
    })?;
    for words in ["load", "save 100 1"] {
        let said = program.say(&bus, words)?;
        expect(&said, &["no default collection", "create one"])?;
    }
    Ok(())
}
