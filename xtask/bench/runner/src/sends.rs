//! `session.send` of a small read beside the bare client: instructions, system calls, processor time
//! and connections, from 1 to 1,000 callers, over http and https.

use super::Depth;
use super::callgrind::{self, Times};
use super::measured::Measured;
use super::tls;
use super::workspace::BenchWorkspace;
use crate::Stop;

/// Sends of many less those of few: both include connecting.
const TIMES: Times = Times(50, 550);

/// The first two are ours.
const SIDES: [&str; 4] = ["ours-ureq", "ours-reqwest", "bare-ureq", "bare-reqwest"];

/// Ours and the bare client of each transport.
const PAIRS: [(&str, [&str; 2]); 2] = [
    ("ureq", ["ours-ureq", "bare-ureq"]),
    ("reqwest", ["ours-reqwest", "bare-reqwest"]),
];

/// Callers, how many requests each sends in a block, the number of pairs of blocks, and the server's
/// delay in milliseconds.
const LOADS: [[&str; 4]; 3] = [
    ["1", "200", "301", "0"],
    ["64", "20", "15", "20"],
    ["1000", "4", "15", "20"],
];

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
    for pair in PAIRS {
        loads(workspace, "bench", pair, "http", measured)?;
    }
    tls::prepare(workspace)?;
    tls::handshakes(workspace, measured)?;
    for pair in PAIRS {
        loads(workspace, "tls", pair, "https", measured)?;
    }
    Ok(())
}

/// Processor microseconds of a request, ours beside the bare client, and connections.
fn loads(
    workspace: &BenchWorkspace,
    program: &str,
    (transport, sides): (&str, [&str; 2]),
    scheme: &str,
    measured: &mut Measured,
) -> Result<(), Stop> {
    for [callers, each, pairs, delay] in LOADS {
        if callers == "1000" && transport == "ureq" {
            continue; // a thread per caller
        }
        let [ours, bare] = sides;
        let arguments = ["pairs", ours, bare, delay, callers, each, pairs];
        let lines = workspace.run(program, &arguments)?;
        for side in sides {
            let name = format!("send-{side}-{scheme}-{callers}");
            measured.put(format!("microseconds/{name}"), lines.number(side, 0)?);
            measured.put(format!("connections/{name}"), lines.number(side, 1)?);
        }
        let name = format!("processor/send-{transport}-{scheme}-{callers}");
        measured.put(name, lines.number("ratio", 0)?);
    }
    Ok(())
}
