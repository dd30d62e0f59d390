//! A fleet's store over real servers: a renewal beside few accounts and many, a crowd at an expired
//! token, a shared rate limit, connections, and a holder that is killed.

use std::io::{self, Write as _};
use std::time::Instant;

use super::Depth;
use super::engine::{Engine, EngineKind};
use super::measured::{Measured, median};
use super::workspace::BenchWorkspace;
use crate::Stop;

/// The accounts of the large namespace beside the first ten.
const MANY: usize = 99_990;

/// Measures over each server that is installed.
pub(super) fn measure(
    workspace: &BenchWorkspace,
    _: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    workspace.build("fleet")?;
    let synced = sync().map_err(|error| Stop::Failed(format!("cannot sync a file: {error}")))?;
    measured.put("milliseconds/fleet-sync", synced);
    for kind in [EngineKind::Redis, EngineKind::Postgres] {
        let name = kind.name();
        let Some(programs) = kind.folder() else {
            measured.problem(&format!("fleet over {name}"), "no server: install it");
            continue;
        };
        let done = Engine::start(kind, programs)
            .and_then(|engine| over(&engine, name, workspace, measured));
        match done {
            Err(Stop::Failed(words)) => measured.problem(&format!("fleet over {name}"), &words),
            done => done?,
        }
    }
    Ok(())
}

fn over(
    engine: &Engine,
    engine_name: &str,
    workspace: &BenchWorkspace,
    measured: &mut Measured,
) -> Result<(), Stop> {
    let url = engine.url();
    let run = |work: &str, arguments: &[&str]| {
        workspace.run("fleet", &[&[work, &url], arguments].concat())
    };
    for namespace in ["few", "many"] {
        run("prepare", &[namespace])?;
    }
    engine.fill("many", MANY)?;
    let mut put = |what: &str, figure| measured.put(format!("{what}-{engine_name}"), figure);
    let lines = run("renewal", &["few", "many", "300"])?;
    put("milliseconds/fleet-few", lines.number("renewal", 0)?);
    put("milliseconds/fleet-many", lines.number("renewal", 1)?);
    put("wall/fleet-many-few", lines.number("renewal", 2)?);
    let lines = run("crowd", &["many", "32"])?;
    put("requests/fleet-crowd", lines.number("crowd", 0)?);
    put("milliseconds/fleet-crowd", lines.number("crowd", 1)?);
    let lines = run("rate", &["few", "32", "8", "3"])?;
    put("requests/fleet-rate", lines.number("rate", 0)?);
    put("milliseconds/fleet-rate", lines.number("rate", 1)?);
    put("failed/fleet-rate", lines.number("rate", 2)?);
    let lines = run("killed", &["many", "2"])?;
    put("milliseconds/fleet-killed", lines.number("killed", 0)?);
    let lines = run("connections", &["many", "10000"])?;
    put("connections/fleet-idle", lines.number("connections", 0)?);
    put("connections/fleet-busy", lines.number("connections", 1)?);
    put("seconds/fleet-busy", lines.number("connections", 2)?);
    Ok(())
}

/// What every save waits for: a sync of the disk that the servers are on, the median in milliseconds.
fn sync() -> io::Result<f64> {
    const TIMES: usize = 200;
    let mut file = tempfile::tempfile()?;
    let mut once = || {
        let began = Instant::now();
        file.write_all(&[b'x'; 512])?;
        file.sync_data()?;
        Ok(began.elapsed().as_secs_f64() * 1e3)
    };
    let times: io::Result<Vec<_>> = (0..TIMES).map(|_| once()).collect();
    Ok(median(times?).unwrap_or_default())
}
