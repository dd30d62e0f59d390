//! Token records in a keyring: their sizes, whole and in parts; the lease; the store's callers.

use super::bus::Bus;
use super::program::Program;
use super::{expect, python, same};
use crate::keyrings::python::Python;
use crate::report::{CheckResult, Report};

/// Saves token records whole, and in entries of at most `limit` bytes.
pub(super) fn run(
    bus: &Bus,
    program: &Program,
    python: &Python,
    limit: usize,
    report: &mut Report,
) {
    let say = |words: &str| program.say(bus, words);
    report.single("a token record that is not there", || {
        same(&say("load")?, "nothing")
    });
    for (name, bytes) in [("100 B", "100"), ("3 kB", "3000"), ("100 kB", "100000")] {
        report.single(
            &format!("a token record of {name}, whole and in parts"),
            || {
                let length: usize = bytes.parse()?;
                // If a record takes more than one entry, the head contains none of it.
                let parts = match length + 100 < limit {
                    true => 1,
                    false => 1 + length.div_ceil(limit),
                };
                for (seed, limit, entries) in
                    [(7, 2_000_000, 1), (8, limit, parts), (9, 2_000_000, 1)]
                {
                    same(
                        &say(&format!("limit={limit} save {bytes} {seed}"))?,
                        "saved",
                    )?;
                    // A reader does not need to know the limit.
                    same(&say("load")?, &format!("{bytes} bytes made from {seed}"))?;
                    items(bus, python, "keystore-example", entries)?;
                }
                same(&say("remove")?, "removed")?;
                same(&say("load")?, "nothing")?;
                items(bus, python, "keystore-example", 0)
            },
        );
    }
    report.single("from a plain thread, and from within a runtime", || {
        for (seed, how) in ["plain", "current_thread", "spawn_blocking"]
            .iter()
            .enumerate()
        {
            same(&say(&format!("on={how} save 50 {seed}"))?, "saved")?;
            let found = say(&format!("on={how} load"))?;
            same(&found, &format!("50 bytes made from {seed}"))?;
        }
        same(&say("remove")?, "removed")
    });
    report.single("one lease for two processes, freed by a kill", || {
        let mut holder = program.begin(bus, "hold")?;
        same(&holder.line()?, "held")?;
        expect(&say("save 100 1")?, &["another program has the lease"])?;
        same(&say("load")?, "nothing")?;
        holder.process.kill();
        same(&say("save 100 2")?, "saved")?;
        same(&say("remove")?, "removed")
    });
}

/// Checks that this many items of this service are in the keyring.
pub(super) fn items(bus: &Bus, python: &Python, service: &str, count: usize) -> CheckResult {
    let found = python.run(bus, python::ITEMS, &[service])?;
    let number = found.split(' ').next().unwrap_or_default();
    same(number, &count.to_string())
}
