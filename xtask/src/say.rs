//! Where tasks write to: standard output for results, standard error for trouble.
//!
//! A reader that goes away (`cargo xtask … | head`) ends nothing: the task goes on, its exit status is still true.

use std::fmt::Display;
use std::io::{self, Write};

/// A line of the result.
pub(crate) fn line(text: impl Display) {
    let _reader_gone = writeln!(io::stdout().lock(), "{text}");
}

/// The beginning of a line that will take a while; shown at once.
pub(crate) fn part(text: impl Display) {
    let mut out = io::stdout().lock();
    let _reader_gone = write!(out, "{text}").and_then(|()| out.flush());
}

/// A line about what went wrong.
pub(crate) fn trouble(text: impl Display) {
    let _reader_gone = writeln!(io::stderr().lock(), "{text}");
}
