//! What both engines do with a URL: it is a secret, and errors show only its host and database.

use std::net::IpAddr;

use auth_core::{Error, ErrorKind, SecretText};

use crate::text_input;

/// Returns the URL in an environment variable.
pub(super) fn in_variable(name: &str, example: &str) -> Result<SecretText, Error> {
    let text = text_input::env_var(name)?;
    text.ok_or_else(|| {
        Error::new(
            ErrorKind::Configuration,
            format!("the environment variable {name} is not set or empty"),
        )
        .with_setting(name.to_owned())
        .with_help(format!("set it to a URL such as {example}"))
    })
}

/// Returns the error for a URL that cannot be used. Neither the URL nor a part of it is shown.
pub(super) fn invalid(setting: &str, what: &'static str, example: &str) -> Error {
    Error::new(ErrorKind::Configuration, what)
        .with_setting(setting.to_owned())
        .with_help(format!("use a URL such as {example}"))
}

/// Returns whether a connection to this host stays on the machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Returns the error for a host that is reached over a network without TLS.
pub(super) fn needs_tls(host: &str, how: &str) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("the connection to {host} would not be encrypted"),
    )
    .with_setting("TLS")
    .with_help(format!(
        "{how}; on a network that is safe by itself, say so with unencrypted_connection"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback() {
        for host in ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "localhost.example.org", "10.0.0.1", "::2", "db"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
