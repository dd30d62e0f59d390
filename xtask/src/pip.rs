//! Python's packages from pip, each set in an environment of its own below the folder that cargo builds in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Stop, output};

/// The list of what was installed.
const LIST: &str = "installed.txt";

/// The Python of an environment at `folder` with these packages, which is made unless it is there.
///
/// # Errors
/// There is no Python with `venv`, or pip could not install them.
pub(crate) fn installed(folder: &Path, packages: &[&str]) -> Result<PathBuf, Stop> {
    let list = packages.join("\n");
    let failed = |error: io::Error| Stop::Failed(format!("{}: {error}", packages.join(", ")));
    let program = folder.join("bin/python");
    if fs::read_to_string(folder.join(LIST)).is_ok_and(|found| found == list) {
        return Ok(program);
    }
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    fs::create_dir_all(folder).map_err(failed)?;
    output(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let arguments = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    output(Command::new(&program).args(arguments).args(packages))?;
    // An environment cannot be moved; the list comes last and makes it count.
    fs::write(folder.join(LIST), list).map_err(failed)?;
    Ok(program)
}
