//! What `cargo xtask bench --only fleet` measures: the store of a fleet, over a server that runs. One
//! part of the measurements at a time, in a process of its own.

mod connections;
mod holder;
mod renewal;

use std::{env, path::Path, process::ExitCode, sync::Arc, time::Duration};

use auth_core::{Error, Store};
use bench::{crowd, rate};
use keystore::{EncryptionKey, Postgres, Redis};

/// How long the lease of a dead process remains.
const LEASE: Duration = Duration::from_secs(2);

/// The key of every store here, as text: 32 bytes.
const KEY: &str = "f0";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| -> usize { text.parse().expect("a number") };
    match args[..] {
        ["prepare", url, namespace] => renewal::prepare(url, namespace).expect("a store"),
        ["renewal", url, few, many, pairs] => {
            renewal::run(
                [few, many].map(|name| open(url, name).expect("a store")),
                number(pairs),
            );
        }
        ["crowd", url, namespace, processes] => {
            let folder = tempfile::tempdir().expect("a folder");
            let arguments = ["caller", url, namespace].map(str::to_owned);
            let store = open(url, namespace).expect("a store");
            let (requests, last) =
                crowd::processes_over(&store, number(processes), folder.path(), &arguments);
            println!("crowd {requests} {last:.1}");
        }
        ["caller", url, namespace, address, place, folder] => {
            let store = open(url, namespace).expect("a store");
            crowd::call(store, address, place, Path::new(folder));
        }
        ["rate", url, namespace, processes, callers, each] => {
            let arguments = ["sender", url, namespace, callers, each].map(str::to_owned);
            let own = number(callers) * number(each);
            let sent = rate::together(number(processes), own, &arguments);
            println!("rate {} {:.1} {}", sent.most, sent.late, sent.failed);
        }
        ["sender", url, namespace, callers, each, place, folder] => {
            let store = open(url, namespace).expect("a store");
            rate::send(
                store,
                number(callers),
                number(each),
                place,
                Path::new(folder),
            );
        }
        ["connections", url, namespace, accounts] => {
            connections::run(url, namespace, number(accounts));
        }
        ["killed", url, namespace, times] => holder::run(url, namespace, number(times)),
        ["hold", url, namespace, address, account] => {
            holder::hold(url, namespace, address, account)
        }
        _ => {
            eprintln!("unknown command `{}`", args.join(" "));
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// Opens the store at this URL.
fn open(url: &str, namespace: &str) -> Result<Arc<dyn Store>, Error> {
    let key = EncryptionKey::from_text(KEY.repeat(32))?;
    Ok(match url.starts_with("redis") {
        true => {
            let redis = Redis::builder(url).namespace(namespace);
            Arc::new(redis.lease_duration(LEASE).open(key)?)
        }
        false => {
            let postgres = Postgres::builder(url).namespace(namespace);
            Arc::new(postgres.lease_duration(LEASE).open(key)?)
        }
    })
}
