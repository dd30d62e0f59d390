//! What caused a failure is a value: for both clients, and for a store below them.

use std::{error::Error as _, io};

use auth_core::{Cause, Error, ErrorKind};
#[cfg(unix)]
use keystore::File;
use keystore::Memory;

use crate::common::{AtServer, Greeting, World, doorkeeper};

/// The causes as `anyhow` lists them, the error itself first.
fn chain(error: &Error) -> Vec<&(dyn std::error::Error + 'static)> {
    let (mut chain, mut next): (Vec<&(dyn std::error::Error + 'static)>, _) =
        (vec![error], error.source());
    while let Some(cause) = next {
        chain.push(cause);
        next = cause.source();
    }
    chain
}

/// Checks that the system's error is in the chain, and that no text of the chain repeats another.
fn check(error: &Error, kind: io::ErrorKind) {
    let chain = chain(error);
    let found = chain.iter().find_map(|error| error.downcast_ref());
    assert_eq!(found.map(io::Error::kind), Some(kind), "{error:?}");
    assert_eq!(error.io_kind(), Some(kind));
    let shown: Vec<String> = chain.iter().map(ToString::to_string).collect();
    for (at, text) in shown.iter().enumerate() {
        let others = shown.iter().enumerate().filter(|(other, _)| *other != at);
        for (_, other) in others {
            assert!(!other.contains(text.as_str()), "said twice: {shown:?}");
        }
        assert!(format!("{error:#}").contains(chain_text(text)), "{shown:?}");
    }
    assert_eq!(format!("{error:#}"), format!("{error:?}"));
}

/// The part of a message before its help, which the whole one has at its end.
fn chain_text(text: &str) -> &str {
    text.split("; ").next().unwrap_or(text)
}

#[test]
fn a_refused_connection() {
    let server = doorkeeper();
    let url = format!("to {} could", server.url().trim_end_matches('/'));
    let worlds = World::both(&server, Memory::new());
    drop(server);
    for world in worlds {
        let error = world.send_anonymously(Greeting).expect_err("refused");
        check(&error, io::ErrorKind::ConnectionRefused);
        assert_eq!(error.cause(), Some(Cause::ConnectionRefused));
        assert_eq!(error.kind(), ErrorKind::Transport, "{}", world.name());
        assert!(error.to_string().contains(&url), "{error}");
    }
}

#[cfg(unix)] // Windows calls it a path that is not found
#[test]
fn a_directory_that_is_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    std::fs::write(&path, "").expect("a file");
    let error = File::open(path.join("inside"))
        .map(drop)
        .expect_err("a file");
    check(&error, io::ErrorKind::NotADirectory);
    assert!(error.to_string().contains(path.to_str().expect("a path")));
    let source = error.source().and_then(|source| source.downcast_ref());
    assert!(
        source.and_then(io::Error::raw_os_error).is_some(),
        "{error:?}"
    );
}
