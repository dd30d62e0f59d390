//! Whole programs: a start with a stored token and one API read, ours beside the bare client; wall
//! time, memory, TLS.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::Depth;
use super::callgrind;
use super::measured::{Measured, median};
use super::workspace::BenchWorkspace;
use crate::{Stop, output};

/// The number of pairs; the median counts.
const PAIRS: usize = 101;

/// How the names of TLS functions begin.
const TLS: [&str; 4] = ["rustls", "webpki", "ring", "rustls_pki_types"];

pub(super) fn measure(
    workspace: &BenchWorkspace,
    _: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    for program in ["program-tool", "program-ureq", "program-oauth2-ureq"] {
        workspace.build(program)?;
    }
    let server = workspace.serve("bench", &["inat"])?;
    let origin = server.address();
    let folder = folder(workspace)?;
    let (store, file) = (folder.path().join("store"), folder.path().join("token"));
    let tool = |what: &str, origin: &str| command(workspace, "program-tool", what, origin, &store);
    let bare = |what: &str| command(workspace, "program-ureq", what, origin, &file);
    output(&mut tool("login", origin))?;
    output(&mut bare("login"))?;
    let starts = pairs(PAIRS, || tool("read", origin), || bare("read"))?;
    starts.put(measured, "start", "ours", "bare");
    logins(workspace, origin, &folder, measured)?;
    encrypted(workspace, &folder, measured)?;

    // Without https no TLS function runs. A run with https is the control.
    let used = tls(
        workspace,
        &folder,
        &["read", origin, &store.to_string_lossy()],
    )?;
    let https = origin.replacen("http:", "https:", 1);
    let control = tls(
        workspace,
        &folder,
        &["read", &https, &store.to_string_lossy()],
    )?;
    if control == 0 {
        let words = "a request over https ran no function of TLS, so the count proves nothing; check the symbols";
        return Err(Stop::Failed(words.to_owned()));
    }
    measured.put("functions/tls-http", used as f64);
    measured.put("functions/tls-https", control as f64);
    Ok(())
}

/// Measures logins by the bare client, by oauth2 with it, and by ours with a store on a disk in
/// memory, where no write is synced.
fn logins(
    workspace: &BenchWorkspace,
    origin: &str,
    folder: &tempfile::TempDir,
    measured: &mut Measured,
) -> Result<(), Stop> {
    let file = folder.path().join("token");
    let login = |program: &str, place: &Path| command(workspace, program, "login", origin, place);
    let others = pairs(
        PAIRS,
        || login("program-ureq", &file),
        || login("program-oauth2-ureq", &file),
    )?;
    others.put(measured, "login", "bare", "oauth2");
    let memory = tempfile::tempdir_in("/dev/shm").map_err(|error| {
        Stop::Missing(format!("a disk in memory at /dev/shm is required: {error}"))
    })?;
    let (here, there) = (folder.path().join("store"), memory.path().join("store"));
    let ours = pairs(
        PAIRS,
        || login("program-tool", &here),
        || login("program-tool", &there),
    )?;
    ours.put(measured, "login", "ours", "unsynced");
    Ok(())
}

/// Ten accounts of an encrypted folder, each saved by a process of its own, loaded by one.
fn encrypted(
    workspace: &BenchWorkspace,
    folder: &tempfile::TempDir,
    measured: &mut Measured,
) -> Result<(), Stop> {
    workspace.build("program-encrypted")?;
    let folder = folder
        .path()
        .join("encrypted")
        .to_string_lossy()
        .into_owned();
    for number in 0..10 {
        workspace.run("program-encrypted", &["save", &folder, &number.to_string()])?;
    }
    let lines = workspace.run("program-encrypted", &["load", &folder, "10"])?;
    measured.put("milliseconds/encrypted", lines.number("load", 0)?);
    Ok(())
}

/// A folder that is removed at the end of the group.
pub(super) fn folder(workspace: &BenchWorkspace) -> Result<tempfile::TempDir, Stop> {
    tempfile::tempdir_in(workspace.target())
        .map_err(|error| Stop::Failed(format!("cannot create a folder: {error}")))
}

/// The command that starts one of the programs.
pub(super) fn command(
    workspace: &BenchWorkspace,
    program: &str,
    what: &str,
    origin: &str,
    place: &Path,
) -> Command {
    let mut command = workspace.program(program);
    command.args([what, origin]).arg(place);
    command
}

/// The result of pairs of processes that alternate.
pub(super) struct Pairs {
    /// Milliseconds and KiB of the one and of the other.
    rounds: Vec<[[f64; 2]; 2]>,
}

impl Pairs {
    /// Stores `milliseconds/WHAT-ONE`, `kib/WHAT-ONE` and the same of the other, and as ratios
    /// `wall/WHAT-ONE-OTHER` and `memory/WHAT-ONE-OTHER`.
    pub(super) fn put(&self, measured: &mut Measured, what: &str, one: &str, other: &str) {
        for (place, unit, ratio) in [(0, "milliseconds", "wall"), (1, "kib", "memory")] {
            let mut put = |name: String, of: &dyn Fn(&[[f64; 2]; 2]) -> f64| {
                if let Some(figure) = median(self.rounds.iter().map(of).collect()) {
                    measured.put(name, figure);
                }
            };
            put(format!("{unit}/{what}-{one}"), &|round| round[0][place]);
            put(format!("{unit}/{what}-{other}"), &|round| round[1][place]);
            let of = |round: &[[f64; 2]; 2]| round[0][place] / round[1][place];
            put(format!("{ratio}/{what}-{one}-{other}"), &of);
        }
    }
}

/// Runs both this many times; which one is first alternates.
pub(super) fn pairs(
    count: usize,
    one: impl Fn() -> Command,
    other: impl Fn() -> Command,
) -> Result<Pairs, Stop> {
    let mut rounds = Vec::new();
    for round in 0..count {
        rounds.push(match round % 2 {
            0 => [once(one())?, once(other())?],
            _ => {
                let second = once(other())?;
                [once(one())?, second]
            }
        });
    }
    Ok(Pairs { rounds })
}

/// Milliseconds from the start of a process to its end, and the peak memory that it prints.
fn once(mut command: Command) -> Result<[f64; 2], Stop> {
    let began = Instant::now();
    let text = output(&mut command)?;
    let took = began.elapsed().as_secs_f64() * 1e3;
    let peak = text
        .lines()
        .last()
        .and_then(|line| line.trim().parse().ok());
    let peak = peak.ok_or_else(|| Stop::Failed(format!("no peak memory in: {}", text.trim())))?;
    Ok([took, peak])
}

/// How many functions of TLS a run of the tool enters.
fn tls(
    workspace: &BenchWorkspace,
    folder: &tempfile::TempDir,
    arguments: &[&str],
) -> Result<usize, Stop> {
    let profile = folder.path().join("profile");
    let arguments: Vec<_> = arguments.iter().map(|word| (*word).to_owned()).collect();
    let names = callgrind::functions(&workspace.release(), "program-tool", &arguments, &profile)?;
    Ok(names.iter().filter(|name| is_tls(name)).count())
}

/// Whether the function, or the type whose method it is, belongs to a crate of TLS.
fn is_tls(function: &str) -> bool {
    let path = function.trim_start_matches(['<', '&']);
    TLS.iter().any(|name| {
        let rest = path.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with("::") || rest.starts_with("_core"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_tls() {
        let check = |name: &str, expect: bool| assert_eq!(is_tls(name), expect, "{name}");
        check("rustls::client::hs::start_handshake", true);
        check("<rustls::tls13::Key as core::fmt::Debug>::fmt", true);
        check("ring_core_0_17_14__sha256_block_data_order", true);
        check("webpki::crl::parse", true);
        check(
            "<ureq::tls::rustls::RustlsConnector as Connector>::connect",
            false,
        );
        check("core::ptr::drop_in_place<rustls::Error>", false);
        check("ringbuffer::push", false);
    }

    #[test]
    fn medians_of_rounds() {
        let pairs = Pairs {
            rounds: vec![
                [[2.0, 10.0], [1.0, 5.0]],
                [[3.0, 11.0], [2.0, 5.0]],
                [[9.0, 12.0], [1.0, 5.0]],
            ],
        };
        let mut measured = Measured::default();
        pairs.put(&mut measured, "start", "ours", "bare");
        let all: Vec<_> = measured.all().collect();
        let expect = [
            ("kib/start-bare", 5.0),
            ("kib/start-ours", 11.0),
            ("memory/start-ours-bare", 2.2),
            ("milliseconds/start-bare", 1.0),
            ("milliseconds/start-ours", 3.0),
            ("wall/start-ours-bare", 2.0),
        ];
        assert_eq!(all, expect);
    }
}
