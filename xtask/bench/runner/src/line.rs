//! A page over a real line: its bytes there, its time at 10 Mbit/s and at 1 Mbit/s, when its first
//! item could be read, and an export that works while it waits.

use std::fs;
use std::io::Read;
use std::thread;
use std::time::Instant;

use super::Depth;
use super::measured::Measured;
use super::tls;
use super::workspace::BenchWorkspace;
use crate::Stop;

/// Bytes a second.
const TEN_MEGABITS: &str = "1250000";
const ONE_MEGABIT: &str = "125000";

pub(super) fn measure(
    workspace: &BenchWorkspace,
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    workspace.run("bench", &["line-page", "plain", "plain.json"])?;
    let file = workspace.release().join("plain.json");
    let plain = fs::metadata(&file).map(|data| data.len() as f64);
    measured.put("bytes/plain-page", plain.map_err(|error| failed(&error))?);
    let server = workspace.serve("bench", &["serve-file", "plain.json", "0"])?;
    workspace.run("bench", &["fetch", &format!("http://{}", server.address())])?;
    if let [_, _, bytes, _] = server.counted()?[..] {
        measured.put("bytes/plain-page-wire", bytes);
    }
    if depth == Depth::Steady {
        return Ok(());
    }
    tls::prepare(workspace)?;
    let server = workspace.serve("tls", &["serve-file", "plain.json", "0"])?;
    let line = workspace.serve("bench", &["proxy", server.address(), TEN_MEGABITS])?;
    let fetched = workspace.run("tls", &["fetch", &format!("https://{}", line.address())])?;
    measured.put("milliseconds/plain-page-https", fetched.number("page", 0)?);
    drop(line);
    slow(workspace, measured)?;
    first(workspace, measured)?;
    fs::write(workspace.release().join("numbers.json"), "[1,2,3]")
        .map_err(|error| failed(&error))?;
    let server = workspace.serve("bench", &["serve-file", "numbers.json", "50"])?;
    let lines = workspace.run("bench", &["export", server.address()])?;
    measured.put("milliseconds/export", lines.number("pages", 0)?);
    Ok(())
}

/// 5 MB that do not compress, at 1 Mbit/s, and beside it the bare client with a line of its own.
fn slow(workspace: &BenchWorkspace, measured: &mut Measured) -> Result<(), Stop> {
    let mut noise = Vec::new();
    fs::File::open("/dev/urandom")
        .and_then(|file| file.take(5_000_000).read_to_end(&mut noise))
        .and_then(|_| fs::write(workspace.release().join("noise"), &noise))
        .map_err(|error| failed(&error))?;
    let (ours, bare) = thread::scope(|scope| {
        let bare = scope.spawn(|| slowly(workspace, "bare-ureq"));
        (slowly(workspace, "ours-ureq"), bare.join())
    });
    let ((seconds, requests), (bare, _)) = (ours?, bare.map_err(|_| panicked())??);
    measured.put("seconds/5-mb", seconds);
    measured.put("requests/5-mb", requests);
    measured.put("seconds/5-mb-bare", bare);
    Ok(())
}

/// The seconds that a client takes for them, and its requests.
fn slowly(workspace: &BenchWorkspace, side: &str) -> Result<(f64, f64), Stop> {
    let server = workspace.serve("bench", &["serve-file", "noise", "0"])?;
    let line = workspace.serve("bench", &["proxy", server.address(), ONE_MEGABIT])?;
    let began = Instant::now();
    let origin = format!("http://{}", line.address());
    workspace.run("bench", &["send", side, &origin, "1", "1"])?;
    let seconds = began.elapsed().as_secs_f64();
    drop(line);
    match server.counted()?[..] {
        [_, requests, ..] => Ok((seconds, requests)),
        _ => Err(Stop::Failed("the server counted no requests".to_owned())),
    }
}

fn panicked() -> Stop {
    Stop::Failed("measuring the bare client panicked".to_owned())
}

/// When the items of a page are at hand, and when the first could be.
fn first(workspace: &BenchWorkspace, measured: &mut Measured) -> Result<(), Stop> {
    workspace.run("bench", &["line-page", "rich", "rich.json"])?;
    for page in ["plain", "rich"] {
        let server = workspace.serve("bench", &["serve-file", &format!("{page}.json"), "0"])?;
        let line = workspace.serve("bench", &["proxy", server.address(), TEN_MEGABITS])?;
        for (address, name) in [(server.address(), "loopback"), (line.address(), "10")] {
            let lines = workspace.run("bench", &["first", &format!("http://{address}")])?;
            for (place, what) in ["last", "transfer", "parse", "first"]
                .into_iter()
                .enumerate()
            {
                let figure = lines.number("page", place)?;
                measured.put(format!("milliseconds/{page}-{name}-{what}"), figure);
            }
        }
        drop(line);
    }
    Ok(())
}

fn failed(error: &std::io::Error) -> Stop {
    Stop::Failed(format!("a file for the line: {error}"))
}
