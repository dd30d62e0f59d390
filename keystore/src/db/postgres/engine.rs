//! The operations of a store, each one statement, none of them prepared by name: a pooler may send
//! the next one over another connection.

use std::{sync::Arc, time::Duration};

use auth_core::{AccountKey, Error, ExposeSecret, SecretBytes};
use tokio_postgres::{
    Row,
    error::SqlState,
    types::{ToSql, Type},
};

use super::{
    connection::Connection,
    rights::{self, Missing},
    schema::{Statements, Unsuited},
};
use crate::db::{
    both,
    engine::{Engine, Held, Taken, millis},
    id::Id,
    listener::{Messages, Messenger},
    random_word,
};

pub(super) struct PostgresEngine {
    connection: Connection,
    statements: Statements,
    schema: String,
}

/// Returns whether a statement met one of another host, and did nothing.
fn is_conflict(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
}

type Parameters<'p> = &'p [(&'p (dyn ToSql + Sync), Type)];

impl PostgresEngine {
    pub(super) fn new(connection: Connection, schema: &str) -> Self {
        Self {
            connection,
            statements: Statements::new(schema),
            schema: schema.to_owned(),
        }
    }

    /// Runs one statement. By default PostgreSQL lets it wait for those of other hosts. With stricter
    /// isolation, which a role may have as its own default, it fails instead, and is repeated until
    /// the limit of the operation ends that.
    async fn query(&self, sql: &str, parameters: Parameters<'_>) -> Result<Option<Row>, Error> {
        let client = self.connection.client().await?;
        loop {
            match client.query_typed_opt(sql, parameters).await {
                Ok(row) => return Ok(row),
                Err(error) if is_conflict(&error) => {}
                Err(error) => return Err(self.explain(error).await),
            }
        }
    }

    /// Says what to do about an error. One of a statement that does not suit the tables names their
    /// version, if it is another one.
    async fn explain(&self, error: tokio_postgres::Error) -> Error {
        let is_unsuited = error.code().is_some_and(|code| {
            code.code().starts_with("42") && *code != SqlState::INSUFFICIENT_PRIVILEGE
        });
        if is_unsuited {
            if let Err(other) = self.suits().await {
                return other;
            }
        }
        self.connection.failed(error)
    }

    /// Fails unless the tables suit this host.
    async fn suits(&self) -> Result<(), Error> {
        let client = self.connection.client().await?;
        let found = client.query_typed_opt(&self.statements.schema_version, &[]);
        self.connection
            .check_version(&self.connection.row(found.await)?)
    }

    /// Fails if the store cannot work with this server. Returns whether that can be written.
    async fn is_writable(&self) -> Result<bool, Error> {
        let client = self.connection.client().await?;
        // Both at once: the second one fails without the rights that the first one looks for.
        let (found, version) = both(
            client.query_typed_opt(&self.statements.rights, &[]),
            client.query_typed_opt(&self.statements.schema_version, &[]),
        )
        .await;
        let found = self.connection.row(found)?;
        let missing = Missing {
            user: self.get(&found, 0)?,
            usage: self.get(&found, 1)?,
            tables: self.get(&found, 2)?,
        };
        if let Some((what, help)) = missing.explain(&self.schema) {
            return Err(self.connection.refused(&what, help));
        }
        self.connection
            .check_version(&self.connection.row(version)?)?;
        let (tables, is_read_only): (i64, bool) = (self.get(&found, 3)?, self.get(&found, 4)?);
        let encoding: Option<String> = self.get(&found, 5)?;
        match (tables == rights::TABLES, encoding) {
            (false, _) => Err(self.connection.wrong_schema(Unsuited::Missing)),
            (true, Some(encoding)) => Err(self.connection.refused(
                &format!("its encoding {encoding} cannot hold all names of accounts"),
                "use a database with the encoding UTF8 (CREATE DATABASE … ENCODING 'UTF8')",
            )),
            (true, None) => Ok(!is_read_only),
        }
    }

    /// Returns the account in the first columns of a row.
    fn account(&self, row: &Row) -> Result<Option<AccountKey>, Error> {
        let digest: &[u8] = self.get(row, 0)?;
        let names = [self.get(row, 1)?, self.get(row, 2)?, self.get(row, 3)?];
        Ok(Id::account(digest, names))
    }

    fn get<'r, T: tokio_postgres::types::FromSql<'r>>(
        &self,
        row: &'r Row,
        column: usize,
    ) -> Result<T, Error> {
        self.connection.get(row, column)
    }
}

impl Messenger for PostgresEngine {
    async fn listen(&self) -> Result<Messages, Error> {
        self.connection.listen(&self.statements.listen).await
    }

    async fn announce(&self, word: &str) -> Result<(), Error> {
        let parameters: Parameters<'_> = &[(&word, Type::TEXT)];
        self.query(&self.statements.announce, parameters)
            .await
            .map(drop)
    }
}

impl Engine for PostgresEngine {
    async fn load(&self, id: &Id) -> Result<Option<SecretBytes>, Error> {
        let id = &id.digest[..];
        let row = self
            .query(&self.statements.load, &[(&id, Type::BYTEA)])
            .await?;
        let row = row.ok_or_else(|| Error::internal("a query without rows"))?;
        if !self.get::<bool>(&row, 0)? {
            self.suits().await?;
        }
        let body: Option<Vec<u8>> = self.get(&row, 1)?;
        Ok(body.map(SecretBytes::new))
    }

    async fn take(&self, id: &Id, holder: &str, time: Duration) -> Result<Option<Taken>, Error> {
        let (id, time) = (&id.digest[..], millis(time));
        let taking: [(&(dyn ToSql + Sync), Type); 3] = [
            (&id, Type::BYTEA),
            (&holder, Type::TEXT),
            (&time, Type::INT8),
        ];
        let reading: [(&(dyn ToSql + Sync), Type); 1] = [(&id, Type::BYTEA)];
        // Both at once: the server runs them one after the other.
        let client = self.connection.client().await?;
        let (taken, found) = loop {
            let (taken, found) = both(
                client.query_typed_opt(&self.statements.take, &taking),
                client.query_typed_opt(&self.statements.version, &reading),
            )
            .await;
            match (taken, found) {
                (Ok(taken), Ok(found)) => break (taken, self.connection.row(Ok(found))?),
                (Err(error), _) | (_, Err(error)) if is_conflict(&error) => {}
                (Err(error), _) | (_, Err(error)) => return Err(self.explain(error).await),
            }
        };
        if !self.get::<bool>(&found, 0)? {
            self.suits().await?;
        }
        let Some(taken) = taken else { return Ok(None) };
        let version: Option<i64> = self.get(&found, 1)?;
        Ok(Some(Taken {
            fence: self.get(&taken, 0)?,
            version: version.unwrap_or(0),
            can_save: self.get(&found, 2)?,
            record: self
                .get::<Option<Vec<u8>>>(&found, 3)?
                .map(SecretBytes::new),
        }))
    }

    async fn confirm(&self, held: &Held, at_least: Duration) -> Result<bool, Error> {
        let (id, time) = (&held.id.digest[..], millis(at_least));
        let parameters: Parameters<'_> = &[
            (&id, Type::BYTEA),
            (&held.fence, Type::INT8),
            (&held.holder, Type::TEXT),
            (&time, Type::INT8),
        ];
        match self.query(&self.statements.confirm, parameters).await? {
            Some(_) => Ok(true),
            None => self.suits().await.map(|()| false),
        }
    }

    async fn beat(&self, held: &[Arc<Held>], at_least: Duration) -> Result<(), Error> {
        let ids: Vec<&[u8]> = held.iter().map(|held| &held.id.digest[..]).collect();
        let fences: Vec<i64> = held.iter().map(|held| held.fence).collect();
        let holders: Vec<&str> = held.iter().map(|held| &*held.holder).collect();
        let time = millis(at_least);
        let parameters: Parameters<'_> = &[
            (&ids, Type::BYTEA_ARRAY),
            (&fences, Type::INT8_ARRAY),
            (&holders, Type::TEXT_ARRAY),
            (&time, Type::INT8),
        ];
        self.query(&self.statements.beat, parameters)
            .await
            .map(drop)
    }

    async fn free(&self, held: &Held) -> Result<(), Error> {
        let id = &held.id.digest[..];
        let parameters: Parameters<'_> = &[
            (&id, Type::BYTEA),
            (&held.fence, Type::INT8),
            (&held.holder, Type::TEXT),
        ];
        self.query(&self.statements.free, parameters)
            .await
            .map(drop)
    }

    async fn write(
        &self,
        held: &Held,
        over: i64,
        record: Option<&SecretBytes>,
        time: Duration,
    ) -> Result<bool, Error> {
        let (id, time) = (&held.id.digest[..], millis(time));
        let [service, client_id, account] = match record {
            Some(_) => held.id.names(),
            None => Default::default(),
        };
        let body = record.map(|record| record.expose_secret());
        let parameters: Parameters<'_> = &[
            (&id, Type::BYTEA),
            (&service, Type::TEXT),
            (&client_id, Type::TEXT),
            (&account, Type::TEXT),
            (&over, Type::INT8),
            (&body, Type::BYTEA),
            (&held.fence, Type::INT8),
            (&held.holder, Type::TEXT),
            (&time, Type::INT8),
        ];
        let row = self.query(&self.statements.write, parameters).await?;
        Ok(row.is_some())
    }

    async fn swap(&self, note: &str, old: &str, new: &str) -> Result<Option<String>, Error> {
        let parameters: Parameters<'_> =
            &[(&note, Type::TEXT), (&old, Type::TEXT), (&new, Type::TEXT)];
        let row = self.query(&self.statements.swap, parameters).await?;
        let (swapped, found): (bool, Option<String>) = match &row {
            Some(row) => (self.get(row, 0)?, self.get(row, 1)?),
            None => (false, None),
        };
        match (swapped, found) {
            (true, _) => Ok(None),
            (false, None) if old.is_empty() => {
                let parameters: Parameters<'_> = &[(&note, Type::TEXT), (&new, Type::TEXT)];
                let created = self.query(&self.statements.create, parameters).await?;
                Ok(match created {
                    Some(_) => None,
                    None => Some(String::new()),
                })
            }
            (false, found) => Ok(Some(found.unwrap_or_default())),
        }
    }

    async fn accounts(&self) -> Result<Vec<AccountKey>, Error> {
        let client = self.connection.client().await?;
        let (suits, rows) = both(
            self.suits(),
            client.query_typed(&self.statements.accounts, &[]),
        )
        .await;
        suits?;
        let rows = rows.map_err(|error| self.connection.failed(error))?;
        let mut accounts = Vec::with_capacity(rows.len());
        for row in &rows {
            accounts.extend(self.account(row)?);
        }
        Ok(accounts)
    }

    async fn sample(&self) -> Result<Vec<(AccountKey, SecretBytes)>, Error> {
        let client = self.connection.client().await?;
        // Digests are spread evenly.
        let from = Id::of(&AccountKey::new("", "", &random_word()?)).digest;
        let from = &from[..];
        let parameters: Parameters<'_> = &[(&from, Type::BYTEA)];
        let rows = client
            .query_typed(&self.statements.sample, parameters)
            .await;
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => return Err(self.explain(error).await),
        };
        let mut found = Vec::new();
        for row in &rows {
            let record = SecretBytes::new(self.get(row, 4)?);
            found.extend(self.account(row)?.map(|account| (account, record)));
        }
        Ok(found)
    }

    async fn check(&self) -> Result<(), Error> {
        if self.is_writable().await? {
            return Ok(());
        }
        // The connection may be an old one, to a server that was the primary.
        self.connection.reset();
        match self.is_writable().await? {
            true => Ok(()),
            false => Err(self.connection.read_only()),
        }
    }

    fn reset(&self) {
        self.connection.reset();
    }

    fn describe(&self) -> &str {
        self.connection.label()
    }
}
