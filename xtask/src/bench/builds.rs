//! Processor seconds of clean builds of the minimal programs, one after the other, the size of what comes of them, and what of ours
//! must not be in it.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Depth;
use super::measured::Measured;
use super::packages::PROGRAMS;
use super::workspace::BenchWorkspace;
use crate::{Stop, output};

/// Ticks of a second in `/proc`, on every Linux.
const TICKS: f64 = 100.0;

/// How the names of functions begin, as the compiler writes them, that a program has no use for which opens no browser, sends no file
/// and reads no dates but iNaturalist's.
const UNCALLED: [&str; 3] = [
    "10auth_flows5login8listener",
    "8api_inat6upload",
    "4jiff3fmt",
];

pub(super) fn measure(
    ground: &BenchWorkspace,
    depth: Depth,
    measured: &mut Measured,
) -> Result<(), Stop> {
    match depth {
        Depth::Everything => all(ground, measured)?,
        Depth::Steady => {
            for program in &PROGRAMS[..2] {
                let package = format!("program-{program}");
                ground.build(&package)?;
                let built = ground.release().join(package);
                measured.put(format!("bytes/{program}"), stripped(&built)?);
            }
        }
    }
    ground.build("program-tool")?;
    let names = output(Command::new("nm").arg(ground.release().join("program-tool")))?;
    // Without a single name it would say nothing.
    if !names.contains("10auth_flows") {
        return Err(Stop::Failed("the small tool has no names in it".to_owned()));
    }
    let uncalled = UNCALLED.iter().filter(|name| names.contains(**name));
    let uncalled = uncalled.count();
    measured.put("rooms/tool-uncalled", uncalled as f64);
    Ok(())
}

fn all(ground: &BenchWorkspace, measured: &mut Measured) -> Result<(), Stop> {
    // What has to be fetched is fetched before anything is timed.
    output(ground.cargo().args(["fetch", "--locked", "--quiet"]))?;
    for program in PROGRAMS {
        let package = format!("program-{program}");
        let folder = ground.target().join("clean");
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
        let mut cargo = ground.cargo();
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

/// Seconds that processes which this one waited for, and those that they waited for, have spent, in user and in system mode.
fn children() -> Result<f64, Stop> {
    let text = fs::read_to_string("/proc/self/stat")
        .map_err(|error| Stop::Missing(format!("processor time is read from /proc: {error}")))?;
    of_children(&text).ok_or_else(|| Stop::Failed(format!("/proc/self/stat says: {text}")))
}

/// The numbers 16 and 17 of the line; the second one, a name in parentheses, may hold anything.
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
