//! An async program with many accounts, whose tokens have all expired: everything at once.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use auth_core::{ExposeSecret, SecretBytes, Store};
use auth_flows::{AsyncClient, Client};
use auth_testkit::{Matching, Rotation, TestServer};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use serde_json::{Value, json};
use worlds::MAX_WAIT;

use super::engine::{Engine, EngineKind, Opened};
use super::scene::turn;
use crate::expect::ensure;
use crate::output;
use crate::ping::Ping;
use crate::report::{CheckResult, Failure, Report};

use crate::stores::store_dir::{
    ACCOUNT, CLIENT, PASSWORD, TWO_HOURS, counted, rotations, server, service, since,
};

const ACCOUNTS: usize = 10_000;
/// How many renewals of one program run at once.
const AT_ONCE: usize = 64;
/// How many connections one program has, however many accounts.
const CONNECTIONS: usize = 5;
/// Long enough for one more request to come, if one is under way.
const PAUSE: Duration = Duration::from_millis(500);
/// The last account waits for all others, on a busy machine longer than the default of a minute.
const TIME_LIMIT: Duration = Duration::from_secs(600);
/// How many threads fill the store.
const THREADS: usize = 8;

pub(super) fn run(kind: EngineKind, report: &mut Report) -> CheckResult {
    let engine = Engine::start_hasty(kind)?;
    report.single("10,000 accounts expired at once: all are served", || {
        expired(&engine)
    });
    Ok(())
}

fn expired(engine: &Engine) -> CheckResult {
    let _turn = turn();
    let server = server(Rotation::KillFamily)?;
    let store = engine.open(&engine.namespace()?)?;
    let names: Vec<_> = (0..ACCOUNTS)
        .map(|number| format!("user-{number}"))
        .collect();
    fill(&server, &store, &names)?;
    let runtime = worlds::runtime()?;
    let client = AsyncClient::new(
        service(server.url())?,
        Reqwest::default(),
        Tokio::new(runtime.handle().clone()),
        Arc::clone(&store),
    );
    let hold = server.hold(Matching::Token);
    let mark = server.requests().mark();
    let began = Instant::now();
    let calls: Vec<_> = names
        .iter()
        .map(|name| {
            let session = client.account(name).with_renewal_timeout(TIME_LIMIT);
            runtime.spawn(async move { session.send(Ping::default()).await.map(drop) })
        })
        .collect();
    ensure(hold.wait_for(AT_ONCE, MAX_WAIT), "too few renewals")?;
    thread::sleep(PAUSE);
    counted("renewals at once", hold.waiting(), AT_ONCE)?;
    let open = clients(engine)?;
    hold.release();
    let mut failures = Vec::new();
    for call in calls {
        failures.extend(runtime.block_on(call)?.err());
    }
    let took = began.elapsed();
    if let Some(first) = failures.first() {
        return Err(format!("{} failed, the first with {first:#}", failures.len()).into());
    }
    ensure(open <= CONNECTIONS, format!("{open} connections"))?;
    let log = since(&server, mark);
    counted("token requests", log.token(), ACCOUNTS)?;
    counted("renewals", rotations(&log), ACCOUNTS)?;
    output::line(format_args!(
        "      10,000 renewals over {}: {:.1} s, {open} connections",
        if engine.kind.is_redis() {
            "Redis"
        } else {
            "PostgreSQL"
        },
        took.as_secs_f64()
    ));
    Ok(())
}

/// Stores a record for each account: an access token that has expired, and a refresh token.
fn fill(server: &TestServer, store: &Opened, names: &[String]) -> CheckResult {
    let client = Client::new(service(server.url())?, Ureq::default(), Arc::clone(store));
    let session = client.account(ACCOUNT);
    session.log_in_with_password(ACCOUNT, PASSWORD)?;
    let key = |name: &str| client.account(name).key().cloned().ok_or("it has no key");
    let text = store.load(&key(ACCOUNT)?)?.ok_or("it was not saved")?;
    let record: Value = serde_json::from_slice(text.expose_secret())?;
    let login = |name: &str| record["login"][name].clone();
    let sent = login("sent_ms").as_u64().ok_or("the token has no date")?;
    let sent = sent.saturating_sub(u64::try_from(TWO_HOURS.as_millis())?);
    let scope = login("scope");
    let scope = scope.as_str().ok_or("the token has no scope")?;
    let save = |name: &String| -> CheckResult {
        let refresh = server.issue_refresh_token(CLIENT, ACCOUNT, scope);
        let mut record = record.clone();
        record["login"]["refresh_token"] = json!(refresh.ok_or("no refresh token")?);
        record["login"]["sent_ms"] = json!(sent);
        let key = key(name)?;
        let lease = store.try_lease(&key)?.ok_or("the lease is taken")?;
        Ok(store.save(&lease, &SecretBytes::new(serde_json::to_vec(&record)?))?)
    };
    thread::scope(|scope| {
        let save = &save;
        let all: Vec<_> = (0..THREADS)
            .map(|first| {
                scope.spawn(move || names.iter().skip(first).step_by(THREADS).try_for_each(save))
            })
            .collect();
        all.into_iter()
            .try_for_each(|one| one.join().map_err(|_| "it panicked")?)
    })
}

/// How many clients the server has, without the one that asks.
fn clients(engine: &Engine) -> Result<usize, Failure> {
    let count = match engine.kind.is_redis() {
        true => engine.command(&["client", "list"])?.lines().count(),
        false => {
            let all = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'";
            engine.sql(all)?.parse()?
        }
    };
    Ok(count.saturating_sub(1))
}
