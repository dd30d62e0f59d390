//! `cargo xtask soak`: a long run. Two processes of workers, over both transports, against a server
//! that injects random faults.
//!
//! ```text
//!   soak ──┬── soak-server      Info Flora's service as league, iNaturalist's as Doorkeeper with API tokens; reports every request
//!          ├── soak-workers 1   16 threads over ureq, 16 tasks over reqwest ─┬─ a file store that both share, and a memory of their own
//!          └── soak-workers 2   the same                                     ┘
//! ```
//!
//! Tokens are valid for five seconds, so many calls meet a renewal, their own or another's. (Of
//! tokens that last less, a program renews one in 5 s: the troubles have those.)
//! The server delays responses, resets connections before and after the work, responds with 500,
//! 503, 429 and HTML pages, truncates bodies and loses responses, by a seed that is printed. For
//! each request it reports the purpose, the account, the fault and the result; the workers report
//! each error. The master compares the two and has no other source:
//!
//! - An error has to be the one that belongs to a fault of its own requests, or of its account's
//!   token requests at that time.
//! - `NeedsLogin` has to follow a renewal whose response the server lost, with no new login between
//!   (`logins.rs`).
//! - No refresh token is used twice, no two token requests of an account overlap, no fresh token is
//!   renewed without a reason (`needless.rs`). No renewal that may have arrived is repeated before
//!   an error is returned, no invalid login is tried twice within a minute by one program, no write
//!   is duplicated, no response is anonymous or for another user, and no error exposes a secret.
//!
//! **Memory** is compared with that of minute 2, or of half the run if it is shorter than four
//! minutes. At rest the heap is compared: bytes allocated and not freed, by a counting allocator;
//! at most 1.05 times as many, and in practice they are equal. Also at rest, what Linux counts as
//! the process's own (`RssAnon`), which shows what no allocator counts: at most 1.05 times as much,
//! or 1 MiB more. Of its 4 to 6 MiB the heap is 0.7; the rest are stacks, and gaps that the
//! allocator returns to the system or keeps. This check therefore runs in long runs only. The
//! workers make only a quarter of their pauses in the first half of the time before the first
//! moment, so that gaps and stacks reach their maximum by then. Both values under load (`RssAnon`
//! as the median of the last seconds before either moment) are shown and not checked: they depend
//! on how many requests are in flight.
//!
//! **Rest**, for handles, threads and the heap: the workers pause, background renewals end, each
//! account is used once in both worlds, one after the other, and the server closes its connections.
//! reqwest drops a closed connection at once. ureq notices at its next call, so one closed
//! connection for each service is left in its pool, at both moments. To leave no more, the server
//! also closes its connections before these calls. An idle thread of tokio's blocking pool ends
//! after half a second here instead of ten.
//!
//! **Before that**, and alone with `--troubles`, the same number of callers meet troubles that
//! last: see `troubles/mod.rs`.

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
mod troubles;
mod worker;
mod worker_pool;

use std::env::args_os;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lexopt::{Arg, ValueExt};

use support::{Outcome, Stop, Verdict, output};

const HELP: &str = "\
cargo xtask soak [--minutes N | --seconds N] [--seed N] [--workers N]
cargo xtask soak --troubles [--minutes N | --seconds N]

  --seconds N   how long the workers work (default: 60)
  --minutes N   the same, in minutes
  --seed N      what the faults are drawn by; printed, so that a run can be repeated as far as threads allow
  --workers N   how many there are (default: 64): half are threads over ureq, half are tasks over reqwest
  --troubles    steady troubles instead, for so long each (default: 60): a token endpoint that always fails, an API that rejects every token, a full disk, ends in mid-renewal.
                A run without it begins with 3 s of each

Needs Linux: memory, handles and threads are read from /proc.";

/// The options of the command line.
struct Options {
    seconds: u64,
    seed: u64,
    workers: u64,
    troubles: bool,
}

/// How long each trouble takes before the long run, in seconds.
const BRIEFLY: u64 = 3;

/// The shortest run that is useful, in seconds.
const SHORTEST: u64 = 10;

/// The second that the end of a long run is compared with.
const MINUTE_2: u64 = 120;

fn main() -> ExitCode {
    support::exit(dispatch(args_os().skip(1).collect()))
}

/// Runs the soak, or is one of the processes that it starts.
fn dispatch(mut args: Vec<OsString>) -> Outcome {
    let process = match args.first().and_then(|arg| arg.to_str()) {
        Some("soak-workers") => worker_pool::work,
        Some("soak-server") => server::serve,
        _ => return run(args),
    };
    args.remove(0);
    process(args)
}

fn run(args: Vec<OsString>) -> Outcome {
    let Some(options) = Options::parse(args)? else {
        output::line(HELP);
        return Ok(Verdict::Passed);
    };
    let mut summary = summary::Summary::default();
    if options.troubles {
        troubles::run(&mut summary, options.seconds)?;
        return Ok(Verdict::of(summary.close(options.seconds)));
    }
    troubles::run(&mut summary, BRIEFLY)?;
    output::line(format_args!(
        "\nsoak: {}, seed {}, {} workers in {} processes, half of them threads over ureq, half tasks over reqwest; {} accounts",
        summary::long(Duration::from_secs(options.seconds)),
        options.seed,
        options.workers,
        tested_service::PROCESSES,
        2 * tested_service::users().len(),
    ));
    let result = run::Run::start(&options)?.go(&options)?;
    Ok(Verdict::of(summary::tell(summary, &result, &options)))
}

impl Options {
    /// Returns `None` if the user requests the help.
    fn parse(args: Vec<OsString>) -> Result<Option<Self>, Stop> {
        let mut options = Self {
            seconds: 60,
            seed: by_the_clock(),
            workers: 64,
            troubles: false,
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
                Arg::Long("troubles") => options.troubles = true,
                Arg::Long("help") | Arg::Short('h') => return Ok(None),
                other => return Err(other.unexpected().into()),
            }
        }
        let shortest = if options.troubles { BRIEFLY } else { SHORTEST };
        if options.seconds < shortest {
            let words = format!("a run must take at least {shortest} s");
            return Err(Stop::Usage(words));
        }
        if !(4..=1000).contains(&options.workers) {
            let words = "the number of workers must be 4 to 1000: one of each kind in each process";
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
    fn duration_and_reference() {
        let check = |args: &[&str], expect: Option<(u64, u64, u64)>| {
            let args = args.iter().map(OsString::from).collect();
            let parsed = Options::parse(args).ok().flatten();
            let report = parsed.map(|it| (it.seconds, it.workers, it.reference()));
            assert_eq!(report, expect);
        };
        check(&[], Some((60, 64, 30)));
        check(&["--minutes", "30"], Some((1800, 64, 120)));
        check(&["--seconds", "239"], Some((239, 64, 119)));
        check(&["--seconds", "240", "--workers", "8"], Some((240, 8, 120)));
        check(&["--seconds", "9"], None);
        check(&["--workers", "3"], None);
        check(&["--troubles", "--seconds", "3"], Some((3, 64, 1)));
        check(&["--troubles", "--seconds", "2"], None);
        check(&["--hours", "1"], None);
    }
}
