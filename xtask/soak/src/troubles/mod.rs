//! `cargo xtask soak --troubles`: 64 callers at each kind of trouble, for some seconds each.
//!
//! Two programs share a file store and, unless a row says otherwise, its accounts: 32 threads over
//! ureq, 32 tasks over reqwest.
//! They start with tokens that have expired. A trouble is
//!
//! - a token endpoint, or the derivation of a token, that always fails, or whose tokens are brief
//!   (`table.rs`),
//! - an API that rejects every token,
//! - a disk that is full, read-only, gone, and full again (`disk.rs`),
//! - ends and starts of both programs in mid-renewal (`restarts.rs`),
//! - 10,000 accounts whose tokens have expired, used at once (`crowd.rs`).
//!
//! For each one the table shows calls and requests in a minute, and the most token requests that
//! one account of one program sent, beside the bound that ARCHITECTURE.md states (with a full disk
//! and with restarts: of one account, however many programs). The checks:
//!
//! - The bound holds, and the server was asked at all.
//! - No token request comes before the `Retry-After` of the one before.
//! - No login is lost that the server did not end: after the trouble each account works in both
//!   worlds without a person. Pauses of up to hours hold for the clients that met the trouble, so
//!   new clients on the same store show this; where the server refused the login, after the stored
//!   verdict has been moved an hour back, as a program that starts later finds it.
//! - No caller gets "login needed" unless the server refused one.
//! - While a token endpoint is not asked, each error says how long.
//! - With a full disk and with restarts, no refresh token is used twice: the server ends a login
//!   whose refresh token comes back. A program that ends without `settle()` may lose logins, which
//!   are counted apart.

mod crowd;
mod disk;
mod programs;
mod restarts;
mod table;
mod watched_server;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use auth_core::{AccountKey, Error, Store, TokenKind};
use auth_testkit::Rotation;
use keystore::File;
use support::table::{Width, line};
use worlds::stored;

use super::summary::Summary;
use super::tested_service::TestedService;
use crate::Stop;
use programs::{Counts, Programs};
use table::{Course, Trouble};
use watched_server::{Mark, WatchedServer};

/// The accounts.
const ACCOUNTS: [&str; 4] = ["shared-0", "shared-1", "shared-2", "shared-3"];

/// What all troubles together have shown to be wrong, in a list for each check.
#[derive(Default)]
struct Wrong {
    too_soon: Vec<String>,
    lost: Vec<String>,
    asked_in_vain: Vec<String>,
    used_twice: Vec<String>,
    unsaved: Vec<String>,
    untimed: Vec<String>,
}

impl Wrong {
    fn extend(&mut self, other: Self) {
        self.too_soon.extend(other.too_soon);
        self.lost.extend(other.lost);
        self.asked_in_vain.extend(other.asked_in_vain);
        self.used_twice.extend(other.used_twice);
        self.unsaved.extend(other.unsaved);
        self.untimed.extend(other.untimed);
    }
}

/// How many troubles run at the same time, each with a server and 64 callers of its own. Most of
/// them wait.
const AT_ONCE: usize = 4;

/// One row of the table.
struct Row {
    name: String,
    time: Duration,
    counts: Counts,
    token: usize,
    api: usize,
    /// The most token requests of one account of one program, and how many are allowed.
    most: usize,
    bound: usize,
}

/// Its columns: the verdict, the name, and four figures.
const COLUMNS: [Width; 6] = [
    Width::Left(8),
    Width::Left(48),
    Width::Right(12),
    Width::Right(12),
    Width::Right(12),
    Width::Right(14),
];

/// Runs all troubles, each for so many seconds.
pub(super) fn run(summary: &mut Summary, seconds: u64) -> Result<(), Stop> {
    let time = Duration::from_secs(seconds);
    let mut wrong = Wrong::default();
    let name = format!("troubles, {seconds} s each; in a minute:");
    let heading = [&name, "calls", "token req.", "API req.", "most / bound"];
    summary.heading(&line(
        &[&[Width::Left(56)], &COLUMNS[2..]].concat(),
        heading,
    ));
    for some in table::troubles().chunks(AT_ONCE) {
        for result in at_once(some, time) {
            let (row, found) = result?;
            tell(summary, &row);
            wrong.extend(found);
        }
    }
    let (row, in_memory) = disk::run(time, &mut wrong)?;
    tell(summary, &row);
    let settled = restarts::run(time, true, &mut wrong)?;
    tell(summary, &settled.row);
    let dropped = restarts::run(time, false, &mut wrong)?;
    tell(summary, &dropped.row);
    summary.heading("after the troubles");
    let ends = "ends of the programs, of these in mid-renewal";
    summary.figure(ends, format!("{} / {}", settled.ends, settled.midway));
    summary.figure(
        "  without settle()",
        format!("{} / {}", dropped.ends, dropped.midway),
    );
    summary.figure("  logins lost without settle()", dropped.lost);
    summary.figure(
        "  refresh tokens used twice without settle()",
        dropped.twice,
    );
    let midway = settled.midway.min(dropped.midway);
    summary.check("both kinds of ends met a renewal", midway, midway > 0);
    summary.check(
        "accounts seen in memory only, while the disk failed",
        in_memory,
        in_memory > 0,
    );
    summary.none("errors without the time that is left", &wrong.untimed);
    summary.none(
        "token requests before the server's Retry-After",
        &wrong.too_soon,
    );
    summary.none("logins lost that the server did not end", &wrong.lost);
    summary.none("logins asked for in vain", &wrong.asked_in_vain);
    summary.none("refresh tokens used twice", &wrong.used_twice);
    summary.none(
        "tokens left in memory once the disk has room",
        &wrong.unsaved,
    );
    crowd::run(summary)
}

/// Runs some troubles at the same time.
fn at_once(some: &[Trouble], time: Duration) -> Vec<Result<(Row, Wrong), Stop>> {
    thread::scope(|scope| {
        let start = |trouble| scope.spawn(move || endpoint(trouble, time));
        let all: Vec<_> = some.iter().map(start).collect();
        let panicked = |_| Err(Stop::Failed("a trouble panicked".to_owned()));
        all.into_iter()
            .map(|one| one.join().unwrap_or_else(panicked))
            .collect()
    })
}

fn tell(summary: &mut Summary, row: &Row) {
    let seconds = row.time.as_secs_f64().max(0.001);
    let minute = |count: usize| format!("{:.0}", count as f64 * 60.0 / seconds);
    let cells = [
        row.name.clone(),
        minute(row.counts.calls),
        minute(row.token),
        minute(row.api),
        format!("{} / {}", row.most, row.bound),
    ];
    let holds = (1..=row.bound).contains(&row.most) && row.counts.calls > 0;
    summary.row(&COLUMNS, cells, holds);
}

/// A server, a store in a folder, and a login for each account whose token has expired.
struct TroubleEnv {
    server: WatchedServer,
    store: File,
    _folder: tempfile::TempDir,
}

impl TroubleEnv {
    fn new(place: TestedService, rotation: Rotation) -> Result<Self, Stop> {
        let failed =
            |error: std::io::Error| Stop::Failed(format!("cannot start a trouble: {error}"));
        let server = WatchedServer::start(place, rotation, &ACCOUNTS).map_err(failed)?;
        let folder = tempfile::tempdir().map_err(failed)?;
        let store = File::open(folder.path().join("store")).map_err(broken)?;
        let env = Self {
            server,
            store,
            _folder: folder,
        };
        let programs = env.open(Arc::new(env.store.clone()))?;
        for account in ACCOUNTS {
            programs.log_in(account).map_err(broken)?;
        }
        env.expire()?;
        Ok(env)
    }

    fn open(&self, store: Arc<dyn Store>) -> Result<Programs, Stop> {
        Programs::open(&self.server, store)
    }

    /// Moves the login tokens two hours back, past their expiry. Takes away the derived ones.
    fn expire(&self) -> Result<(), Stop> {
        self.each(|store, key| {
            stored::age_token(store, key, TokenKind::Login, 7200)?;
            stored::change(store, key, |record| {
                record
                    .as_object_mut()
                    .map(|record| record.remove("derived"));
            })
        })
    }

    /// Moves the verdicts of the service an hour back.
    fn age_the_verdicts(&self) -> Result<(), Stop> {
        self.each(stored::age_verdicts)
    }

    fn each(&self, change: fn(&File, &AccountKey) -> Result<(), Error>) -> Result<(), Stop> {
        let service = self.server.service("threads").map_err(broken)?;
        let mut keys = ACCOUNTS.iter().map(|account| service.account_key(account));
        keys.try_for_each(|key| change(&self.store, &key).map_err(broken))
    }

    /// Checks that each account works in both worlds of new programs on the same store.
    fn check_alive(&self, name: &str, wrong: &mut Wrong) -> Result<(), Stop> {
        let programs = self.open(Arc::new(self.store.clone()))?;
        for (world, account, error) in programs.touch() {
            wrong
                .lost
                .push(format!("{name}: {account}, {world}: {error:#}"));
        }
        programs.end();
        Ok(())
    }

    /// Makes the row of what happened since the mark.
    fn row(&self, name: &str, time: Duration, mark: Mark, counts: Counts, bound: usize) -> Row {
        Row {
            name: name.to_owned(),
            time,
            counts,
            token: self.server.token_requests(mark),
            api: self.server.api_requests(mark),
            most: self.server.most(mark),
            bound,
        }
    }
}

/// One trouble of the token endpoint or the API.
fn endpoint(trouble: &Trouble, time: Duration) -> Result<(Row, Wrong), Stop> {
    let mut wrong = Wrong::default();
    let env = TroubleEnv::new(trouble.place, trouble.rotation)?;
    let programs = env.open(Arc::new(env.store.clone()))?;
    let faults = env.server.faults();
    faults.always(trouble.matching.clone(), trouble.fault.clone());
    let mark = env.server.mark();
    let counts = programs.call(time, trouble.is_apart());
    let row = env.row(&trouble.name, time, mark, counts, trouble.bound(time));
    faults.clear();
    if let Course::RetryAfter(wait) = trouble.course {
        let soon = env.server.sooner_than(mark, Duration::from_secs(wait));
        wrong.too_soon.extend(
            soon.into_iter()
                .map(|text| format!("{}: {text}", trouble.name)),
        );
    }
    if !trouble.is_refusal() {
        note_logins_in_vain(&trouble.name, &row.counts, &mut wrong);
    }
    if trouble.has_a_pause() {
        let texts = row.counts.untimed.iter();
        let texts = texts.map(|text| format!("{}: {text}", trouble.name));
        wrong.untimed.extend(texts);
    }
    programs.end();
    env.age_the_verdicts()?;
    env.check_alive(&trouble.name, &mut wrong)?;
    Ok((row, wrong))
}

/// Notes callers that were told to log in.
fn note_logins_in_vain(name: &str, counts: &Counts, wrong: &mut Wrong) {
    let asked = &counts.asked;
    wrong
        .asked_in_vain
        .extend(asked.iter().map(|text| format!("{name}: {text}")));
}

fn broken(error: Error) -> Stop {
    Stop::Failed(format!("{error:#}"))
}
