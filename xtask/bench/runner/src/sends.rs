//! `session.send` of a small read beside the bare client: instructions, system calls, processor time
//! and connections, from 1 to 1,000 callers, over http and https.

use super::Depth;
use super::builds::children;
use super::callgrind::{self, Times};
use super::measured::Measured;
use super::tls;
use super::workspace::BenchWorkspace;
use crate::Stop;

/// Sends of many less those of few: both include connecting.
const TIMES: Times = Times(50, 550);

/// The first two are ours.
const SIDES: [&str; 4] = ["ours-ureq", "ours-reqwest", "bare-ureq", "bare-reqwest"];

/// Callers, how many requests each sends, and the server's delay in milliseconds.
const LOADS: [(u32, u32, &str); 3] = [(1, 50_000, "0"), (64, 300, "20"), (1_000, 20, "20")];

pub(super) fn measure(
    workspace: &BenchWorkspace,
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    let sides = match depth {
        Depth::Steady => &SIDES[..2],
        Depth::Everything => &SIDES[..],
    };
    for side in sides {
        let server = workspace.serve("bench", &["serve", "0"])?;
        let origin = format!("http://{}", server.address());
        let counts = callgrind::counts(workspace, "bench", TIMES, |times| {
            ["send", side, &origin, "1", times]
                .map(str::to_owned)
                .to_vec()
        })?;
        measured.put(format!("instructions/send-{side}"), counts.instructions);
        measured.put(format!("system-calls/send-{side}"), counts.calls());
    }
    if depth == Depth::Steady {
        return Ok(());
    }
    for side in SIDES {
        load(workspace, "bench", side, "http", measured)?;
    }
    tls::prepare(workspace)?;
    tls::handshakes(workspace, measured)?;
    for side in SIDES {
        load(workspace, "tls", side, "https", measured)?;
    }
    Ok(())
}

/// Processor microseconds of a request, and connections.
fn load(
    workspace: &BenchWorkspace,
    program: &str,
    side: &str,
    scheme: &str,
    measured: &mut Measured,
) -> Result<(), Stop> {
    for (callers, each, delay) in LOADS {
        if callers == 1_000 && side.ends_with("ureq") {
            continue; // a thread per caller
        }
        let server = workspace.serve(program, &["serve", delay])?;
        let origin = format!("{scheme}://{}", server.address());
        let before = children()?;
        let (count, each) = (f64::from(callers * each), each.to_string());
        let callers = callers.to_string();
        workspace.run(program, &["send", side, &origin, &callers, &each])?;
        let name = format!("send-{side}-{scheme}-{callers}");
        let micros = (children()? - before) * 1e6 / count;
        measured.put(format!("microseconds/{name}"), micros);
        if let [connections, ..] = server.counted()?[..] {
            measured.put(format!("connections/{name}"), connections);
        }
    }
    Ok(())
}
