//! `cargo xtask soak`: a long run. Two processes full of workers, over both transports, at a server that fails at random.
//!
//! ```text
//!   soak ──┬── soak-server   Info Flora's service as league, iNaturalist's as Doorkeeper with API tokens; tells of every request
//!          ├── soak-crew 1   16 threads over ureq, 16 tasks over reqwest ─┬─ a file store that both share, and memory of their own
//!          └── soak-crew 2   the same                                     ┘
//! ```
//!
//! Tokens live two seconds, so that nearly every call meets a renewal, its own or another's. The server holds answers back, resets
//! connections before and after the work, answers 500, 503, 429 and web pages, cuts bodies short and loses answers, by a seed that is
//! printed. Of each request it tells what it was for, whose, how it was spoilt and what came of it; the workers tell of each error. The
//! master puts both beside each other, and knows nothing else:
//!
//! - An error has to be the one that a fault of its own requests, or of its account's token requests in its time, is to be told as.
//! - A needed login has to follow a renewal whose answer the server kept to itself, and no new login (`logins.rs`).
//! - No refresh token serves twice, no two token requests of an account meet, no young token is renewed without a reason (`needless.rs`),
//!   no renewal that may have arrived is repeated before somebody was told, no dead login is tried twice within a minute by one program, no
//!   write is done twice, no response is for somebody else or nobody, no
//!   error shows a secret.
//!
//! **Memory** is compared with that of minute 2, or of half the run where it is shorter than four minutes. At rest the heap: bytes that
//! were asked for and not given back, by a counting allocator; at most 1.05 times as many, and in fact they are equal. At rest, too, what
//! Linux counts as the process's own (`RssAnon`), which would show what no allocator counts: at most 1.05 times as much, or 1 MiB more. Of
//! its 4 to 6 MiB the heap is 0.7; the rest are stacks, and gaps that the allocator gives back to the system or keeps as it happens. So this
//! one is checked in long runs only, and the workers make only a quarter of their pauses in the first half of the time before the first
//! moment, so that gaps and stacks have seen their worst by then. Both under load (`RssAnon` as the median of the last seconds before
//! either moment) are shown and not checked: they say how many requests happened to be on their way.
//!
//! **Rest**, for handles, threads and the heap: the workers pause, renewals that go on by themselves end, each account is used once in both
//! worlds, one after the other, and the server hangs up. reqwest drops a connection at once whose other side hangs up. ureq finds out at its
//! next call, so that one dead connection for each service is left in its pool, at both moments; to have no more, the server hangs up once
//! before these calls as well. A thread of tokio's blocking pool that has nothing to do ends after half a second here, not after ten.

mod child;
mod evidence;
mod fault_checker;
mod fault_class;
mod heap;
mod lines;
mod logins;
mod needless;
mod progress_counter;
mod reading;
mod run;
mod seeded_random;
mod server;
mod summary;
mod tested_service;
mod worker;
mod worker_pool;

use std::ffi::OsString;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lexopt::{Arg, ValueExt};

pub(crate) use server::serve;
pub(crate) use worker_pool::work;

use crate::{Outcome, Stop, Verdict, output};

const HELP: &str = "\
cargo xtask soak [--minutes N | --seconds N] [--seed N] [--workers N]

  --seconds N   how long the workers work (default: 60)
  --minutes N   the same, in minutes
  --seed N      what the faults are drawn by; printed, so that a run can be repeated as far as threads allow
  --workers N   how many there are (default: 64): half are threads over ureq, half are tasks over reqwest

Needs Linux, whose /proc tells of memory, handles and threads.";

/// What was asked for.
struct Options {
    seconds: u64,
    seed: u64,
    workers: u64,
}

/// The shortest run that tells anything.
const SHORTEST: u64 = 10;

/// The moment that the end of a run is compared with, in a long one.
const MINUTE_2: u64 = 120;

pub(crate) fn run(args: Vec<OsString>) -> Outcome {
    let Some(options) = Options::parse(args)? else {
        output::line(HELP);
        return Ok(Verdict::Passed);
    };
    output::line(format_args!(
        "soak: {}, seed {}, {} workers in {} processes, half of them threads over ureq, half tasks over reqwest; {} accounts",
        summary::long(Duration::from_secs(options.seconds)),
        options.seed,
        options.workers,
        tested_service::CREWS,
        2 * tested_service::users().len(),
    ));
    let came = run::Run::start(&options)?.go(&options)?;
    Ok(Verdict::of(summary::tell(&came, &options)))
}

impl Options {
    /// `None` where help was asked for.
    fn parse(args: Vec<OsString>) -> Result<Option<Self>, Stop> {
        let mut options = Self {
            seconds: 60,
            seed: by_the_clock(),
            workers: 64,
        };
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("seconds") => options.seconds = parser.value()?.parse()?,
                Arg::Long("minutes") => {
                    let minutes: u64 = parser.value()?.parse()?;
                    options.seconds = minutes.saturating_mul(60);
                }
                Arg::Long("seed") => options.seed = parser.value()?.parse()?,
                Arg::Long("workers") => options.workers = parser.value()?.parse()?,
                Arg::Long("help") | Arg::Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        if options.seconds < SHORTEST {
            let words = format!("a run of less than {SHORTEST} s tells nothing");
            return Err(Stop::Usage(words));
        }
        if !(4..=1000).contains(&options.workers) {
            let words = "4 to 1000 workers: one of each kind in each process, and no more than a machine bears";
            return Err(Stop::Usage(words.to_owned()));
        }
        Ok(Some(options))
    }

    fn is_short(&self) -> bool {
        self.seconds < 2 * MINUTE_2
    }

    /// The second that the end is compared with.
    fn reference(&self) -> u64 {
        match self.is_short() {
            true => self.seconds / 2,
            false => MINUTE_2,
        }
    }
}

fn by_the_clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| u64::from(now.subsec_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_and_beside_what() {
        let check = |args: &[&str], expect: Option<(u64, u64, u64)>| {
            let args = args.iter().map(OsString::from).collect();
            let parsed = Options::parse(args).ok().flatten();
            let told = parsed.map(|it| (it.seconds, it.workers, it.reference()));
            assert_eq!(told, expect);
        };
        check(&[], Some((60, 64, 30)));
        check(&["--minutes", "30"], Some((1800, 64, 120)));
        check(&["--seconds", "239"], Some((239, 64, 119)));
        check(&["--seconds", "240", "--workers", "8"], Some((240, 8, 120)));
        check(&["--seconds", "9"], None);
        check(&["--workers", "3"], None);
        check(&["--hours", "1"], None);
    }
}
