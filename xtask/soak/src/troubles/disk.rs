//! A disk that is full, read-only, gone, and full again: a file store whose operations fail for a
//! while.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth_core::{Error, ErrorKind};
use auth_testkit::Rotation;
use keystore::File;
use worlds::Hooked;

use super::super::tested_service::TestedService;
use super::programs::{Counts, Programs};
use super::{Row, TroubleEnv, Wrong, note_logins_in_vain};
use crate::Stop;

/// The states of the disk, in their order, with the operations that fail.
const STATES: [(&str, &[&str]); 6] = [
    ("full", &["reserve", "save"]),
    ("full at the save", &["save"]),
    ("read-only", &["lease", "reserve", "save"]),
    ("with room", &[]),
    ("full at the save, again", &["save"]),
    ("gone", &["load", "lease", "reserve", "save"]),
];

/// The state in which nothing fails.
const WITH_ROOM: usize = 3;

/// A file store on a disk in this state.
fn on_disk(file: File, state: &Arc<AtomicUsize>) -> Hooked {
    let state = Arc::clone(state);
    Hooked::new(file, move |step| {
        let (name, broken) = STATES[state.load(Ordering::SeqCst)];
        let step = if step == "remove" { "save" } else { step };
        match broken.contains(&step) {
            true => {
                let words = format!("{step}: the disk is {name}");
                Err(Error::new(ErrorKind::Store, words))
            }
            false => Ok(()),
        }
    })
}

/// Both programs through all states. In each one the server revokes the access tokens once. Returns
/// also how often an account's tokens were found in memory only.
pub(super) fn run(time: Duration, wrong: &mut Wrong) -> Result<(Row, usize), Stop> {
    let name = "a disk that is full, read-only, full again, gone";
    let env = TroubleEnv::new(TestedService::InfoFlora, Rotation::KillFamily)?;
    let disk = Arc::new(AtomicUsize::new(WITH_ROOM));
    let programs = env.open(Arc::new(on_disk(env.store.clone(), &disk)))?;
    let mark = env.server.mark();
    let callers = programs.start(false);
    let part = time / u32::try_from(STATES.len() + 1).unwrap_or(1);
    let mut in_memory = 0;
    for state in std::iter::once(WITH_ROOM).chain(0..STATES.len()) {
        disk.store(state, Ordering::SeqCst);
        env.server.revoke_access_tokens();
        std::thread::sleep(part);
        in_memory += unsaved(&programs).len();
    }
    let counts: Counts = callers.counts();
    disk.store(WITH_ROOM, Ordering::SeqCst);
    callers.stop();
    note_logins_in_vain(name, &counts, wrong);
    let mut row = env.row(name, time, mark, counts, STATES.len() + 1);
    row.most = env.server.most_of_account(mark);
    check_saved(&programs, wrong);
    programs.end();
    env.server.revoke_access_tokens();
    env.check_alive(name, wrong)?;
    wrong.used_twice.extend(env.server.used_twice(mark));
    Ok((row, in_memory))
}

/// Checks that both programs have saved everything.
fn check_saved(programs: &Programs, wrong: &mut Wrong) {
    let settled = programs.settle();
    wrong
        .unsaved
        .extend(settled.err().map(|error| format!("{error:#}")));
    wrong.unsaved.extend(unsaved(programs));
}

/// The accounts whose tokens are in memory only, and why.
fn unsaved(programs: &Programs) -> Vec<String> {
    let mut found = Vec::new();
    for account in super::ACCOUNTS {
        for (world, session) in programs.account(account) {
            let status = session.status();
            if let Some(error) = status.ok().and_then(|status| status.unsaved) {
                found.push(format!("{account}, {world}: {error:#}"));
            }
        }
    }
    found
}
