//! A file of the program with credentials, a line for each.

use std::path::Path;

use auth_core::{Error, ErrorKind, ExposeSecret, SecretText};

use crate::{
    fs::{
        errors,
        private_file::{self, CHANGING, NotPlain, Refusal},
    },
    text_input::named_file::{ACCESS, text},
};

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
