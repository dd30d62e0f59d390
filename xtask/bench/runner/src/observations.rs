//! A page of 200 observations: typed, as `serde_json::Value`, and skipped; time, allocations,
//! instructions.

use super::Depth;
use super::callgrind::{self, Times};
use super::measured::Measured;
use super::values::allocations;
use super::workspace::BenchWorkspace;
use crate::Stop;

/// The number of rounds; the median counts.
const ROUNDS: &str = "15";

/// A page is so long that one repetition is enough.
const ONCE: Times = Times(0, 1);

pub(super) fn measure(
    workspace: &BenchWorkspace,
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    // Under callgrind it takes longer to generate the page than to read it, so it is generated
    // once.
    workspace.run("bench", &["page", PAGE])?;
    let kinds: &[_] = match depth {
        Depth::Steady => &["typed"],
        Depth::Everything => &["typed", "value", "ignored"],
    };
    for kind in kinds {
        let count = callgrind::each(workspace, "bench", ONCE, |times| {
            ["read-page", kind, PAGE, times].map(str::to_owned).to_vec()
        })?;
        measured.put(format!("instructions/page-{kind}"), count);
        allocations(
            workspace,
            "allocations",
            &["page", kind, PAGE],
            depth,
            measured,
        )?;
    }
    if depth == Depth::Everything {
        let times = workspace.run("bench", &["observations", ROUNDS])?;
        let bytes = times.number("bytes", 0)?;
        measured.put("bytes/page", bytes);
        measured.put("wall/page-typed-value", times.number("typed/value", 0)?);
        measured.put("wall/page-typed-ignored", times.number("typed/ignored", 0)?);
        let unlike = |other: &str| times.number(&format!("typed/{other}-unlike"), 0);
        measured.put("wall/page-unlike-value", unlike("value")?);
        measured.put("wall/page-unlike-ignored", unlike("ignored")?);
        for kind in kinds {
            let millis = times.number(kind, 0)?;
            measured.put(format!("milliseconds/page-{kind}"), millis);
            measured.put(
                format!("megabytes-a-second/page-{kind}"),
                bytes / millis / 1e3,
            );
        }
    }
    Ok(())
}

/// The page's file, in the folder of the programs.
pub(super) const PAGE: &str = "page.json";
