//! What a renewal asks of the store, beside few and beside many other accounts.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use auth_core::{AccountKey, Error, SecretBytes, Store};
use bench::sessions;
use keystore::Postgres;

/// The accounts that are renewed, and all that a namespace of few has.
const ACCOUNTS: usize = 10;

/// How long a request for a token may take: the least that the lease has to last.
const REQUEST: Duration = Duration::from_secs(35);

/// Creates a namespace with its first accounts.
pub(crate) fn prepare(url: &str, namespace: &str) -> Result<(), Error> {
    if !url.starts_with("redis") {
        Postgres::builder(url).namespace(namespace).migrate()?;
    }
    let (store, record) = (crate::open(url, namespace)?, record());
    (0..ACCOUNTS).try_for_each(|number| cycle(&*store, &key(number), &record).map(drop))
}

/// Prints the medians of both in milliseconds, and the median ratio of pairs.
pub(crate) fn run(stores: [Arc<dyn Store>; 2], pairs: usize) {
    let record = record();
    let mut times = [Vec::new(), Vec::new()];
    for pair in 0..pairs {
        // Each is the first one in turn.
        for side in [pair % 2, 1 - pair % 2] {
            let took = cycle(&*stores[side], &key(pair % ACCOUNTS), &record);
            times[side].push(took.expect("a store").as_secs_f64() * 1e3);
        }
    }
    let ratios = times[0].iter().zip(&times[1]);
    let ratios = ratios.map(|(few, many)| many / few).collect();
    let [few, many] = times.map(median);
    println!("renewal {few:.3} {many:.3} {:.3}", median(ratios));
}

/// The store's part of one renewal, and how long it took.
pub(crate) fn cycle(
    store: &dyn Store,
    key: &AccountKey,
    record: &SecretBytes,
) -> Result<Duration, Error> {
    let began = Instant::now();
    store.load(key)?;
    let lease = store.try_lease(key)?;
    let lease = lease.ok_or_else(|| Error::internal("the lease is taken"))?;
    assert!(store.confirm(&lease, REQUEST)?);
    store.save(&lease, record)?;
    drop(lease);
    Ok(began.elapsed())
}

pub(crate) fn key(number: usize) -> AccountKey {
    AccountKey::new("fleet", "bench", &format!("account-{number}"))
}

/// A record of a login.
pub(crate) fn record() -> SecretBytes {
    sessions::record(sessions::FRESH, "2YotnFZFEjr1zCsicMWpAA")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
