//! The options of a URL: each one holds, or is an error that names it.

use std::time::Duration;

use auth_core::{Error, ErrorKind};
use tokio_postgres::{
    Config,
    config::{ChannelBinding, SslMode, SslNegotiation, TargetSessionAttrs},
};

use crate::db::url;

/// What the client knows.
const OPTIONS: &[&str] = &[
    "sslmode",
    "host",
    "hostaddr",
    "port",
    "user",
    "password",
    "dbname",
    "options",
    "application_name",
    "target_session_attrs",
    "load_balance_hosts",
    "channel_binding",
    "sslnegotiation",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
];

/// Found out by the network sooner than by the system's two hours.
const KEEPALIVES_IDLE: Duration = Duration::from_secs(30);

/// The error for an option that cannot hold.
fn refused(setting: &str, what: impl Into<String>, help: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, what.into())
        .with_setting(setting.to_owned())
        .with_help(help.into())
}

/// Refuses unknown options, values that an option does not have or that the client reads in another
/// way, and what the URL says twice. Takes the URL before its `?`, and what follows.
pub(super) fn check(setting: &str, before: &str, query: &str) -> Result<(), Error> {
    url::check_options(setting, query, OPTIONS)?;
    let (_, rest) = before.split_once("://").unwrap_or(("", before));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let before = [
        ("user", user),
        ("password", password),
        ("host", host),
        ("dbname", database),
    ];
    for option in query.split('&').filter(|option| !option.is_empty()) {
        let name = option.split_once('=').map_or(option, |(name, _)| name);
        // The client takes the last one, and all hosts.
        if before
            .iter()
            .any(|(also, value)| *also == name && !value.is_empty())
        {
            return Err(refused(
                setting,
                format!("the URL is invalid: it has {name} before the ? and behind it"),
                "remove one of them",
            ));
        }
        // The client takes all of them for one name, or for one folder of sockets.
        let has_comma = [",", "%2c", "%2C"]
            .iter()
            .any(|comma| option.contains(comma));
        if name == "host" && has_comma {
            return Err(refused(
                setting,
                "the URL is invalid: its option host has several hosts",
                "write them before the /, as in postgres://user@one,two/database",
            ));
        }
        // The parser's own error may quote the URL.
        if format!("postgres://host/?{option}")
            .parse::<Config>()
            .is_err()
        {
            return Err(refused(
                setting,
                format!("the URL is invalid: its option {name} has a value that it does not know"),
                "correct the value, as the manual of libpq has it, or remove the option",
            ));
        }
    }
    Ok(())
}

/// Completes a configuration whose options the client would ignore or read in another way. `query`
/// is what the URL has behind its `?`.
pub(super) fn complete(setting: &str, config: &mut Config, query: &str) -> Result<(), Error> {
    let has = |wanted: &str| {
        let mut names = query.split('&').filter_map(|option| option.split_once('='));
        names.any(|(name, _)| name == wanted)
    };
    if config.get_target_session_attrs() == TargetSessionAttrs::ReadOnly {
        return Err(refused(
            setting,
            "the URL has target_session_attrs=read-only, and the store writes",
            "set it to read-write",
        ));
    }
    // Of several, one can be written.
    if config.get_hosts().len() > 1 && !has("target_session_attrs") {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    // In milliseconds, which the client takes for seconds.
    if let Some(limit) = config.get_tcp_user_timeout().map(Duration::as_secs) {
        config.tcp_user_timeout(Duration::from_millis(limit));
    }
    if !has("keepalives_idle") {
        config.keepalives_idle(KEEPALIVES_IDLE);
    }
    if config.get_application_name().is_none() {
        config.application_name("keystore");
    }
    Ok(())
}

/// Refuses what cannot hold with this mode of TLS.
pub(super) fn check_mode(setting: &str, config: &Config, mode: SslMode) -> Result<(), Error> {
    if mode == SslMode::Require {
        #[cfg(unix)]
        if config
            .get_hosts()
            .iter()
            .any(|host| matches!(host, tokio_postgres::config::Host::Unix(_)))
        {
            return Err(refused(
                setting,
                "the URL has a socket, which has no TLS, and requires TLS",
                "remove sslmode, and hosts on other machines",
            ));
        }
        return Ok(());
    }
    for (option, asks) in [
        (
            "sslnegotiation=direct",
            config.get_ssl_negotiation() == SslNegotiation::Direct,
        ),
        (
            "channel_binding=require",
            config.get_channel_binding() == ChannelBinding::Require,
        ),
    ] {
        if asks {
            return Err(refused(
                setting,
                format!("the URL has {option}, and the connection would have no TLS"),
                "add sslmode=require, or remove it",
            ));
        }
    }
    Ok(())
}
