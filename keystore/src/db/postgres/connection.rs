//! One connection to the server, opened when it is needed and again when it was lost.

use std::{borrow::Cow, error::Error as _, future::poll_fn, io, sync::Arc, time::Duration};

use auth_core::{Error, ErrorKind};
use rustls::ClientConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    time::timeout,
};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Row, config::Host, error::SqlState};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    addresses::{addresses, look_up},
    advice::advice,
    schema::{self, Statements, Unsuited},
};
use crate::db::{
    limits::Limits,
    listener::{MESSAGES, Messages},
    slot::{Slot, first},
    system, tls,
};

pub(super) struct Connection {
    config: Config,
    tls: Option<ClientConfig>,
    label: String,
    /// What errors name: the variable of the URL, if it came from one.
    setting: String,
    schema: String,
    client: Slot<Arc<Client>>,
    /// How long opening a connection may take.
    limit: Duration,
}

/// Runs a connection until its client is dropped or it is lost.
async fn run<S, T>(
    mut connection: tokio_postgres::Connection<S, T>,
    words: Option<mpsc::Sender<String>>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        if let (AsyncMessage::Notification(heard), Some(words)) = (message, &words) {
            if words.send(heard.payload().to_owned()).await.is_err() {
                return;
            }
        }
    }
}

impl Connection {
    pub(super) fn new(
        config: Config,
        tls: Option<ClientConfig>,
        label: String,
        setting: &str,
        schema: &str,
    ) -> Self {
        Self {
            config,
            tls,
            label,
            setting: setting.to_owned(),
            schema: schema.to_owned(),
            client: Slot::new(),
            limit: Limits::default().open,
        }
    }

    pub(super) fn within(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    #[cfg(test)]
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the open connection, or opens one. Callers send over it at the same time, and each
    /// gets its own responses.
    pub(super) async fn client(&self) -> Result<Arc<Client>, Error> {
        let is_usable = |client: &Arc<Client>| !client.is_closed();
        let open = || async { self.connect(None).await.map(Arc::new) };
        self.client.get(is_usable, open).await
    }

    /// Opens a connection that sends the messages that it receives to `words`.
    async fn connect(&self, words: Option<mpsc::Sender<String>>) -> Result<Client, Error> {
        let connecting = async {
            let look_up = |name: String| {
                let label = self.label.clone();
                async move {
                    look_up(name)
                        .await
                        .map_err(|error| no_address(&label, error))
                }
            };
            let patience = self.limit / 8;
            let (known, late) = addresses(&self.config, patience, look_up).await?;
            // A little before the one around it, which says less.
            let limit = self.limit * 9 / 10;
            let open = |config| self.connect_to(config, words.clone());
            first(known, late, limit, open, || self.silent()).await
        };
        match timeout(self.limit, connecting).await {
            Ok(opened) => opened,
            Err(_) => Err(self.silent()),
        }
    }

    /// Opens a connection to the only address in this.
    async fn connect_to(
        &self,
        config: Config,
        words: Option<mpsc::Sender<String>>,
    ) -> Result<Client, Error> {
        let each = config.get_connect_timeout().copied();
        let opening = self.open(config, words);
        match each {
            None => opening.await,
            // The client has none for TLS and the login.
            Some(each) => match timeout(each, opening).await {
                Ok(opened) => opened,
                Err(_) => Err(self.silent()),
            },
        }
    }

    async fn open(
        &self,
        config: Config,
        words: Option<mpsc::Sender<String>>,
    ) -> Result<Client, Error> {
        let opened = match &self.tls {
            None => config.connect(NoTls).await.map(|(client, driver)| {
                tokio::spawn(run(driver, words));
                client
            }),
            Some(tls) => {
                let tls = MakeRustlsConnect::new(tls.clone());
                config.connect(tls).await.map(|(client, driver)| {
                    tokio::spawn(run(driver, words));
                    client
                })
            }
        };
        opened.map_err(|error| self.error(error))
    }

    fn silent(&self) -> Error {
        let what = format!("{} did not respond while connecting", self.label);
        Error::new(ErrorKind::TimedOut, what).with_help(
            "try again; if it happens again, look whether the server runs, and whether a firewall \
             drops its packets",
        )
    }

    /// Opens another connection, which listens.
    pub(super) async fn listen(&self, sql: &str) -> Result<Messages, Error> {
        let (sender, words) = mpsc::channel(MESSAGES);
        let client = self.connect(Some(sender)).await?;
        let listens = client.batch_execute(sql).await;
        listens.map_err(|error| self.error(error))?;
        Ok(Messages::new(words, client))
    }

    pub(super) fn reset(&self) {
        self.client.clear();
    }

    pub(super) async fn migrate(&self, sql: &str) -> Result<(), Error> {
        let client = self.client().await?;
        let migrated = client.batch_execute(sql).await;
        if migrated.is_err() {
            let _failed_already = client.batch_execute("ROLLBACK").await;
        }
        // A lock that is held would hold up the question for the version, too.
        if let Err(error) = &migrated {
            if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) {
                return migrated.map_err(|error| self.error(error));
            }
        }
        let version = Statements::new(&self.schema).schema_version;
        let found = client.query_typed_opt(&version, &[]).await;
        match (migrated, found) {
            (Ok(()), found) => self.check_version(&self.row(found)?),
            // Tables of another version are the better reason.
            (Err(_), Ok(Some(row))) if self.is_unsuited(&row) => self.check_version(&row),
            (Err(error), _) if error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => {
                Err(self.read_only())
            }
            (Err(error), _) => Err(self.error(error)),
        }
    }

    /// The error for a server that did not end a migration.
    pub(super) fn unmigrated(&self, limit: Duration) -> Error {
        let (label, limit) = (&self.label, limit.as_secs_f32().ceil());
        let what = format!("{label} did not create or update the tables within {limit} s");
        Error::new(ErrorKind::TimedOut, what).with_help(
            "migrate again: it is one transaction, so all of it is done, or nothing. If it happens \
             again, look whether the server runs, or run the SQL of schema with psql, which has no \
             limit",
        )
    }

    /// Returns whether this row names a version of the tables that does not suit this host.
    fn is_unsuited(&self, row: &Row) -> bool {
        let (version, suits) = (self.get::<Option<i32>>(row, 0), self.get(row, 1));
        matches!((version, suits), (Ok(Some(_)), Ok(None | Some(false))))
    }

    /// Returns the row of a statement that has one in any case.
    pub(super) fn row(
        &self,
        row: Result<Option<Row>, tokio_postgres::Error>,
    ) -> Result<Row, Error> {
        let row = row.map_err(|error| self.failed(error))?;
        row.ok_or_else(|| Error::internal("a query without rows"))
    }

    /// Fails unless the tables suit this host, by the first two columns of this row.
    pub(super) fn check_version(&self, row: &Row) -> Result<(), Error> {
        match (self.get(row, 0)?, self.get(row, 1)?) {
            (_, Some(true)) => Ok(()),
            (Some(version), _) => Err(self.wrong_schema(Unsuited::Other(version))),
            (None, _) => Err(self.wrong_schema(Unsuited::WithoutVersion)),
        }
    }

    /// Returns a column of a row.
    pub(super) fn get<'r, T: tokio_postgres::types::FromSql<'r>>(
        &self,
        row: &'r Row,
        column: usize,
    ) -> Result<T, Error> {
        row.try_get(column).map_err(|error| self.error(error))
    }

    pub(super) fn wrong_schema(&self, found: Unsuited) -> Error {
        schema::wrong_schema(&self.label, &self.setting, found)
    }

    pub(super) fn read_only(&self) -> Error {
        self.refused(
            "it cannot be written, because it is a standby or its transactions are read-only",
            "connect to the primary, or add target_session_attrs=read-write to the URL; if this is \
             the primary, switch default_transaction_read_only off",
        )
    }

    /// Returns the error for something about this server that only its operator can change.
    pub(super) fn refused(&self, what: &str, help: impl Into<Cow<'static, str>>) -> Error {
        Error::new(ErrorKind::Configuration, format!("{}: {what}", self.label))
            .with_setting(self.setting.clone())
            .with_help(help)
    }

    /// The error of a statement on a server that could be written before.
    fn demoted(&self, words: &str) -> Error {
        let what = format!("{} cannot be written any more: {words}", self.label);
        Error::new(ErrorKind::Transport, what).with_help(
            "try again; if it happens again, connect to the primary: name all hosts in the URL, with \
             target_session_attrs=read-write",
        )
    }

    /// Says what to do about an error of a statement, and drops a connection that can be used no
    /// longer: the server ends, or became a standby. Its address may be that of another primary by
    /// now, and a save is repeated.
    pub(super) fn failed(&self, error: tokio_postgres::Error) -> Error {
        let ends = |state: &SqlState| {
            *state == SqlState::READ_ONLY_SQL_TRANSACTION
                || state.code().starts_with("08")
                || state.code().starts_with("57P")
        };
        if error.is_closed() || error.code().is_some_and(ends) {
            self.reset();
        }
        self.error(error)
    }

    /// Returns whether TLS is off, and could be on: a socket has none.
    fn could_be_tls(&self) -> bool {
        let has_address = |host: &Host| match host {
            Host::Tcp(_) => true,
            #[cfg(unix)]
            Host::Unix(_) => false,
        };
        self.tls.is_none() && self.config.get_hosts().iter().all(has_address)
    }

    /// Says what to do about an error, with the server's own words and code.
    pub(super) fn error(&self, error: tokio_postgres::Error) -> Error {
        let label = &self.label;
        let Some(found) = error.as_db_error() else {
            let source = error.source().and_then(|source| source.downcast_ref());
            if let Some(why) = source.and_then(tls::refusal) {
                return tls::refused(label, &self.setting, why).with_source(error);
            }
            // The client's words for target_session_attrs; the system's have a code.
            let is_standby = |found: &io::Error| {
                found.kind() == io::ErrorKind::PermissionDenied && found.raw_os_error().is_none()
            };
            let source = error.source().and_then(|source| source.downcast_ref());
            if source.is_some_and(is_standby) {
                let what = format!("{label}: none of the hosts can be written");
                return Error::new(ErrorKind::Transport, what)
                    .with_help(
                        "try again; if it happens again, look whether one of the hosts in the URL \
                         is the primary",
                    )
                    .with_source(error);
            }
            let lost = source.is_some()
                || error.is_closed()
                || error.to_string().starts_with("connection closed")
                || error.to_string().contains("timeout");
            return match lost {
                true => Error::new(ErrorKind::Transport, format!("{label} is out of reach"))
                    .with_help(source.and_then(system::help).unwrap_or(
                        "try again; if it happens again, look whether the server runs, and correct \
                         the host and the port in the URL",
                    )),
                false => {
                    let (what, help) = unusable(&error.to_string());
                    self.refused(what, help)
                }
            }
            .with_source(error);
        };
        let code = found.code().code();
        match found.code() {
            &SqlState::READ_ONLY_SQL_TRANSACTION => return self.demoted(found.message()),
            &SqlState::UNDEFINED_TABLE | &SqlState::INVALID_SCHEMA_NAME => {
                return self.wrong_schema(Unsuited::Missing);
            }
            _ => {}
        }
        let (kind, help) = advice(code, found.message(), self.could_be_tls());
        // The message only: details may quote values.
        let what = format!("{label}: {} (SQLSTATE {code})", found.message());
        let error = Error::new(kind, what).with_help(help);
        match kind {
            ErrorKind::Configuration => error.with_setting(self.setting.clone()),
            _ => error,
        }
    }
}

fn no_address(label: &str, source: io::Error) -> Error {
    let what = format!("{label}: the host has no address");
    let help = system::help(&source)
        .unwrap_or("try again; if it happens again, correct the host in the URL");
    Error::new(ErrorKind::Transport, what)
        .with_help(help)
        .with_source(source)
}

/// What is wrong, and what to do about it, by the words of the client: it does not tell its kinds
/// otherwise.
fn unusable(words: &str) -> (&'static str, &'static str) {
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if says(&["TLS"]) {
        return (
            "the server has no TLS",
            "switch it on there (ssl = on); on a network that is safe by itself, say so with \
             unencrypted_connection, and remove sslmode",
        );
    }
    if says(&["authentication", "configuration"]) {
        return (
            "cannot log in",
            "put the user and the password into the URL; the server must ask for a password by SCRAM \
             or MD5, or for none, and channel_binding=require needs SCRAM",
        );
    }
    if says(&["column", "number of rows"]) {
        return (
            "its tables are not those of the store",
            "choose another namespace, or remove these tables and call migrate",
        );
    }
    (
        "cannot connect",
        "correct the host and the port in the URL: PostgreSQL does not respond there",
    )
}

#[cfg(test)]
mod tests;
