//! How to reach the server, and with which options.

use std::{fmt, time::Duration};

use auth_core::{Error, ExposeSecret, SecretText};
use redis::{ConnectionAddr, IntoConnectionInfo};

use super::{Redis, connection::Connection, engine::RedisEngine};
use crate::{
    db::{
        engine::namespace,
        limits::Limits,
        remote::{LEASE, Remote},
        thread::EngineThread,
        tls, url,
    },
    encrypted::{EncryptionKey, Sealed},
};

const EXAMPLE: &str = "rediss://user:password@host:6379/0";
const SETTING: &str = "Redis";

/// How to open a [`Redis`] store.
///
/// The URL is a secret: neither `Debug` nor an error shows it. `rediss://` (or `valkeys://`) is
/// with TLS, which every host but this machine requires. The certificate is checked against those
/// of the system, or of the file that the variable `SSL_CERT_FILE` names in their place.
///
/// ```no_run
/// use keystore::{EncryptionKey, Redis};
///
/// let builder = Redis::in_variable("ATLAS_REDIS")?.namespace("atlas");
/// let store = builder.open(EncryptionKey::in_variable("ATLAS_KEY")?)?;
/// # Ok::<(), auth_core::Error>(())
/// ```
pub struct RedisBuilder {
    url: SecretText,
    /// The variable of the URL, for errors about it.
    variable: Option<String>,
    namespace: String,
    lease: Duration,
    unencrypted_connection: bool,
    is_volatile: bool,
}

impl Redis {
    /// Begins a store at the server of this URL: `rediss://user:password@host:6379/0`, or
    /// `redis+unix:///run/redis.sock`.
    #[must_use]
    pub fn builder(url: impl Into<SecretText>) -> RedisBuilder {
        RedisBuilder {
            url: url.into(),
            variable: None,
            namespace: "keystore".to_owned(),
            lease: LEASE,
            unencrypted_connection: false,
            is_volatile: false,
        }
    }

    /// Begins a store at the server whose URL is in the environment variable `name`. If that is
    /// unset, `<name>_FILE` may hold the path of a file with it (systemd, Docker).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](auth_core::ErrorKind::Configuration) if both are unset or
    /// empty.
    pub fn in_variable(name: &str) -> Result<RedisBuilder, Error> {
        let url = url::in_variable(name, EXAMPLE)?;
        Ok(RedisBuilder {
            variable: Some(name.to_owned()),
            ..Self::builder(url)
        })
    }
}

impl RedisBuilder {
    /// Sets how all keys begin: a word of `a-z`, `0-9` and `_`. Stores with different ones share
    /// nothing. Default: `keystore`.
    #[must_use]
    pub fn namespace(mut self, name: &str) -> Self {
        name.clone_into(&mut self.namespace);
        self
    }

    /// Sets how long the lease of a process that died remains. Default: 10 s. All processes should
    /// use the same.
    #[must_use]
    pub fn lease_duration(mut self, duration: Duration) -> Self {
        self.lease = duration;
        self
    }

    /// Allows a connection without TLS to another machine. Tokens are encrypted on it all the same
    /// if the store is sealed, **the password is not**.
    #[must_use]
    pub fn unencrypted_connection(mut self) -> Self {
        self.unencrypted_connection = true;
        self
    }

    /// Accepts a server that forgets: without an append-only file, or one that evicts keys. **A
    /// crash of the server then ends logins.**
    #[must_use]
    pub fn volatile_server(mut self) -> Self {
        self.is_volatile = true;
        self
    }

    /// Opens the store. Everything that it saves is encrypted with this key, which all hosts share.
    /// Its [`health`](auth_core::Store::health) fails if the records have another one. Call it when the
    /// program starts, once the store has its [old keys](Sealed::with_old_key).
    ///
    /// # Errors
    /// [`Transport`](auth_core::ErrorKind::Transport) or
    /// [`TimedOut`](auth_core::ErrorKind::TimedOut) if the server does not respond,
    /// [`ErrorKind::Configuration`](auth_core::ErrorKind::Configuration) if the URL is invalid, if
    /// the server refuses the user, or if the server would lose records.
    pub fn open(&self, key: EncryptionKey) -> Result<Sealed<Redis>, Error> {
        let store = self.open_unsealed()?;
        let remote = store.remote.clone();
        Ok(Sealed::new(store, key).with_sample(move || remote.sample()))
    }

    /// Opens the store without encryption: **all who can read the server or its files can use the
    /// tokens**. For a store that you seal yourself.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn open_unsealed(&self) -> Result<Redis, Error> {
        self.within(Limits::default())
    }

    pub(in crate::db) fn within(&self, limits: Limits) -> Result<Redis, Error> {
        let engine = RedisEngine::new(
            self.connection()?.within(limits.open),
            namespace(&self.namespace)?,
        );
        let remote = Remote::open(engine, EngineThread::start()?, self.lease, limits)?;
        let mut warnings = match self.is_volatile {
            true => Vec::new(),
            false => remote.ask(|engine| async move { engine.durability().await })?,
        };
        warnings.extend(remote.ask(|engine| async move { engine.quiet().await })?);
        Ok(Redis {
            remote,
            warnings: warnings.into(),
        })
    }

    pub(super) fn connection(&self) -> Result<Connection, Error> {
        let setting = self.variable.as_deref().unwrap_or(SETTING);
        let invalid = |what| url::invalid(setting, what, EXAMPLE);
        let text = self.url.expose_secret().trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(invalid("the URL of the server has no scheme"));
        };
        let (scheme, with_tls) = match scheme {
            "redis" | "valkey" => ("redis", false),
            "rediss" | "valkeys" => ("redis", true),
            "unix" | "redis+unix" | "valkey+unix" => ("unix", false),
            _ => {
                return Err(invalid(
                    "the URL of the server does not begin with redis:// or rediss://",
                ));
            }
        };
        url::check_encoding(setting, text)?;
        let (address, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (address, query) = address.split_once('?').unwrap_or((address, ""));
        let options: &[&str] = match scheme {
            "unix" => &["db", "user", "pass"],
            _ => &[],
        };
        url::check_options(setting, query, options)?;
        // The client would read the path behind it, and no login.
        if scheme == "unix" && address.contains('@') && !address.starts_with('/') {
            return Err(invalid(
                "the URL of a socket has its user and password as ?user=…&pass=…",
            ));
        }
        let number = query
            .split('&')
            .find_map(|option| option.strip_prefix("db="));
        if number.is_some_and(|number| number.parse::<u32>().is_err()) {
            return Err(invalid("the URL has a db that is not a number"));
        }
        if !fragment.is_empty() {
            return Err(invalid("the URL of the server has a fragment (#)"));
        }
        let hosts = address.split('/').next().unwrap_or_default();
        if scheme != "unix"
            && hosts
                .rsplit('@')
                .next()
                .is_some_and(|hosts| hosts.contains(','))
        {
            return Err(invalid("the URL has several hosts: it names one server"));
        }
        // Without the `s`: the crate's own TLS is not used. Its error may quote the URL.
        let plain = SecretText::from(format!("{scheme}://{rest}"));
        let info = plain.expose_secret().into_connection_info();
        let info = info.map_err(|_| invalid("the URL of the server is invalid"))?;
        let (place, is_local) = match info.addr() {
            ConnectionAddr::Tcp(host, port) => {
                (url::with_port(host, *port), url::is_loopback(host))
            }
            ConnectionAddr::Unix(path) => (path.display().to_string(), true),
            _ => return Err(invalid("the URL of the server is invalid")),
        };
        let login = info.redis_settings();
        if login.username().is_some() && login.password().is_none() {
            return Err(invalid("the URL of the server has a user and no password"));
        }
        if !with_tls && !is_local && !self.unencrypted_connection {
            return Err(url::needs_tls(
                setting,
                &place,
                "begin the URL with rediss://",
            ));
        }
        let tls = match with_tls {
            true => Some(tls::config()?),
            false => None,
        };
        let database = info.redis_settings().db();
        let label = format!("Redis {place}/{database}, keys {}", self.namespace);
        Ok(Connection::new(info, tls, label, setting))
    }
}

impl fmt::Debug for RedisBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisBuilder")
            .field("namespace", &self.namespace)
            .field("lease_duration", &self.lease)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_url_from_a_variable_names_it() {
        let builder = RedisBuilder {
            variable: Some("ATLAS_URL".to_owned()),
            ..Redis::builder("marked-password")
        };
        let error = builder.connection().err().expect("no URL");
        assert_eq!(error.setting(), Some("ATLAS_URL"));
        assert!(
            !format!("{error:?}").contains("marked-password"),
            "{error:?}"
        );
    }

    #[test]
    fn what_the_server_refuses_names_the_variable_of_the_url() {
        let check = |variable: Option<&str>, expect: &str| {
            let builder = RedisBuilder {
                variable: variable.map(str::to_owned),
                ..Redis::builder("redis://127.0.0.1")
            };
            let connection = builder.connection().unwrap();
            for error in [connection.replica(), connection.cluster()] {
                assert_eq!(error.setting(), Some(expect), "{error}");
            }
        };
        check(Some("ATLAS_URL"), "ATLAS_URL");
        check(None, "Redis");
    }

    #[test]
    fn bad_urls_are_errors_that_show_no_password() {
        let check = |url: &str, words: &str| {
            let builder = Redis::builder(url);
            let error = builder.connection().err().expect(url);
            let text = format!("{error} {error:?} {builder:?}");
            assert!(error.is_configuration() && error.help().is_some(), "{text}");
            assert!(!text.contains("marked-password"), "{text}");
            assert!(text.contains(words), "{text}: {words}");
        };
        check("marked-password", "no scheme");
        check("http://u:marked-password@h", "begin with redis://");
        check("redis://u:marked-password@h:port", "is invalid");
        check("redis://u:marked-password@h/marked-password", "is invalid");
        check(
            "redis://u:marked-password@cache",
            "cache:6379 would not be encrypted",
        );
    }

    #[test]
    fn odd_urls() {
        let bad = |url: &str, words: &str| {
            let builder = Redis::builder(url);
            let error = builder.connection().err().expect(url);
            let text = format!("{error:#} {error:?} {builder:?}");
            assert!(error.is_configuration() && error.help().is_some(), "{text}");
            assert!(!text.contains("marked-password"), "{text}");
            assert!(text.contains(words), "{text}: {words}");
        };
        let user = "redis://u:marked-password@";
        for (rest, words) in [
            ("127.0.0.1,127.0.0.2:7/0", "one server"),
            ("127.0.0.1:1,127.0.0.2:2/0", "one server"),
            ("127.0.0.1/?db=3", "option"),
            ("127.0.0.1/0?protocol=resp3", "option"),
            ("127.0.0.1/0?password=marked-password", "option"),
            ("127.0.0.1/0/1", "invalid"),
            ("127.0.0.1/0x1", "invalid"),
            ("127.0.0.1/99999999999999999999", "invalid"),
            ("127.0.0.1:99999/0", "invalid"),
            ("[::1/0", "invalid"),
            ("0.0.0.0/0", "invalid"),
            ("/0", "invalid"),
        ] {
            bad(&format!("{user}{rest}"), words);
        }
        bad("rediss://u:marked-password@cache/0#insecure", "fragment");
        bad("redis://marked-password@127.0.0.1/0", "no password");
        bad("redis://marked-password:@127.0.0.1/0", "no password");
        bad("redis://u:%ff@127.0.0.1/0", "invalid");
        bad("REDIS-SENTINEL://h", "begin with redis://");
        bad("unix:///run/s?pass=marked-password&pass=1", "twice");
        bad("unix:///run/s?password=marked-password", "option");
        bad("unix:///run/s?user=marked-password", "no password");
        bad("unix:///run/s?db=marked-password", "db");
        bad("unix:///run/s?db=-1", "db");
        bad("unix://u:marked-password@/run/s", "?user=…&pass=…");
        bad(
            "redis+unix://:marked-password@/run/s?db=1",
            "?user=…&pass=…",
        );
    }

    #[test]
    fn fine_urls() {
        let fine = |url: &str| {
            let connection = Redis::builder(url).connection().expect(url);
            let password = connection.password().unwrap_or_default().to_owned();
            (connection.label().to_owned(), password)
        };
        for (url, label, password) in [
            (
                "redis://u:%40%3A%2F%3F%23%25%26%3D+%20@127.0.0.1/7\n",
                "127.0.0.1:6379/7",
                "@:/?#%&=+ ",
            ),
            ("redis://:p%C3%A4%E2%82%AC@[::1]:7", "[::1]:7/0", "pä€"),
            ("redis://localhost/", "localhost:6379/0", ""),
            ("valkeys://u:p@cache.example/2", "cache.example:6379/2", "p"),
            (
                "unix:///run/a%20b.sock?db=3&user=u&pass=a%26b",
                "/run/a b.sock/3",
                "a&b",
            ),
        ] {
            let label = format!("Redis {label}, keys keystore");
            assert_eq!(fine(url), (label, password.to_owned()), "{url}");
        }
    }

    #[test]
    fn a_description_names_host_and_database() {
        let check = |builder: RedisBuilder, expect: &str| {
            let connection = builder.connection().unwrap();
            assert_eq!(connection.label(), expect);
        };
        let url = "valkey://:marked-password@localhost/3";
        check(Redis::builder(url), "Redis localhost:6379/3, keys keystore");
        let far = Redis::builder("redis://:marked-password@cache:7000");
        let far = far.unencrypted_connection().namespace("x");
        check(far, "Redis cache:7000/0, keys x");
    }
}
