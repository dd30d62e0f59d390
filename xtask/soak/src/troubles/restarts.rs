//! Ends and starts of both programs while their renewals are in flight. Tasks are cancelled at the
//! end; a thread cannot be, so it finishes the call that it is in.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use auth_testkit::{Fault, Matching, Rotation};

use super::super::seeded_random::Chance;
use super::super::tested_service::TestedService;
use super::programs::Counts;
use super::{ACCOUNTS, Row, TroubleEnv, Wrong, broken, note_logins_in_vain};
use crate::Stop;

/// What came of it.
pub(super) struct Restarts {
    pub(super) row: Row,
    pub(super) ends: usize,
    /// The ends at which a token request was in flight.
    pub(super) midway: usize,
    /// Logins that a later program had to renew with a password.
    pub(super) lost: usize,
    /// Refresh tokens that came more than once.
    pub(super) twice: usize,
}

/// Starts and ends both programs, again and again, each time with tokens that have expired. With
/// `settles`, a program waits for what is in flight at its end.
pub(super) fn run(time: Duration, settles: bool, wrong: &mut Wrong) -> Result<Restarts, Stop> {
    let name = match settles {
        true => "ends in mid-renewal, after settle() or close()",
        false => "ends in mid-renewal, without settle()",
    };
    let env = TroubleEnv::new(TestedService::InfoFlora, Rotation::KillFamily)?;
    let mut chance = Chance::new(7, u64::from(settles));
    let mut late = chance.clone();
    let slow = move || Some(Fault::Delay(late.millis(40, 160)));
    env.server.faults().choose(Matching::Token, slow);
    let mark = env.server.mark();
    let (mut ends, mut midway, mut lost) = (0, 0, 0);
    let mut counts = Counts::default();
    let began = Instant::now();
    while began.elapsed() < time {
        env.expire()?;
        let programs = env.open(Arc::new(env.store.clone()))?;
        let callers = programs.start(false);
        thread::sleep(chance.millis(20, 120));
        let end = SystemTime::now();
        let seen = callers.counts();
        callers.cancel();
        if settles {
            let settled = match ends % 2 {
                0 => programs.settle(),
                _ => programs.close(),
            };
            settled.map_err(broken)?;
        }
        programs.end();
        callers.join();
        ends += 1;
        midway += usize::from(env.server.was_renewing(mark, end));
        counts.calls += seen.calls;
        match settles {
            true => note_logins_in_vain(name, &seen, wrong),
            false if seen.asked.is_empty() => {}
            false => lost += heal(&env)?,
        }
    }
    // One renewal at each end, and the logins with which a lost one was replaced.
    let bound = ends + lost;
    let mut row = env.row(name, began.elapsed(), mark, counts, bound);
    row.most = env.server.most_of_account(mark);
    env.server.faults().clear();
    let used_twice = env.server.used_twice(mark);
    let twice = used_twice.len();
    if settles {
        env.check_alive(name, wrong)?;
        wrong.used_twice.extend(used_twice);
    } else {
        lost += heal(&env)?;
    }
    Ok(Restarts {
        row,
        ends,
        midway,
        lost,
        twice,
    })
}

/// Logs in again wherever it is needed. Returns how often.
fn heal(env: &TroubleEnv) -> Result<usize, Stop> {
    let programs = env.open(Arc::new(env.store.clone()))?;
    let mut healed = 0;
    for account in ACCOUNTS {
        let [(_, session), _] = programs.account(account);
        let status = session.status().map_err(broken)?;
        if status.needs_login() {
            programs.log_in(account).map_err(broken)?;
            healed += 1;
        }
    }
    programs.end();
    Ok(healed)
}
