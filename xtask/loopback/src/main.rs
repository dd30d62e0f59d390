//! `cargo xtask demo`: our services at test servers on this machine.

#[path = "../../src/demo/mod.rs"]
mod demo;

use std::env::args_os;
use std::ffi::OsString;
use std::process::ExitCode;

use support::{Outcome, Stop, Verdict, cargo, generated_doc, output, root};

mod rig {
    //! The names of both worlds here.
    pub(crate) use worlds::{
        AnyClient as Program, AnySession as Seat, MAX_WAIT, PendingCall as Calling, World as Rig,
    };
}

fn main() -> ExitCode {
    support::exit(dispatch(args_os().skip(1).collect()))
}

fn dispatch(mut args: Vec<OsString>) -> Outcome {
    let task = match args.first().and_then(|arg| arg.to_str()) {
        Some("demo") => demo::run,
        _ => return Err(Stop::Usage("name a task: demo".to_owned())),
    };
    args.remove(0);
    task(args)
}
