//! A value in a file that a variable names: `NAME_FILE` for `NAME`, as systemd and Docker provide
//! secrets.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use auth_core::{Error, ErrorKind, SecretBytes, SecretText};

/// Reads an environment variable.
pub(crate) type ReadVariable = dyn Fn(&str) -> Option<OsString> + Send + Sync;

/// The largest value, in bytes.
const LIMIT: u64 = 64 << 10;

/// The help for a file that the system does not let the program read.
pub(crate) const ACCESS: &str = "correct the path, or give this user access to the file";

/// Returns the value in the file that `<variable>_FILE` names, without the line break at its end.
/// `None` if that variable is not set or empty.
pub(crate) fn read(variable: &str, read: &ReadVariable) -> Result<Option<SecretText>, Error> {
    let name = format!("{variable}_FILE");
    let Some(path) = read(&name).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let path = PathBuf::from(unquoted(path));
    let failed = |source: io::Error| {
        let path = path.display();
        Error::new(
            ErrorKind::Configuration,
            format!("cannot read the file {path} that {name} names"),
        )
        .with_setting(name.clone())
        .with_help(ACCESS)
        .with_source(source)
    };
    let bytes = open(&path).and_then(content).map_err(failed)?;
    let text = text(&bytes).map_err(failed)?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    Ok(Some(text.strip_suffix('\r').unwrap_or(text).into()))
}

/// Opens a file that not every user can write: any of them could set the value.
fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path).map_err(|error| match path.is_dir() {
        true => directory(), // Windows opens no directory, and says that access is denied
        false => error,
    })?;
    let metadata = file.metadata()?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o002 != 0 {
        return Err(io::Error::other("every user can write it"));
    }
    match metadata.is_dir() {
        false => Ok(file),
        true => Err(directory()),
    }
}

fn directory() -> io::Error {
    io::Error::other("it is a directory")
}

fn content(file: File) -> io::Result<SecretBytes> {
    let mut bytes = Vec::with_capacity(4096); // grows only for a value that is none
    let read = file.take(LIMIT + 1).read_to_end(&mut bytes);
    let bytes = SecretBytes::new(bytes);
    match read? as u64 > LIMIT {
        false => Ok(bytes),
        true => Err(io::Error::other("it has over 64 KiB")),
    }
}

/// Returns the text, without the byte order mark that Windows' editors write before it.
pub(crate) fn text(bytes: &SecretBytes) -> io::Result<&str> {
    let text = std::str::from_utf8(bytes.as_ref());
    let text = text.map_err(|_| io::Error::other("it is not UTF-8 text"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Removes one pair of double quotes, which `set NAME="path"` of the Windows command prompt makes
/// part of the value. No path begins and ends with one.
fn unquoted(path: OsString) -> OsString {
    let inner = path.to_str().and_then(|text| {
        let text = text.strip_prefix('"')?;
        text.strip_suffix('"')
    });
    inner.map_or_else(|| path.clone(), OsString::from)
}
