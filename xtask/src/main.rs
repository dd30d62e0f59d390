//! The workspace's own tasks: `cargo xtask help` lists them.

mod demo;
mod features;
mod fuzz;
mod tidy;

use std::env;
use std::ffi::OsString;
use std::io;
use std::process::{Command, ExitCode};

use support::{Outcome, Stop, Verdict, cargo, metadata, no_arguments, output, root};

const HELP: &str = "\
cargo xtask <task>

  demo [OPTIONS]          the example programs of both services on loopback: no account, no network
                          `cargo xtask demo --help` lists its options
  tidy                    checks the workspace's own rules, one line for each
                          --pages DIR: checks the pages of `cargo doc` in DIR instead: links, badges of features
                          --types DIR: checks the public types that rustdoc describes there as JSON: traits, names
  features                builds every crate without features, with each one alone, and with all
  fuzz                    the fuzz targets of auth-core, 60 s each; needs nightly and cargo-fuzz
  conformance [SERVER]    our flows against real servers, through both transports
                          SERVER: doorkeeper, oidc-provider, league, browser, stores, fleet, keyrings, live, all (default: all)
                          all writes docs/CONFORMANCE.md; --check compares it
                          --screenshots DIR: saves pictures of the listener's pages
                          live SERVICE: asks the running service (inat, infoflora) with your login; writes docs/LIVE.md
                          [--browser [--redirect URI]] [--store DIR] [--write], or --no-account
  bench [OPTIONS]         what our crates cost, beside the peers and the floor; writes docs/PERFORMANCE.md
                          --check: compares the figures that repeat with docs/performance-figures.txt; needs valgrind
                          `cargo xtask bench --help` lists its options
  soak [OPTIONS]          64 workers over both transports against a server that injects random faults:
                          [--minutes N | --seconds N] [--seed N] [--workers N] (default: 60 s); needs Linux
  help                    this text

Exit status: 0 success, 1 something failed, 2 wrong usage or a missing tool.";

/// The tasks that are packages of their own.
const PACKAGES: [(&str, &str); 3] = [
    ("bench", "bench-runner"),
    ("conformance", "conformance"),
    ("soak", "soak"),
];

fn main() -> ExitCode {
    let args: Vec<_> = env::args_os().skip(1).collect();
    let task = args.first().and_then(|arg| arg.to_str());
    let known = PACKAGES.iter().find(|(name, _)| task == Some(*name));
    match known {
        Some((_, name)) => package(name, &args[1..]),
        None => support::exit(dispatch(args)),
    }
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

/// Runs a task that is a package of its own, so that the others are built without what it needs.
/// Its exit status is this one's.
fn package(name: &str, args: &[OsString]) -> ExitCode {
    let built = cargo()
        .args(["build", "--quiet", "--workspace", "--bin", name])
        // With an example, cargo chooses the features that `cargo test --workspace` has built.
        .args(["--example", "own_store"])
        .status();
    let ended = match built {
        // The folder stays the user's, whose arguments may be paths.
        Ok(status) if status.success() => program(name).and_then(|mut it| it.args(args).status()),
        other => other,
    };
    match ended {
        Ok(status) => {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            ExitCode::from(code.unwrap_or(1))
        }
        Err(error) => support::exit(Err(Stop::Missing(format!("cannot run {name}: {error}")))),
    }
}

/// The program beside this one.
fn program(name: &str) -> io::Result<Command> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    Ok(Command::new(env::current_exe()?.with_file_name(file)))
}
