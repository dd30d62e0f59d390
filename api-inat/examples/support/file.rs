//! Names a file in the error of the system, which does not.

use std::{io, path::Path};

/// Returns the error with the path before it. Its kind stays.
pub(crate) fn at(path: &Path) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
