//! Errors of the operating system about which the server can do nothing.

use std::io;

use auth_core::Cause;

/// Returns what to do about an error of this machine. `None` if the server or the network may be at
/// fault.
pub(super) fn help(error: &io::Error) -> Option<&'static str> {
    match (error.kind(), error.raw_os_error()) {
        _ if Cause::of(error) == Some(Cause::TooManyOpenFiles) => Cause::TooManyOpenFiles.help(),
        (io::ErrorKind::OutOfMemory, _) => Some("give this machine more memory"),
        (io::ErrorKind::PermissionDenied, Some(_)) => Some(
            "let the user of this program use the socket of the server; of a network, ask the \
             firewall of this machine",
        ),
        _ => None,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_this_machine_lacks_is_named() {
        for (code, words) in [
            (24, "ulimit -n"),
            (23, "fs.file-max"),
            (12, "memory"),
            (13, "socket"),
        ] {
            let error = io::Error::from_raw_os_error(code);
            let found = help(&error).expect("known");
            assert!(found.contains(words), "{error}: {found}");
        }
        for kind in [
            io::ErrorKind::ConnectionRefused,
            io::ErrorKind::ConnectionReset,
            io::ErrorKind::PermissionDenied,
        ] {
            assert_eq!(help(&io::Error::from(kind)), None, "{kind}");
        }
    }
}
