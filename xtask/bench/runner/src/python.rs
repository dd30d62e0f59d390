//! pyinaturalist from pip beside ours: a whole iNaturalist login as a process, and a page of
//! observations.

use std::path::PathBuf;
use std::process::Command;

use super::Depth;
use super::measured::Measured;
use super::observations::PAGE;
use super::programs::{command, folder, pairs};
use super::workspace::{BenchWorkspace, Lines};
use crate::{Stop, output, pip};

/// The package, at its newest version when this was written.
pub(super) const PACKAGE: &str = "pyinaturalist==0.21.1";

/// The number of pairs; the median counts.
const PAIRS: usize = 15;

/// What its user writes to log in, with the server's address, and the peak memory of the process,
/// in KiB.
const LOGIN: &str = "
import sys
import pyinaturalist.auth as auth
auth.API_V0 = sys.argv[1]
token = auth.get_access_token(
    username='alice', password='correct horse',
    app_id='33f27dc63bdf27f4ca6cd95dd9dcd5df91fdcd5f', app_secret='bbce628be722bfe2abd5fc566ba83d4ff32a9a1a',
    refresh=True)
assert token
print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM:')))
";

/// A page as text, as lists and dictionaries, and as its records.
const PAGE_SCRIPT: &str = "
import json, sys, time
from pyinaturalist import Observation
text = open(sys.argv[1], 'rb').read()
def median(work):
    times = []
    for _ in range(7):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1e3)
    return sorted(times)[3]
print('loads', median(lambda: json.loads(text)))
print('records', median(lambda: Observation.from_json_list(json.loads(text))))
";

pub(super) fn measure(
    workspace: &BenchWorkspace,
    _: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    let python = pip::installed(&folder_of(workspace), &[PACKAGE])?;
    workspace.build("program-tool")?;
    let server = workspace.serve("bench", &["inat"])?;
    let origin = server.address();
    let folder = folder(workspace)?;
    let store = folder.path().join("store");
    let script = |text: &str, argument: &str| {
        let mut command = Command::new(&python);
        command.args(["-c", text, argument]).env_clear();
        // It stores responses and the times of its requests there.
        command.env("HOME", folder.path());
        command
    };
    // Compile its modules once, as on any machine where it is used.
    output(&mut script(LOGIN, origin))?;
    let pairs = pairs(
        PAIRS,
        || command(workspace, "program-tool", "login", origin, &store),
        || script(LOGIN, origin),
    )?;
    pairs.put(measured, "login", "ours", "pyinaturalist");

    let page = workspace.release().join(PAGE);
    workspace.run("bench", &["page", PAGE])?;
    let lines = Lines::of(output(&mut script(PAGE_SCRIPT, &page.to_string_lossy()))?);
    for name in ["loads", "records"] {
        measured.put(
            format!("milliseconds/page-python-{name}"),
            lines.number(name, 0)?,
        );
    }
    Ok(())
}

/// Where pip installs it.
fn folder_of(workspace: &BenchWorkspace) -> PathBuf {
    workspace.target().join("pyinaturalist")
}

/// `Python 3.11.2, pyinaturalist 0.21.1`, or why it could not be installed.
pub(super) fn version(workspace: &BenchWorkspace) -> String {
    let program = folder_of(workspace).join("bin/python");
    match output(Command::new(program).arg("--version")) {
        Ok(python) => format!("{}, {}", python.trim(), PACKAGE.replace("==", " ")),
        Err(stop) => stop.to_string(),
    }
}
