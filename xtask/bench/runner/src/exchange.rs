//! One token request over loopback: ours and the bare client on both transports, oauth2 and the
//! client versions that it uses.

use super::Depth;
use super::callgrind::{self, Times};
use super::measured::Measured;
use super::workspace::{BenchWorkspace, Server};
use crate::Stop;

/// Instructions of many exchanges less those of few: both include connecting.
const TIMES: Times = Times(50, 550);

/// How many exchanges have to share a connection.
const SHARED: f64 = 2000.0;

/// The exchanges, and the program that runs each.
const OURS: &[(&str, &str)] = &[("ours-ureq", "bench"), ("ours-reqwest", "bench")];
const OTHERS: &[(&str, &str)] = &[
    ("bare-ureq", "bench"),
    ("bare-ureq-limited", "bench"),
    ("bare-reqwest", "bench"),
    ("oauth2-ureq", "peers"),
    ("bare-ureq2", "peers"),
    ("oauth2-reqwest", "peers"),
    ("bare-reqwest12", "peers"),
];

pub(super) fn measure(
    workspace: &BenchWorkspace,
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    let others = match depth {
        Depth::Steady => &[],
        Depth::Everything => {
            workspace.build("peers")?;
            OTHERS
        }
    };
    for (name, program) in OURS.iter().chain(others) {
        let server = workspace.serve("bench", &["serve", "0"])?;
        let count = callgrind::each(workspace, program, TIMES, |times| {
            let arguments = ["exchange", name, server.address(), times];
            arguments.map(str::to_owned).to_vec()
        })?;
        measured.put(format!("instructions/exchange-{name}"), count);
    }
    for transport in ["ureq", "reqwest"] {
        let server = workspace.serve("bench", &["serve", "0"])?;
        let name = format!("ours-{transport}");
        workspace.run(
            "bench",
            &["exchange", &name, server.address(), &SHARED.to_string()],
        )?;
        let connections = connections(server)?;
        measured.put(format!("connections/{transport}"), connections);
    }
    Ok(())
}

/// How many connections there were, if all requests arrived.
fn connections(server: Server) -> Result<f64, Stop> {
    match server.counted()?[..] {
        [connections, SHARED, ..] => Ok(connections),
        _ => Err(Stop::Failed("requests did not arrive".to_owned())),
    }
}
