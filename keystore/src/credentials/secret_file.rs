//! Credentials in files: one for each value, which a variable names, or one with lines for all.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use auth_core::{Error, ErrorKind, ExposeSecret, SecretBytes, SecretText};

use super::discovery::ReadVariable;
use crate::fs::{
    errors,
    private_file::{self, CHANGING, NotPlain, Refusal},
};

/// The largest value, in bytes.
const LIMIT: u64 = 64 << 10;

/// The help for a file that the system does not let the program read.
const ACCESS: &str = "correct the path, or give this user access to the file";

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
    let bytes = match private_file::examine(path) {
        Ok(Some(bytes)) => bytes,
        // As a `.env` file that has no line yet.
        Ok(None) | Err(Refusal::Empty) => return Ok(None),
        Err(refusal) => return Err(not_read(path, refusal)),
    };
    let text = text(&bytes).map_err(|source| {
        unreadable(path)
            .with_help("save it as UTF-8 text")
            .with_source(source)
    })?;
    Ok(Some(text.into()))
}

/// Returns the error for the program's file with credentials. Its mode and its place are settings,
/// and what it holds is not renewed by a login.
fn not_read(path: &Path, refusal: Refusal) -> Error {
    let (problem, help) = match refusal {
        Refusal::Failed(source) => {
            return unreadable(path).with_help(ACCESS).with_source(source);
        }
        Refusal::NotPlain(kind) => {
            let help = match kind {
                NotPlain::Link => "name its target instead",
                NotPlain::Directory | NotPlain::Special => "name a file instead",
            };
            (kind.problem().to_owned(), help.to_owned())
        }
        Refusal::OpenToOthers(mode) => (
            format!("is accessible to other users (mode {mode:04o})"),
            format!(
                "run: chmod 600 {}; change the password and the secret if others may have read it",
                errors::quoted(path)
            ),
        ),
        Refusal::OwnedBy(owner) => (
            format!("belongs to another user (id {owner}), who can change it"),
            "make the user that runs this program its owner with chown; change the password and \
             the secret if the other user is not trusted"
                .to_owned(),
        ),
        Refusal::TooLarge => (
            "is larger than 1 MiB, so it is not a file with credentials".to_owned(),
            "name the file with the lines `NAME=value`".to_owned(),
        ),
        Refusal::Empty => ("is empty".to_owned(), "write its lines".to_owned()),
        Refusal::Changing => (CHANGING.to_owned(), "try again".to_owned()),
    };
    wrong_file(format!("the credentials file {} {problem}", path.display())).with_help(help)
}

fn unreadable(path: &Path) -> Error {
    wrong_file(format!(
        "cannot read the credentials file {}",
        path.display()
    ))
}

fn wrong_file(what: String) -> Error {
    Error::new(ErrorKind::Configuration, what).with_setting("Discovery::file")
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
