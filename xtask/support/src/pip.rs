//! Installs Python packages with pip, each set in a virtual environment of its own below cargo's
//! target folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Stop, output};

/// The file that lists the installed packages.
const LIST: &str = "installed.txt";

/// Returns the Python of the environment at `folder` with these packages, and creates it if it is
/// missing.
///
/// # Errors
///
/// [`Stop::Missing`] if there is no Python with `venv`; [`Stop::Failed`] if pip cannot install the
/// packages.
pub fn installed(folder: &Path, packages: &[&str]) -> Result<PathBuf, Stop> {
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
    // An environment cannot be moved, so it is built in place. The list is written last: it marks
    // the environment as complete.
    fs::write(folder.join(LIST), list).map_err(failed)?;
    Ok(program)
}
