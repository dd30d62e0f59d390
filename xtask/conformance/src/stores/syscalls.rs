//! SIGKILL at single system calls, by strace: between the steps of a save, where no program of ours
//! can halt.

use super::kills::{Accident, Job};
use super::worker_process::WorkerReply;
use crate::expect::ensure;
use crate::report::Failure;
use worlds::World;

/// The calls by which a process changes a file, a lock or a connection. A question mark: the call
/// may be missing on a machine.
const CALLS: &[&str] = &[
    "?flock",
    "?write",
    "?fsync",
    "?rename",
    "?renameat",
    "?renameat2",
    "?unlink",
    "?unlinkat",
    "?sendto",
];

/// Kills the job right before the first of these calls, the second, and so on. Returns the names of
/// the calls.
pub(super) fn at_each(job: &Job, world: &World) -> Result<Vec<String>, Failure> {
    let server = job.server()?;
    let (mut names, mut left) = (Vec::new(), Vec::new());
    for call in CALLS {
        // The bound is for a flow that never ends.
        for time in 1.. {
            let accident = Accident::begin(job, &server, world)?;
            let (trace, inject) = (
                format!("trace={call}"),
                format!("inject={call}:signal=KILL:when={time}"),
            );
            let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e"];
            let tracer = strace.into_iter().chain([&*trace, "-e", &*inject]);
            let mut worker = accident.start().under(tracer).spawn()?;
            let reply = worker.ask(job.order())?;
            if reply == WorkerReply::Ok {
                break;
            }
            let name = format!("{} {time}", call.trim_start_matches('?'));
            ensure(
                reply == WorkerReply::Gone && time < 100,
                format!("{name}: {reply:?}"),
            )?;
            drop(worker);
            left.extend(accident.dir().half_written()?);
            let at_this = |failure| format!("killed before {name}: {failure}");
            accident.aftermath().map_err(at_this)?;
            names.push(name);
        }
    }
    let (empty, full) = (left.contains(&0), left.iter().any(|length| *length > 0));
    ensure(
        empty && full,
        format!("no file was left half-written: {left:?}"),
    )?;
    let synced = names.iter().any(|name| name == "fsync 2");
    ensure(synced, "a save does not sync the file and the folder")?;
    Ok(names)
}
