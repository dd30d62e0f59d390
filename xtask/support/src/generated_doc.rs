//! Generated documents: written after a run that passed, or compared to the committed text.

use std::fs;
use std::io;

use crate::{Stop, Verdict, output, root};

/// A document, by its path from the root of the workspace, and the command that writes it.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// Its path from the root of the workspace.
    pub path: &'static str,
    /// The command that writes it.
    pub command: &'static str,
}

impl Document {
    /// Writes the document.
    ///
    /// # Errors
    ///
    /// [`Stop::Failed`] if it cannot be written.
    pub fn write(&self, text: &str) -> Result<(), Stop> {
        let path = root().join(self.path);
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        folder
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| Stop::Failed(format!("cannot write {}: {error}", self.path)))?;
        output::line(format_args!("wrote {}", self.path));
        Ok(())
    }

    /// Compares the text to the committed one and prints the differences.
    ///
    /// # Errors
    ///
    /// [`Stop::Failed`] if the committed one cannot be read.
    pub fn compare(&self, text: &str) -> Result<Verdict, Stop> {
        let known = match fs::read_to_string(root().join(self.path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => {
                read.map_err(|error| Stop::Failed(format!("cannot read {}: {error}", self.path)))?
            }
        };
        let differences = differences(&known, text);
        if differences.is_empty() {
            output::line(format_args!("{} is up to date", self.path));
            return Ok(Verdict::Passed);
        }
        output::line(format_args!(
            "{} is out of date; run `{}` and commit it",
            self.path, self.command
        ));
        differences.iter().for_each(output::line);
        Ok(Verdict::Failed)
    }
}

/// The lines that only one of the two texts has, or a note if only their order differs.
fn differences(known: &str, new: &str) -> Vec<String> {
    if known == new {
        return Vec::new();
    }
    let only = |one: &str, other: &str, sign: char| -> Vec<String> {
        let others: Vec<_> = other.lines().collect();
        one.lines()
            .filter(|line| !others.contains(line))
            .map(|line| format!("  {sign} {line}"))
            .collect()
    };
    let mut all = only(known, new, '-');
    all.extend(only(new, known, '+'));
    if all.is_empty() {
        all.push("  the same lines in another order".to_owned());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named() {
        let check = |known: &str, new: &str, expect: &[&str]| {
            assert_eq!(differences(known, new), expect, "{known} {new}");
        };
        check("a\nb\n", "a\nb\n", &[]);
        check("a\nb\n", "a\nc\n", &["  - b", "  + c"]);
        check("", "a\n", &["  + a"]);
        check("a\nb\n", "b\na\n", &["  the same lines in another order"]);
    }
}
