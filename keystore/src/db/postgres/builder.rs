//! How to reach the database, and with which options.

use std::{fmt, net::IpAddr, time::Duration};

use auth_core::{Error, ErrorKind, ExposeSecret, SecretText};
use tokio::time::timeout;
use tokio_postgres::{
    Config,
    config::{Host, SslMode, SslNegotiation},
};

use super::{
    Postgres,
    addresses::{PORT, ports},
    connection::Connection,
    engine::PostgresEngine,
    options, schema,
};
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

const EXAMPLE: &str = "postgres://user:password@host:5432/database";
const SETTING: &str = "Postgres";

/// How to open a [`Postgres`] store.
///
/// The URL is a secret: neither `Debug` nor an error shows it. Options follow a `?`, as in libpq:
/// `sslmode=require`, `host=/run/postgresql`. Each one holds, or is an error that names it; a
/// `connect_timeout` of more than 4 seconds counts as 4. Of several hosts, the first one is taken that can be written (`target_session_attrs=read-write`).
///
/// **TLS** is required for every host but this machine. The certificate is checked against those of
/// the system, or of the file that the variable `SSL_CERT_FILE` names in their place. It must be
/// for the host in the URL. `sslmode=require` means what libpq calls `verify-full`, which is
/// accepted too.
///
/// ```no_run
/// use keystore::{EncryptionKey, Postgres};
///
/// let builder = Postgres::in_variable("ATLAS_DATABASE")?.namespace("atlas");
/// println!("{}", builder.schema()?); // for the database's owner, who runs it once
/// let store = builder.open(EncryptionKey::in_variable("ATLAS_KEY")?)?;
/// # Ok::<(), auth_core::Error>(())
/// ```
pub struct PostgresBuilder {
    url: SecretText,
    /// The variable of the URL, for errors about it.
    variable: Option<String>,
    namespace: String,
    lease: Duration,
    unencrypted_connection: bool,
}

impl Postgres {
    /// Begins a store in the database of this URL: `postgres://user:password@host:5432/database`.
    #[must_use]
    pub fn builder(url: impl Into<SecretText>) -> PostgresBuilder {
        PostgresBuilder {
            url: url.into(),
            variable: None,
            namespace: "keystore".to_owned(),
            lease: LEASE,
            unencrypted_connection: false,
        }
    }

    /// Begins a store in the database whose URL is in the environment variable `name`. If that is
    /// unset, `<name>_FILE` may hold the path of a file with it (systemd, Docker).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if both are unset or empty.
    pub fn in_variable(name: &str) -> Result<PostgresBuilder, Error> {
        let url = url::in_variable(name, EXAMPLE)?;
        Ok(PostgresBuilder {
            variable: Some(name.to_owned()),
            ..Self::builder(url)
        })
    }
}

impl PostgresBuilder {
    /// Sets the schema for the tables: a word of `a-z`, `0-9` and `_`. Stores in different ones
    /// share nothing. Default: `keystore`.
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
    /// if the store is sealed; the password is protected by SCRAM, if the server uses that.
    #[must_use]
    pub fn unencrypted_connection(mut self) -> Self {
        self.unencrypted_connection = true;
        self
    }

    /// Returns the SQL that creates the schema or brings it up to date, to be run by hand or by a
    /// tool for migrations. The same as [`migrate`](Self::migrate), as often as you like. Each run
    /// also removes the rows of accounts that logged out over a day ago, which hold no names.
    ///
    /// The user of the store needs `USAGE` on the schema, `SELECT` on `auth_meta`, and `SELECT,
    /// INSERT, UPDATE` on `auth_record`, `auth_lease`, `auth_note`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if the namespace cannot be used.
    pub fn schema(&self) -> Result<String, Error> {
        namespace(&self.namespace).map(schema::sql)
    }

    /// Creates the schema or brings it up to date, as the user in the URL. Removes the rows of
    /// accounts that logged out over a day ago.
    ///
    /// # Errors
    /// Fails if the database is out of reach, or the user may not create a schema. Also if the
    /// schema is newer than this version of the crate. Gives up with [`ErrorKind::TimedOut`] after
    /// a minute. It is one transaction, so all of it is done then, or nothing.
    pub fn migrate(&self) -> Result<(), Error> {
        self.migrate_within(Limits::default())
    }

    pub(in crate::db) fn migrate_within(&self, limits: Limits) -> Result<(), Error> {
        let sql = self.schema()?;
        let connection = self.connection()?.within(limits.open);
        EngineThread::start()?.call(async move {
            let migrated = timeout(limits.migrate, connection.migrate(&sql)).await;
            migrated.unwrap_or_else(|_| Err(connection.unmigrated(limits.migrate)))
        })
    }

    /// Opens the store. Everything that it saves is encrypted with this key, which all hosts share.
    /// Its [`health`](auth_core::Store::health) fails if the records have another one. Call it when the
    /// program starts, once the store has its [old keys](Sealed::with_old_key).
    ///
    /// # Errors
    /// [`ErrorKind::Transport`] or [`ErrorKind::TimedOut`] if the server does not respond,
    /// [`ErrorKind::Configuration`] if the URL is invalid, or if the server refuses the user. Also
    /// if the user lacks a right, or if the schema is missing or of another version.
    pub fn open(&self, key: EncryptionKey) -> Result<Sealed<Postgres>, Error> {
        let store = self.open_unsealed()?;
        let remote = store.0.clone();
        Ok(Sealed::new(store, key).with_sample(move || remote.sample()))
    }

    /// Opens the store without encryption: **all who can read the database or a backup of it can
    /// use the tokens**. For a database that encrypts by itself, or a store that you seal yourself.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn open_unsealed(&self) -> Result<Postgres, Error> {
        self.within(Limits::default())
    }

    pub(in crate::db) fn within(&self, limits: Limits) -> Result<Postgres, Error> {
        namespace(&self.namespace)?;
        let engine = PostgresEngine::new(self.connection()?.within(limits.open), &self.namespace);
        Remote::open(engine, EngineThread::start()?, self.lease, limits).map(Postgres)
    }

    pub(super) fn connection(&self) -> Result<Connection, Error> {
        let setting = self.variable.as_deref().unwrap_or(SETTING);
        let invalid = |what| url::invalid(setting, what, EXAMPLE);
        let text = self.url.expose_secret().trim();
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.starts_with(scheme))
        {
            return Err(invalid(
                "the URL of the database does not begin with postgres://",
            ));
        }
        url::check_encoding(setting, text)?;
        let (before, query) = text.split_once('?').unwrap_or((text, ""));
        if ["sslrootcert=", "sslcert=", "sslkey="]
            .iter()
            .any(|name| query.contains(name))
        {
            let what = "the URL of the database names files for TLS (sslrootcert, sslcert, sslkey)";
            return Err(Error::new(ErrorKind::Configuration, what)
                .with_setting(setting.to_owned())
                .with_help(
                    "remove them from the URL; for a certificate of your own, set SSL_CERT_FILE to \
                     a copy of the system's certificates with it. A client certificate cannot be \
                     used",
                ));
        }
        // Every certificate is verified, with its host, as these two of libpq's modes ask for.
        let query = query
            .replace("sslmode=verify-full", "sslmode=require")
            .replace("sslmode=verify-ca", "sslmode=require");
        options::check(setting, before, &query)?;
        let text = SecretText::from(format!("{before}?{query}"));
        // The parser's own error may quote the URL.
        let parsed = text.expose_secret().parse::<Config>();
        let mut config = parsed.map_err(|_| invalid("the URL of the database is invalid"))?;
        let host = match config.get_hosts() {
            [] => return Err(invalid("the URL of the database has no host")),
            hosts => names(hosts, ports(&config)),
        };
        let [count, given, each] = [
            config.get_hosts().len(),
            config.get_hostaddrs().len(),
            ports(&config).len(),
        ];
        if given != 0 && given != count {
            return Err(invalid(
                "the URL of the database does not have as many hosts and addresses (hostaddr)",
            ));
        }
        if each > 1 && each != count {
            return Err(invalid(
                "the URL of the database does not have as many hosts and ports",
            ));
        }
        let is_local = config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => url::is_loopback(name),
            #[cfg(unix)]
            Host::Unix(_) => true,
        });
        // An address is what is connected to, whatever the host's name is.
        let is_local = is_local && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
        let mode = match (
            config.get_ssl_mode(),
            is_local || self.unencrypted_connection,
        ) {
            (SslMode::Require, _) => SslMode::Require,
            (_, true) => SslMode::Disable,
            (SslMode::Disable, false) => {
                return Err(url::needs_tls(
                    setting,
                    &host,
                    "remove sslmode=disable from the URL",
                ));
            }
            (_, false) => SslMode::Require,
        };
        options::check_mode(setting, &config, mode)?;
        options::complete(setting, &mut config, &query)?;
        config.ssl_mode(mode);
        let mut tls = match mode {
            SslMode::Require => Some(tls::config()?),
            _ => None,
        };
        if let (SslNegotiation::Direct, Some(tls)) = (config.get_ssl_negotiation(), &mut tls) {
            // The server refuses a direct handshake without it (since PostgreSQL 17).
            tls.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        let database = config
            .get_dbname()
            .or(config.get_user())
            .unwrap_or_default();
        let label = format!("PostgreSQL {host}/{database}, schema {}", self.namespace);
        Ok(Connection::new(
            config,
            tls,
            label,
            setting,
            &self.namespace,
        ))
    }
}

/// Returns the hosts with their ports, as the URL has them: one port is that of all hosts.
fn names(hosts: &[Host], ports: &[u16]) -> String {
    let name = |(place, host): (usize, &Host)| {
        let port = ports.get(place).or(ports.first()).unwrap_or(&PORT);
        match host {
            Host::Tcp(name) => url::with_port(name, *port),
            #[cfg(unix)]
            Host::Unix(path) => format!("{}:{port}", path.display()),
        }
    };
    let names: Vec<_> = hosts.iter().enumerate().map(name).collect();
    names.join(",")
}

impl fmt::Debug for PostgresBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresBuilder")
            .field("namespace", &self.namespace)
            .field("lease_duration", &self.lease)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
