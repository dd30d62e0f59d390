//! Credentials in files: one for each value, which a variable names, or one with lines for all.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use auth_core::{Error, ErrorKind, ExposeSecret, SecretBytes, SecretText};

use super::discovery::ReadVariable;
use crate::fs::private_file;

/// The largest value, in bytes.
const LIMIT: u64 = 64 << 10;

/// Returns the value in the file that `<variable>_FILE` names, without the line break at its end.
/// `None` if that variable is not set or empty.
pub(super) fn read(variable: &str, read: &ReadVariable) -> Result<Option<SecretText>, Error> {
    let name = format!("{variable}_FILE");
    let Some(path) = read(&name).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let path = PathBuf::from(path);
    let failed = |source: io::Error| {
        let path = path.display();
        Error::new(
            ErrorKind::Configuration,
            format!("cannot read the file {path} that {name} names"),
        )
        .with_setting(name.clone())
        .with_help("correct the path, or give this user access to the file")
        .with_source(source)
    };
    let bytes = open(&path).and_then(content).map_err(failed)?;
    let text = text(&bytes).map_err(failed)?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    Ok(Some(text.strip_suffix('\r').unwrap_or(text).into()))
}

/// Opens a file that not every user can write: any of them could set the value.
fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o002 != 0 {
        return Err(io::Error::other("every user can write it"));
    }
    match metadata.is_dir() {
        false => Ok(file),
        true => Err(io::Error::other("it is a directory")),
    }
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

fn text(bytes: &SecretBytes) -> io::Result<&str> {
    std::str::from_utf8(bytes.as_ref()).map_err(|_| io::Error::other("it is not UTF-8 text"))
}

/// Returns the text of a file that only its owner can access. `None` if it does not exist.
pub(super) fn read_private(path: &Path) -> Result<Option<SecretText>, Error> {
    let Some(bytes) = private_file::read(path)? else {
        return Ok(None);
    };
    let text = text(&bytes).map_err(|source| {
        let what = format!("cannot read the credentials file {}", path.display());
        Error::new(ErrorKind::Configuration, what).with_source(source)
    })?;
    Ok(Some(text.into()))
}

/// Returns the value of the last line `NAME=value`, without the pair of single quotes that a shell
/// would remove.
pub(super) fn line(text: &SecretText, name: &str) -> Option<SecretText> {
    let value = text.expose_secret().lines().rev().find_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (found, value) = line.split_once('=')?;
        (found.trim() == name).then_some(value.trim())
    })?;
    let bare = value
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    Some(bare.unwrap_or(value).into())
}
