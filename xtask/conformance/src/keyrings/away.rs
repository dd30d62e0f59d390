//! Without a keyring: no bus, a bus that has ended, a bus without a service, and a service that
//! never responds.

use std::process::Command;
use std::time::{Duration, Instant};

use super::bus::{self, Bus};
use super::expect;
use super::program::Program;
use super::python::{self, Python};
use crate::report::{CheckResult, Report};

pub(super) fn run(program: &Program, python: &Python, report: &mut Report) {
    let folder = tempfile::tempdir();
    let at_home = |address: Option<&str>| {
        let folder = folder.as_ref().map_err(ToString::to_string)?;
        let mut command = bus::at_home(program.path(), folder.path());
        if let Some(address) = address {
            command.env("DBUS_SESSION_BUS_ADDRESS", address);
        }
        Ok::<Command, String>(command)
    };
    report.single("no session bus", || {
        for words in ["check", "load", "save 100 1"] {
            let said = program.said(at_home(None)?, words)?;
            expect(&said, &["there is no session bus", "file store"])?;
        }
        let said = program.said(at_home(None)?, "credentials")?;
        let words = [
            "not available because there is no session bus",
            "INAT_APP_ID",
        ];
        expect(&said, &words)
    });
    report.single("an address without a listener", || {
        let bus = Bus::start()?;
        let address = bus.address().to_owned();
        drop(bus);
        let said = program.said(at_home(Some(&address))?, "load")?;
        expect(&said, &["there is no session bus", "file store"])
    });
    report.single(
        "credentials from the environment: no keyring required",
        || {
            let mut command = at_home(None)?;
            command.env("INAT_APP_ID", "id");
            let said = program.said(command, "credentials")?;
            expect(
                &said,
                &["client id: 2 bytes from the variable INAT_APP_ID", "[]"],
            )
        },
    );
    report.single("a bus without a keyring", || {
        let bus = Bus::start()?;
        for words in ["check", "load", "save 100 1"] {
            let said = program.say(&bus, words)?;
            expect(&said, &["no program on the session bus", "KeePassXC"])?;
        }
        Ok(())
    });
    report.single("a keyring that never responds: an error in time", || {
        silent(program, python)
    });
}

fn silent(program: &Program, python: &Python) -> CheckResult {
    let bus = Bus::start()?;
    let service = python.command(&bus, python::SILENCE, &[]);
    let owned = || {
        let names = bus
            .command("dbus-send")
            .args([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/",
            ])
            .args([
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            ])
            .output();
        names.is_ok_and(|names| String::from_utf8_lossy(&names.stdout).contains("boolean true"))
    };
    let _service = bus.serve_holding_input("silence", service, owned)?;
    let began = Instant::now();
    for words in ["check", "load", "save 100 1"] {
        let said = program.say(&bus, &format!("timeout=300 {words}"))?;
        expect(&said, &["did not respond within 0.3 s", "try again"])?;
    }
    match began.elapsed() < Duration::from_secs(20) {
        true => Ok(()),
        false => Err(format!("it took {} s", began.elapsed().as_secs()).into()),
    }
}
