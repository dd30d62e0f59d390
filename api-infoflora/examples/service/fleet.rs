//! `infoflora-service` on several hosts, which share the logins of its visitors in PostgreSQL,
//! Redis or Valkey. `docs/FLEET.md` is the guide for its operator.
//!
//! ```sh
//! cargo build -p api-infoflora --features keystore/postgres,keystore/redis,http-reqwest/rustls \
//!     --example infoflora-fleet # target/debug/examples/infoflora-fleet
//! export TOKENS=postgres://atlas:password@db.example:5432/atlas TOKENS_KEY=$(openssl rand -hex 32)
//! infoflora-fleet schema     # prints the SQL for the owner of the database
//! infoflora-fleet migrate    # or runs it, as the user in the URL, who may create the schema
//! infoflora-fleet            # then, on each host
//! infoflora-fleet reseal     # after a change of the key: encrypts all records with the new one
//! ```
//!
//! | variable | meaning |
//! | --- | --- |
//! | `TOKENS` | the URL of the engine (`postgres://…`, `rediss://…`, `valkeys://…`), or a directory of this host alone. In its password, percent-encode `@ : / # %`. It contains a password: never an argument, which all users of a host can read |
//! | `TOKENS_KEY` | the key that encrypts what an engine stores, the same on all hosts: 64 hexadecimal digits |
//! | `TOKENS_OLD_KEY` | another key that records may be encrypted with, while the key is changed |
//! | `TOKENS_KEY_FILE`, `TOKENS_OLD_KEY_FILE` | instead, the path of a file with the key (systemd, Docker) |
//! | `NAMESPACE` | keeps services apart that share an engine. Default: `infoflora_service` |
//! | `INFOFLORA_CLIENT_ID`, `INFOFLORA_CLIENT_SECRET` | the registered client |
//! | `CONTACT` | your e-mail address or web page, for the User-Agent |
//! | `PUBLIC_URL` | where visitors connect, the same on all hosts: `https://my-app.example`. Registered with `/oauth2redirect` behind it |
//! | `LISTEN` | the address of this host that the proxy connects to: `127.0.0.1:8080` |
//!
//! `support/mod.rs` has the other variables, `main.rs` the responses, `support/end.rs` the exit
//! statuses.

mod web;

use std::{env, error::Error, ffi::OsString, path::PathBuf, process::ExitCode, sync::Arc};

use auth_core::{Error as AuthError, ErrorKind, Store};
use keystore::{EncryptionKey, Postgres, PostgresBuilder, Redis, RedisBuilder, Sealed};

use web::support::end;

const USAGE: &str = "usage: infoflora-fleet [--local] [--ureq] serves visitors; \
                     infoflora-fleet schema prints the SQL of the tables; \
                     infoflora-fleet migrate creates them; \
                     infoflora-fleet reseal encrypts all records with TOKENS_KEY";

/// A store that is described by `TOKENS`, and not open yet.
enum Tokens {
    Postgres(PostgresBuilder),
    Redis(RedisBuilder),
    Folder(PathBuf),
}

#[tokio::main]
async fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    let args: Vec<_> = args.iter().map(|arg| arg.to_str().unwrap_or("")).collect();
    match args[..] {
        ["schema"] => end::end(schema(PostgresBuilder::schema)),
        ["migrate"] => end::end(schema(|builder| {
            builder.migrate()?;
            Ok("the tables are up to date".to_owned())
        })),
        ["reseal"] => end::end(reseal()),
        _ if args.iter().all(|arg| ["--local", "--ureq"].contains(arg)) => web::serve(store).await,
        _ => end::end(Err(end::wrong(USAGE))),
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
    let done = match tokens()? {
        Tokens::Postgres(builder) => sealed(builder.open(key()?)?)?.reseal_all()?,
        Tokens::Redis(builder) => sealed(builder.open(key()?)?)?.reseal_all()?,
        Tokens::Folder(_) => {
            web::note("the records in a directory are not encrypted");
            return Ok(());
        }
    };
    let (busy, failed) = (done.in_use().len(), done.failures().len());
    let own = done.encrypted() + done.unchanged();
    let all = own + busy + failed;
    web::note(&format!(
        "{own} of {all} records are encrypted with the key, {} of them by this run",
        done.encrypted()
    ));
    for (account, error) in done.failures() {
        // The error of a record names its account itself.
        let (account, error) = (account.to_string(), format!("{error:#}"));
        match error.contains(&account) {
            true => end::say(&error),
            false => end::say(&format!("{account}: {error}")),
        }
    }
    match (failed, busy) {
        (0, 0) => Ok(()),
        // Another process changes it now, perhaps one that does not have the new key yet.
        (0, _) => Err(end::wrong("run it again for the others, which are in use")),
        _ => {
            let what = format!("{failed} records cannot be read, and are as they were");
            let error = AuthError::new(ErrorKind::Store, what);
            Err(error
                .with_help(
                    "set TOKENS_OLD_KEY to their key, and run it again; if it is lost, these users \
                     log in again",
                )
                .into())
        }
    }
}

fn store() -> Result<Arc<dyn Store>, Box<dyn Error>> {
    let store: Arc<dyn Store> = match tokens()? {
        Tokens::Postgres(builder) => Arc::new(sealed(builder.open(key()?)?)?),
        Tokens::Redis(builder) => {
            let store = builder.open(key()?)?;
            for warning in store.inner().warnings() {
                end::say(warning);
            }
            Arc::new(sealed(store)?)
        }
        Tokens::Folder(folder) => {
            end::say("TOKENS is a directory: plain text, and no other host shares it");
            Arc::new(keystore::File::open(folder)?)
        }
    };
    store.health()?; // which looks whether the records have this key
    Ok(store)
}

fn tokens() -> Result<Tokens, AuthError> {
    let namespace = env::var("NAMESPACE").unwrap_or_else(|_| "infoflora_service".to_owned());
    let unset = || {
        AuthError::new(ErrorKind::Configuration, "TOKENS is not set").with_help(
            "set it to the URL of the engine that all hosts share, or to a directory for one host \
                 alone",
        )
    };
    let tokens = env::var_os("TOKENS").ok_or_else(unset)?;
    let scheme = tokens.to_str().and_then(|text| text.split_once("://"));
    Ok(match scheme.map(|(scheme, _)| scheme) {
        Some("postgres" | "postgresql") => {
            Tokens::Postgres(Postgres::in_variable("TOKENS")?.namespace(&namespace))
        }
        Some("redis" | "rediss" | "valkey" | "valkeys" | "unix" | "redis+unix" | "valkey+unix") => {
            Tokens::Redis(Redis::in_variable("TOKENS")?.namespace(&namespace))
        }
        Some(_) => {
            let what = "the URL in TOKENS is of an unknown engine";
            return Err(AuthError::new(ErrorKind::Configuration, what).with_help(
                "begin it with postgres://, postgresql://, rediss://, redis://, valkeys://, \
                 valkey:// or redis+unix://; a directory has no ://",
            ));
        }
        None => Tokens::Folder(tokens.into()),
    })
}

fn key() -> Result<EncryptionKey, AuthError> {
    EncryptionKey::in_variable("TOKENS_KEY")
}

fn sealed<S: Store>(store: Sealed<S>) -> Result<Sealed<S>, AuthError> {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    Ok(
        match is_set("TOKENS_OLD_KEY") || is_set("TOKENS_OLD_KEY_FILE") {
            true => store.with_old_key(EncryptionKey::in_variable("TOKENS_OLD_KEY")?),
            false => store,
        },
    )
}
