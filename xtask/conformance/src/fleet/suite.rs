//! The promises of a store, by auth-testkit's suite, with processes of its own.

use std::ffi::OsString;
use std::process::Command;

use auth_core::Error;
use auth_testkit::store_suite::{self, StoreSuite};

use super::engine::{Engine, Opened};
use crate::report::{CheckResult, Report};
use crate::{Outcome, Stop, Verdict};

/// The task's name.
const TASK: &str = "fleet-store";

pub(super) fn run(engine: &Engine, report: &mut Report) {
    report.single("the store suite, with processes", || suite(engine));
}

fn suite(engine: &Engine) -> CheckResult {
    let namespace = engine.namespace()?;
    let program = std::env::current_exe()?;
    // Each handle is a program that has just started.
    let open = || -> Opened { engine.open(&namespace).expect("the engine runs") };
    let other = || {
        let mut command = Command::new(&program);
        command.args([TASK, &engine.url(), &namespace]);
        command
    };
    let failures = StoreSuite::new(open).with_other_process(other).failures();
    match failures.is_empty() {
        true => Ok(()),
        false => {
            let all: Vec<_> = failures.iter().map(ToString::to_string).collect();
            Err(all.join("; ").into())
        }
    }
}

/// `conformance fleet-store URL NAMESPACE`: a process of the suite.
pub(crate) fn act(args: Vec<OsString>) -> Outcome {
    let [url, namespace] = &args[..] else {
        return Err(Stop::Usage(format!("{TASK} URL NAMESPACE")));
    };
    let open = || super::open(url, &namespace.to_string_lossy());
    let store = open().map_err(|error: Error| Stop::Failed(error.to_string()))?;
    store_suite::act(|| store);
    Ok(Verdict::Passed)
}
