//! Where tasks write to: standard output for results, standard error for trouble.
//!
//! A reader that goes away (`cargo xtask … | head`) ends nothing: the task goes on, its exit status is still true.

use std::fmt::Display;
use std::io::{self, Write};

/// A line of the result.
pub(crate) fn line(text: impl Display) {
    write(&format!("{text}\n"));
}

/// The beginning of a line that will take a while; shown at once.
pub(crate) fn part(text: impl Display) {
    write(&text.to_string());
}

/// A line about what went wrong.
pub(crate) fn trouble(text: impl Display) {
    let _reader_gone = writeln!(io::stderr().lock(), "{text}");
}

#[cfg(not(test))]
fn write(text: &str) {
    let mut out = io::stdout().lock();
    let _reader_gone = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// In tests the harness keeps it for itself, unless the test fails.
#[cfg(test)]
fn write(text: &str) {
    print!("{text}");
}
