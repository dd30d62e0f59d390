//! `xtask soak-server`: both services in one process, which injects random faults and reports every
//! request.
//!
//! | it reads | it does |
//! | --- | --- |
//! | `storm`, `calm` | starts to inject random faults, or stops |
//! | `idle` | prints how many requests are in progress |
//! | `hang-up` | closes all connections |

use std::ffi::OsString;
use std::io::BufRead;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use auth_core::{UnixTime, unverified_expiry};
use auth_testkit::{Dialect, Exchange, Matching, RequestKind, Rotation, TestClient, TestServer};
use lexopt::{Arg, ValueExt};
use serde_json::{Value, json};

use super::fault_class::{FaultClass, OF_APIS, OF_TOKENS};
use super::lines::{Line, Passed, Purpose};
use super::seeded_random::Chance;
use super::tested_service::{
    CALL, CLIENT, CLIENT_SECRET, LIFE, PASSWORD, TestedService, micros, users,
};
use crate::{Outcome, Stop, Verdict, output};

/// The task's name.
pub(super) const TASK: &str = "soak-server";

/// Serves until its standard input ends.
pub(crate) fn serve(args: Vec<OsString>) -> Outcome {
    let mut seed = 0;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("seed") => seed = parser.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    let storm = Arc::new(AtomicBool::new(false));
    let mut servers = Vec::new();
    for place in TestedService::BOTH {
        let server = start(place, seed, &storm);
        servers
            .push(server.map_err(|error| Stop::Failed(format!("cannot start a server: {error}")))?);
    }
    let origins: Vec<_> = servers.iter().map(TestServer::url).collect();
    reply(json!(origins));
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Stop::Failed(format!("cannot read orders: {error}")))?;
        match line.as_str() {
            "storm" => storm.store(true, Ordering::SeqCst),
            "calm" => storm.store(false, Ordering::SeqCst),
            "hang-up" => servers.iter().for_each(TestServer::hang_up),
            "idle" => {}
            other => return Err(Stop::Usage(format!("{TASK}: unknown order `{other}`"))),
        }
        let working: usize = servers.iter().map(TestServer::in_flight).sum();
        reply(json!(working));
    }
    Ok(Verdict::Passed)
}

fn reply(what: Value) {
    output::line(json!({ "reply": what }));
}

fn start(place: TestedService, seed: u64, storm: &Arc<AtomicBool>) -> std::io::Result<TestServer> {
    let (dialect, rotation) = match place {
        TestedService::InfoFlora => (Dialect::league_9(), Rotation::KillFamily),
        TestedService::INaturalist => (Dialect::doorkeeper_5(), Rotation::OnUse),
    };
    let mut builder = TestServer::builder(dialect)
        .client(TestClient::confidential(CLIENT, CLIENT_SECRET))
        .default_scopes("write login")
        .access_token_lifetime(Some(LIFE))
        .refresh_tokens(rotation)
        .site(place.site())
        .observe(move |exchange| output::line(Line::Passed(passed(place, exchange))));
    for user in users() {
        builder = builder.user(user, PASSWORD);
    }
    let server = builder.start()?;
    for (number, (on, odds)) in [
        (Matching::Token, OF_TOKENS),
        (Matching::Derived, OF_TOKENS),
        (Matching::Api, OF_APIS),
    ]
    .into_iter()
    .enumerate()
    {
        let storm = Arc::clone(storm);
        let mut chance = Chance::new(seed, 10 * place as u64 + number as u64);
        server.faults().choose(on, move || {
            if !storm.load(Ordering::SeqCst) {
                return None;
            }
            let fault: FaultClass = chance.weighed(odds)?;
            Some(fault.fault(&mut chance))
        });
    }
    Ok(server)
}

fn passed(place: TestedService, exchange: &Exchange<'_>) -> Passed {
    let header = |name: &str| {
        let value = exchange.request.headers().get(name)?;
        value.to_str().ok()
    };
    let now = SystemTime::now();
    // The response gets its date a little later than this moment.
    let date = (micros(now) + 50_000) / 1_000_000;
    let token = header("authorization").and_then(|text| text.split(' ').next_back());
    let end = token.and_then(unverified_expiry);
    let by = header("user-agent").and_then(|agent| agent.split(' ').next());
    Passed {
        place,
        purpose: match (exchange.kind, exchange.grant) {
            (RequestKind::Token, Some("refresh_token")) => Purpose::Renewal,
            (RequestKind::Token, Some("password")) => Purpose::Login,
            (RequestKind::Derived, _) => Purpose::Derived,
            (RequestKind::Api, _) => Purpose::Api,
            _ => Purpose::Other,
        },
        by: by.unwrap_or_default().to_owned(),
        user: exchange.user.map(str::to_owned),
        login: exchange.login,
        refresh_token: exchange.refresh_token.map(|number| number as u64),
        call: header(CALL).and_then(|call| call.parse().ok()),
        is_write: exchange.kind == RequestKind::Api
            && exchange.request.method() == http::Method::POST,
        fault: exchange.fault.and_then(FaultClass::of),
        processed: exchange.processed,
        status: exchange.status.map(u64::from),
        is_late: exchange.kind == RequestKind::Api
            && end.is_some_and(|end| end <= UnixTime::from_secs(date)),
        began: micros(exchange.began),
        ended: micros(now),
    }
}
