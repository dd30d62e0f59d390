//! Processor seconds of clean builds of the minimal programs, one after the other, the size of the
//! programs, and code of ours that they must not contain.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use super::Depth;
use super::measured::{Measured, median};
use super::packages::PROGRAMS;
use super::workspace::BenchWorkspace;
use crate::{Stop, output};

/// Ticks per second in `/proc`, on every Linux.
const TICKS: f64 = 100.0;

/// Mangled prefixes of functions that a program has no use for if it opens no browser, sends no
/// file, calls nothing of version 2 and reads only iNaturalist's dates.
const UNCALLED: [&str; 4] = [
    "10auth_flows5login8listener",
    "8api_inat6upload",
    "4jiff3fmt",
    "8api_inat2v2",
];

pub(super) fn measure(
    workspace: &BenchWorkspace,
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    match depth {
        Depth::Everything => all(workspace, measured)?,
        Depth::Steady => {
            for program in &PROGRAMS[..2] {
                let package = format!("program-{program}");
                workspace.build(&package)?;
                let built = workspace.release().join(package);
                measured.put(format!("bytes/{program}"), stripped(&built)?);
            }
        }
    }
    workspace.build("program-tool")?;
    let names = output(Command::new("nm").arg(workspace.release().join("program-tool")))?;
    // A program without names would pass every time.
    if !names.contains("10auth_flows") {
        return Err(Stop::Failed(
            "the small tool has no symbol names".to_owned(),
        ));
    }
    let uncalled = UNCALLED.iter().filter(|name| names.contains(**name));
    let uncalled = uncalled.count();
    measured.put("rooms/tool-uncalled", uncalled as f64);
    Ok(())
}

/// Processor seconds of a build after a change of `main.rs`; the median of some.
pub(super) fn rebuilds(
    workspace: &BenchWorkspace,
    _: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    for program in ["tool", "ureq"] {
        let package = format!("program-{program}");
        workspace.build(&package)?;
        let main = format!("programs/{program}/src/main.rs");
        let main = workspace.folder().join(main);
        let mut seconds = Vec::new();
        for _ in 0..5 {
            let file = fs::File::options().append(true).open(&main);
            file.and_then(|file| file.set_modified(SystemTime::now()))
                .map_err(|error| Stop::Failed(format!("{}: {error}", main.display())))?;
            let before = children()?;
            workspace.build(&package)?;
            seconds.push(children()? - before);
        }
        if let Some(seconds) = median(seconds) {
            measured.put(format!("cpu/rebuild-{program}"), seconds);
        }
    }
    Ok(())
}

fn all(workspace: &BenchWorkspace, measured: &mut Measured) -> Result<(), Stop> {
    // Download all packages before the timing starts.
    output(workspace.cargo().args(["fetch", "--locked", "--quiet"]))?;
    for program in PROGRAMS {
        let package = format!("program-{program}");
        let folder = workspace.target().join("clean");
        clear(&folder)?;
        let before = children()?;
        let arguments = [
            "build",
            "--quiet",
            "--release",
            "--locked",
            "--package",
            &package,
        ];
        let mut cargo = workspace.cargo();
        cargo.args(arguments).arg("--target-dir").arg(&folder);
        output(&mut cargo)?;
        measured.put(format!("cpu/{program}"), children()? - before);
        let built = folder.join("release").join(&package);
        measured.put(format!("bytes/{program}"), stripped(&built)?);
        clear(&folder)?;
    }
    Ok(())
}

fn clear(folder: &Path) -> Result<(), Stop> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Stop::Failed(format!("{}: {error}", folder.display())))
        }
        _ => Ok(()),
    }
}

/// Seconds in user and system mode that the finished child processes, and theirs, have used.
fn children() -> Result<f64, Stop> {
    let text = fs::read_to_string("/proc/self/stat").map_err(|error| {
        Stop::Missing(format!(
            "cannot read the processor time from /proc: {error}"
        ))
    })?;
    of_children(&text).ok_or_else(|| Stop::Failed(format!("/proc/self/stat says: {text}")))
}

/// Fields 16 and 17 of the line. Field 2, a name in parentheses, may contain anything.
fn of_children(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let words: Vec<_> = rest.split_whitespace().collect();
    let ticks = |place: usize| words.get(place)?.parse::<f64>().ok();
    Some((ticks(13)? + ticks(14)?) / TICKS)
}

/// The size of a program without its symbols.
fn stripped(program: &Path) -> Result<f64, Stop> {
    let to = program.with_extension("stripped");
    output(Command::new("strip").arg("-o").args([&to, program]))?;
    let size = fs::metadata(&to).map(|data| data.len());
    let size = size.map_err(|error| Stop::Failed(format!("{}: {error}", to.display())))?;
    Ok(size as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_of_children() {
        let check = |stat: &str, expect: Option<f64>| assert_eq!(of_children(stat), expect);
        let stat = "12 (a (b) c) S 1 12 12 0 -1 4194560 100 200 0 0 5 6 700 80 20 0 1 0 99";
        check(stat, Some(7.8));
        check("12 (x) S 1", None);
        check("", None);
    }
}
