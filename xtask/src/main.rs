//! The workspace's own tasks: `cargo xtask help` lists them.

mod bench;
mod conformance;
mod coverage;
mod demo;
mod features;
mod fuzz;
mod soak;
mod tidy;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

mod rig {
    //! The names that the tasks have for both worlds.
    pub(crate) use worlds::{
        AnyClient as Program, AnySession as Seat, MAX_WAIT, PendingCall as Calling, World as Rig,
    };
}

use support::{
    Outcome, Stop, Verdict, cargo, generated_doc, metadata, no_arguments, output, pip, root,
};

const HELP: &str = "\
cargo xtask <task>

  demo [OPTIONS]          the scenarios of both services on loopback: no account, no network
                          `cargo xtask demo --help` lists its options
  tidy                    checks the workspace's own rules, one line for each
  features                builds every crate without features, with each one alone, and with all
  fuzz                    the fuzz targets of auth-core, 60 s each; needs nightly and cargo-fuzz
  conformance [SERVER]    our flows against real servers, through both transports
                          SERVER: doorkeeper, oidc-provider, league, browser, stores, fleet, keyrings, all (default: all)
                          all writes docs/CONFORMANCE.md; --check compares it
                          --screenshots DIR: saves pictures of the listener's pages
  coverage [SERVICE]      what is known of a service's API, and how much of it is sent correctly
                          SERVICE: infoflora, inat, all (default: all); writes docs/COVERAGE-infoflora.md
                          --check compares it
                          inat DESCRIPTION: against iNaturalist's description of the API; writes api-inat/COVERAGE.md
                          without DESCRIPTION: compares that file
  bench [OPTIONS]         what our crates cost, beside the peers and the floor; writes docs/PERFORMANCE.md
                          --check: compares the figures that repeat with docs/performance-figures.txt; needs valgrind
                          `cargo xtask bench --help` lists its options
  soak [OPTIONS]          64 workers over both transports against a server that injects random faults:
                          [--minutes N | --seconds N] [--seed N] [--workers N] (default: 60 s); needs Linux
  help                    this text

Exit status: 0 success, 1 something failed, 2 wrong usage or a missing tool.";

fn main() -> ExitCode {
    support::exit(dispatch(env::args_os().skip(1).collect()))
}

fn dispatch(mut args: Vec<OsString>) -> Outcome {
    if args.is_empty() {
        return Err(Stop::Usage(format!("name a task\n\n{HELP}")));
    }
    let task = args.remove(0);
    match task.to_str() {
        Some("demo") => demo::run(args),
        Some("tidy") => tidy::run(args),
        Some("features") => features::run(args),
        Some("fuzz") => fuzz::run(args),
        Some("conformance") => conformance::run(args),
        Some("coverage") => coverage::run(args),
        Some("bench") => bench::run(args),
        Some("soak") => soak::run(args),
        Some("soak-workers") => soak::work(args),
        Some("soak-server") => soak::serve(args),
        Some("store-probe") => conformance::stores::probe(args),
        Some("fleet-store") => conformance::fleet::act(args),
        Some("store-worker") => conformance::stores::work(args),
        Some("help" | "-h" | "--help") => {
            output::line(HELP);
            Ok(Verdict::Passed)
        }
        _ => Err(Stop::Usage(format!(
            "unknown task `{}`\n\n{HELP}",
            task.display()
        ))),
    }
}
