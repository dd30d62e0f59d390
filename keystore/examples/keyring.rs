//! The system's keyring from the command line: checks it, stores a token record, finds credentials.
//!
//! ```sh
//! cargo run -p keystore --features keyring --example keyring -- check
//! cargo run -p keystore --features keyring --example keyring -- credentials
//! ```
//!
//! | command | does |
//! | --- | --- |
//! | `check` | checks that there is a keyring and that it responds |
//! | `save BYTES SEED` | saves a record of so many bytes, generated from a number |
//! | `load` | loads the record, and prints the number that it was generated from |
//! | `load-again` | loads it, waits for a line of input, loads it again |
//! | `remove` | removes it |
//! | `hold` | takes the lease, and keeps it until the input ends |
//! | `credentials` | finds iNaturalist's, and prints the source and the length of each field |
//! | `save-credentials` | writes those of the environment (`INAT_USERNAME` …) to the keyring, as pyinaturalist stores them |
//!
//! Options before the command: `limit=BYTES` of an entry, and `timeout=MILLISECONDS` as the
//! timeout. `on=` says how to call the store: `plain` (the default), `current_thread` or
//! `spawn_blocking` of a tokio runtime. The record is that of an invented account, in entries of
//! the service `keystore-example`. Exit status 1: the keyring failed, and the line says why. 2:
//! wrong usage. 74: the output cannot be written.

use std::{
    env,
    io::{self, Write as _},
    process::ExitCode,
    time::Duration,
};

use auth_core::{AccountKey, Error, ErrorKind, ExposeSecret, SecretBytes, Store};
use keystore::{Credentials, Keyring};

const APP: &str = "keystore-example";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let options = args.iter().take_while(|arg| arg.contains('=')).count();
    let (options, command) = args.split_at(options);
    let option = |name: &str| {
        let mut pairs = options.iter().filter_map(|option| option.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let task = Task {
        limit: option("limit").and_then(|text| text.parse().ok()),
        timeout: option("timeout").and_then(|text| text.parse().ok()),
        command: command.to_vec(),
    };
    let outcome = match option("on") {
        None | Some("plain") => task.run(),
        Some(how) => in_a_runtime(how, task),
    };
    let (line, status) = match outcome {
        Ok(line) => (line, 0),
        Err(error) if error.kind() == ErrorKind::Usage => (format!("failed: {error:#}"), 2),
        Err(error) => (format!("failed: {error:#}"), 1),
    };
    match show(&line) {
        // The reader has all that it wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(status),
        Err(_) => ExitCode::from(74),
        Ok(()) => ExitCode::from(status),
    }
}

/// Writes a line to standard output. `println` would panic on a closed pipe.
fn show(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// Writes a line before the last.
fn show_first(line: &str) -> Result<(), Error> {
    show(line).map_err(|error| {
        Error::new(ErrorKind::Store, "cannot write to standard output").with_source(error)
    })
}

/// Calls the store from an async program: on its only thread, or on the blocking pool.
fn in_a_runtime(how: &str, task: Task) -> Result<String, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| usage("cannot create a runtime").with_source(error))?;
    match how {
        "current_thread" => runtime.block_on(async { task.run() }),
        "spawn_blocking" => runtime
            .block_on(async { tokio::task::spawn_blocking(move || task.run()).await })
            .unwrap_or_else(|_| Err(usage("the store panicked"))),
        _ => Err(usage("on= is plain, current_thread or spawn_blocking")),
    }
}

struct Task {
    limit: Option<usize>,
    timeout: Option<u64>,
    command: Vec<String>,
}

impl Task {
    fn run(&self) -> Result<String, Error> {
        let words: Vec<&str> = self.command.iter().map(String::as_str).collect();
        match words[..] {
            ["check"] => self.store()?.check().map(|()| "there is a keyring".into()),
            ["save", bytes, seed] => {
                let record = record(number(bytes)?, number(seed)?);
                let store = self.store()?;
                let lease = lease(&store)?;
                store.save(&lease, &record).map(|()| "saved".into())
            }
            ["load"] => self.store()?.load(&key()).map(what_it_is),
            ["load-again"] => {
                let store = self.store()?;
                show_first(&what_it_is(store.load(&key())?))?;
                wait_for_line();
                store.load(&key()).map(what_it_is)
            }
            ["remove"] => {
                let store = self.store()?;
                let lease = lease(&store)?;
                store.remove(&lease).map(|()| "removed".into())
            }
            ["hold"] => {
                let store = self.store()?;
                let lease = lease(&store)?;
                show_first("held")?;
                wait_for_line();
                drop(lease);
                Ok("given back".into())
            }
            ["credentials"] => {
                let mut discovery = Credentials::discover(api_inat::CREDENTIALS);
                if let Some(timeout) = self.timeout {
                    discovery = discovery.keyring_timeout(Duration::from_millis(timeout));
                }
                let found = discovery.discover()?;
                Ok(format!("{found:?} {:?}", found.warnings()))
            }
            ["save-credentials"] => {
                let found = Credentials::discover(api_inat::CREDENTIALS)
                    .without_keyring()
                    .discover()?;
                let written = found.save_to_keyring()?;
                Ok(format!("saved {} fields", written.len()))
            }
            _ => Err(usage(
                "unknown command; the first lines of this file list them",
            )),
        }
    }

    fn store(&self) -> Result<Keyring, Error> {
        let mut store = Keyring::open(APP)?;
        if let Some(limit) = self.limit {
            store = store.with_entry_limit(limit);
        }
        if let Some(timeout) = self.timeout {
            store = store.with_timeout(Duration::from_millis(timeout));
        }
        Ok(store)
    }
}

fn key() -> AccountKey {
    AccountKey::new("example", "app-id", AccountKey::DEFAULT)
}

fn lease(store: &Keyring) -> Result<auth_core::Lease, Error> {
    store
        .try_lease(&key())?
        .ok_or_else(|| usage("another program has the lease"))
}

/// Generates bytes from a number, which is the first four of them.
fn record(bytes: usize, seed: usize) -> SecretBytes {
    let seed = u32::try_from(seed).unwrap_or(u32::MAX);
    let mut state = seed;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    let all = seed.to_be_bytes().into_iter().chain(noise);
    SecretBytes::new(all.take(bytes).collect())
}

fn what_it_is(found: Option<SecretBytes>) -> String {
    let Some(found) = found else {
        return "nothing".into();
    };
    let seed = found
        .as_ref()
        .first_chunk()
        .map(|seed| u32::from_be_bytes(*seed));
    let seed = seed.and_then(|seed| usize::try_from(seed).ok());
    match seed.filter(|seed| record(found.len(), *seed).expose_secret() == found.expose_secret()) {
        Some(seed) => format!("{} bytes made from {seed}", found.len()),
        None => format!("{} bytes of something else", found.len()),
    }
}

fn wait_for_line() {
    // The end of the input ends the wait as well.
    let _: io::Result<usize> = io::stdin().read_line(&mut String::new());
}

fn number(text: &str) -> Result<usize, Error> {
    text.parse()
        .map_err(|_| usage("the argument must be a number"))
}

fn usage(what: &'static str) -> Error {
    Error::new(ErrorKind::Usage, what)
}
