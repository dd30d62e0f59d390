//! `infoflora-service` on several hosts, which share the logins of its visitors in PostgreSQL, Redis
//! or Valkey. `docs/FLEET.md` is the guide for its operator.
//!
//! ```sh
//! export TOKENS=postgres://atlas:password@db.example:5432/atlas TOKENS_KEY=$(openssl rand -hex 32)
//! cargo build -p api-infoflora --features keystore/postgres,keystore/redis,http-reqwest/rustls \
//!     --example infoflora-fleet
//! infoflora-fleet schema     # prints the SQL for the owner of the database
//! infoflora-fleet migrate    # or runs it, as the user in the URL
//! infoflora-fleet reseal     # after a change of the key: encrypts all records with the new one
//! infoflora-fleet            # then, on each host, with the settings of infoflora-service
//! ```
//!
//! | variable | meaning |
//! | --- | --- |
//! | `TOKENS` | the URL of the engine (`postgres://…`, `rediss://…`), or a directory of this host alone. It contains a password: never an argument, which all users of a host can read |
//! | `TOKENS_KEY` | the key that encrypts what an engine stores, the same on all hosts: 64 hexadecimal digits |
//! | `TOKENS_OLD_KEY` | another key that records may be encrypted with, while the key is changed |
//! | `NAMESPACE` | keeps services apart that share an engine. Default: `infoflora_service` |
//!
//! The variables and the responses are those of `main.rs` and `support/mod.rs` otherwise.

mod web;

use std::{env, error::Error, ffi::OsStr, path::PathBuf, process::ExitCode, sync::Arc};

use auth_core::{Error as AuthError, ErrorKind, Store};
use keystore::{EncryptionKey, Postgres, PostgresBuilder, Redis, RedisBuilder, Sealed};

use web::support::end;

/// A store that is described by `TOKENS`, and not open yet.
enum Tokens {
    Postgres(PostgresBuilder),
    Redis(RedisBuilder),
    Folder(PathBuf),
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    match args.next().as_deref().and_then(OsStr::to_str) {
        Some("schema") => end::end(schema(PostgresBuilder::schema)),
        Some("migrate") => end::end(schema(|builder| {
            builder.migrate()?;
            Ok("the tables are up to date".to_owned())
        })),
        Some("reseal") => end::end(reseal()),
        _ => web::serve(store).await,
    }
}

/// Does something with the tables of PostgreSQL and prints its result.
fn schema(
    what: impl FnOnce(&PostgresBuilder) -> Result<String, AuthError>,
) -> Result<(), Box<dyn Error>> {
    match tokens()? {
        Tokens::Postgres(builder) => web::note(what(&builder)?.trim_end()),
        Tokens::Redis(_) | Tokens::Folder(_) => web::note("this store has no tables"),
    }
    Ok(())
}

/// Encrypts the records of all visitors anew, so that the old key can be forgotten.
fn reseal() -> Result<(), Box<dyn Error>> {
    let (done, all) = match tokens()? {
        Tokens::Postgres(builder) => reseal_all(&sealed(builder.open(key()?)?)?)?,
        Tokens::Redis(builder) => reseal_all(&sealed(builder.open(key()?)?)?)?,
        Tokens::Folder(_) => (0, 0),
    };
    web::note(&format!(
        "{done} of {all} records are encrypted with the key"
    ));
    match done == all {
        true => Ok(()),
        // Another process changes it now, perhaps one that does not have the new key yet.
        false => Err(end::wrong("run it again for the others, which are in use")),
    }
}

fn reseal_all<S: Store>(store: &Sealed<S>) -> Result<(usize, usize), AuthError> {
    let accounts = store.accounts()?.unwrap_or_default();
    let mut done = 0;
    for account in &accounts {
        // One that has logged out meanwhile has no record.
        done += usize::from(store.reseal(account)? || store.load(account)?.is_none());
    }
    Ok((done, accounts.len()))
}

fn store() -> Result<Arc<dyn Store>, Box<dyn Error>> {
    Ok(match tokens()? {
        Tokens::Postgres(builder) => Arc::new(sealed(builder.open(key()?)?)?),
        Tokens::Redis(builder) => {
            let store = builder.open(key()?)?;
            for warning in store.inner().warnings() {
                end::say(warning);
            }
            Arc::new(sealed(store)?)
        }
        Tokens::Folder(folder) => Arc::new(keystore::File::open(folder)?),
    })
}

fn tokens() -> Result<Tokens, AuthError> {
    let namespace = env::var("NAMESPACE").unwrap_or_else(|_| "infoflora_service".to_owned());
    let unset = || {
        AuthError::new(ErrorKind::Configuration, "TOKENS is not set")
            .with_help("set it to the URL of the engine, or to a directory")
    };
    let tokens = env::var_os("TOKENS").ok_or_else(unset)?;
    let scheme = tokens.to_str().and_then(|text| text.split_once("://"));
    Ok(match scheme.map(|(scheme, _)| scheme) {
        Some("postgres" | "postgresql") => {
            Tokens::Postgres(Postgres::in_variable("TOKENS")?.namespace(&namespace))
        }
        Some(_) => Tokens::Redis(Redis::in_variable("TOKENS")?.namespace(&namespace)),
        None => Tokens::Folder(tokens.into()),
    })
}

fn key() -> Result<EncryptionKey, AuthError> {
    EncryptionKey::in_variable("TOKENS_KEY")
}

fn sealed<S: Store>(store: Sealed<S>) -> Result<Sealed<S>, AuthError> {
    Ok(match env::var_os("TOKENS_OLD_KEY") {
        Some(_) => store.with_old_key(EncryptionKey::in_variable("TOKENS_OLD_KEY")?),
        None => store,
    })
}
