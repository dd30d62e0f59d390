//! Output of the tasks: results go to standard output, problems to standard error.
//!
//! A closed pipe (`cargo xtask … | head`) does not stop a task; its exit status stays true.

use std::fmt::Display;
use std::io::{self, Write};

/// Prints a line of the result.
pub fn line(text: impl Display) {
    write(&format!("{text}\n"));
}

/// Prints the beginning of a slow line at once, without a line end.
pub fn part(text: impl Display) {
    write(&text.to_string());
}

/// Prints a line about a problem to standard error.
pub fn problem(text: impl Display) {
    let _reader_gone = writeln!(io::stderr().lock(), "{text}");
}

fn write(text: &str) {
    let mut out = io::stdout().lock();
    let _reader_gone = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
