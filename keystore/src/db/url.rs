//! Reads the URL of a database for both engines. It is a secret, and errors show only its host and
//! database.

use std::net::IpAddr;

use auth_core::{Error, ErrorKind, SecretText};

use crate::text_input;

/// Returns the URL in an environment variable, or in the file that `<name>_FILE` names.
pub(super) fn in_variable(name: &str, example: &str) -> Result<SecretText, Error> {
    let text = text_input::env_var(name)?;
    text.ok_or_else(|| {
        Error::new(
            ErrorKind::Configuration,
            format!("the environment variable {name} is not set or empty, and so is {name}_FILE"),
        )
        .with_setting(name.to_owned())
        .with_help(format!("set it to a URL such as {example}"))
    })
}

/// Returns the error for a URL that cannot be used. Neither the URL nor a part of it is shown.
pub(super) fn invalid(setting: &str, what: &'static str, example: &str) -> Error {
    Error::new(ErrorKind::Configuration, what)
        .with_setting(setting.to_owned())
        .with_help(format!(
            "use a URL such as {example}, and percent-encode @ : / # % in its password"
        ))
}

/// Refuses a URL whose user or password has a character that ends it. The rest of it would be read
/// as the host, which errors show.
pub(super) fn check_encoding(setting: &str, url: &str) -> Result<(), Error> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    // In options, it is part of a value. But PostgreSQL's client takes all before the first one of
    // the whole URL for the user and the password.
    let has_user = authority.contains('@') || !scheme.starts_with("postgres");
    let is_cut = |(before, _): (&str, &str)| !before.contains('=') || !has_user;
    let is_file = authority.is_empty() && has_user;
    let cut = !is_file && tail.split_once('@').is_some_and(is_cut);
    match authority.matches('@').count() {
        0 | 1 if !cut => Ok(()),
        _ => Err(Error::new(
            ErrorKind::Configuration,
            "the user or the password in the URL has a character that is not encoded",
        )
        .with_setting(setting.to_owned())
        .with_help("write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25 in them")),
    }
}

/// Refuses an option that is not one of these, which would be ignored, and one that is given twice, of
/// which one would be. Neither a value nor an unknown name is shown: either may be a part of a password.
pub(super) fn check_options(setting: &str, query: &str, known: &[&str]) -> Result<(), Error> {
    let mut seen = Vec::new();
    let refused = |what: &str, help: String| {
        Error::new(ErrorKind::Configuration, what.to_owned())
            .with_setting(setting.to_owned())
            .with_help(help)
    };
    for option in query.split('&').filter(|option| !option.is_empty()) {
        let name = option.split_once('=').map(|(name, _)| name);
        let Some(name) = name.and_then(|name| known.iter().find(|known| **known == name)) else {
            let help = match known {
                [] => "remove what follows the ? in it".to_owned(),
                known => format!("remove it; it knows {}", known.join(", ")),
            };
            return Err(refused(
                "the URL is invalid: it has an option that the store does not know",
                help,
            ));
        };
        if seen.contains(name) {
            let what = format!("the URL is invalid: it has the option {name} twice");
            return Err(refused(&what, "remove one of them".to_owned()));
        }
        seen.push(*name);
    }
    Ok(())
}

/// Returns a host with its port, as a URL has them.
pub(super) fn with_port(host: &str, port: u16) -> String {
    match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    }
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
pub(super) fn needs_tls(setting: &str, host: &str, how: &str) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("the connection to {host} would not be encrypted"),
    )
    .with_setting(setting.to_owned())
    .with_help(format!(
        "{how}; on a network that is safe by itself, say so with unencrypted_connection"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_is_not_encoded_is_no_host() {
        for url in [
            "postgres://u:s3cret@w0rd@127.0.0.1:5432/d",
            "rediss://u:s3cret@w0rd@h/0",
            "postgres://u:1?w0rd@h/d",
            "postgres://u:1#w0rd@h/d",
            "redis://:1/w0rd@h",
            "postgres://u:s3cret@w0rd#@h/d",
            "rediss://u:s3cret@w0rd/1@h/0",
            "postgres://h/d?user=u&password=s3cret@w0rd",
            "postgresql://h/d?application_name=s3cret@w0rd&password=b",
            "postgres:///d?host=/run/@w0rd",
        ] {
            let error = check_encoding("TOKENS", url).expect_err(url);
            assert!(error.is_configuration() && error.setting() == Some("TOKENS"));
            let text = format!("{error:#} {error:?}");
            assert!(text.contains("%40") && !text.contains("w0rd"), "{text}");
        }
        for url in [
            "postgres://u:s3cret%40w0rd@h/d",
            "postgres://h/d?user=u&password=a%40b",
            "postgres:///d?host=/run/%40socket",
            "postgres://u:s3cret@h/d?application_name=a@b",
            "unix:///run/a@b.sock",
            "redis://h",
            "",
        ] {
            check_encoding("TOKENS", url).expect(url);
        }
    }

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
