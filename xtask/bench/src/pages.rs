//! A page of observations in a file: written once, read for counting.

use std::{fs, path::Path};

use crate::observations::{self, Alike};

/// Writes the page.
///
/// # Panics
///
/// If the file cannot be written.
pub fn write(file: &str) {
    fs::write(file, observations::page(Alike::AsUsual)).expect("a file");
}

/// Reads the file once and parses its text `times` times: as `typed`, `value` or `ignored`.
///
/// # Panics
///
/// If there is no such kind, or no page in the file.
pub fn read(kind: &str, file: &str, times: u32) {
    let text = fs::read_to_string(file).expect("a file");
    let reader = observations::reader(kind);
    for _ in 0..times {
        reader(&text);
    }
}

/// The process that [`observations::ratios`] starts: prints the milliseconds of one reader.
///
/// # Panics
///
/// As for [`read`].
pub fn time(kind: &str, file: &Path) {
    let text = fs::read_to_string(file).expect("a file");
    let reader = observations::reader(kind);
    reader(&text);
    println!("{:.3}", observations::milliseconds(reader, &text, 5));
}
