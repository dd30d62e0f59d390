//! The program `tls`: the server and the clients over https, with a certificate that openssl makes.

use std::process::Command;

use super::callgrind;
use super::measured::Measured;
use super::workspace::BenchWorkspace;
use crate::{Stop, output};

/// The connections that a server closes after one response.
const CLOSED: &str = "21";

/// Builds the program, and makes its certificate.
pub(super) fn prepare(workspace: &BenchWorkspace) -> Result<(), Stop> {
    workspace.build("tls")?;
    let mut openssl = Command::new("openssl");
    openssl
        .current_dir(workspace.release())
        .args(["req", "-x509", "-nodes"]);
    openssl.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    openssl.args([
        "-keyout",
        "tls.key",
        "-out",
        "tls.cert",
        "-days",
        "2",
        "-subj",
        "/CN=bench",
    ]);
    openssl.args(["-addext", "subjectAltName=IP:127.0.0.1"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    output(&mut openssl).map(drop)
}

/// The first request of a process, and how many handshakes are full if the server closes each
/// connection.
pub(super) fn handshakes(workspace: &BenchWorkspace, measured: &mut Measured) -> Result<(), Stop> {
    for side in ["ours-ureq", "bare-ureq"] {
        let server = workspace.serve("tls", &["serve", "0"])?;
        let origin = format!("https://{}", server.address());
        let arguments = ["send", side, &origin, "1", "1"].map(str::to_owned);
        let counts = callgrind::whole(workspace, "tls", &arguments)?;
        measured.put(format!("instructions/first-{side}"), counts.instructions);
        let server = workspace.serve("tls", &["serve-closing", "0"])?;
        let origin = format!("https://{}", server.address());
        workspace.run("tls", &["send", side, &origin, "1", CLOSED])?;
        if let [.., full] = server.counted()?[..] {
            measured.put(format!("handshakes/{side}"), full);
        }
    }
    Ok(())
}
