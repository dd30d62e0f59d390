//! `conformance store-worker`: one of several processes that share a store. Executes orders, line by
//! line.
//!
//! | it reads | it does | it writes |
//! | --- | --- | --- |
//! | `log-in` | logs in with the password | a line |
//! | `call` | a call with the login token | a line |
//! | `me` | a call with the API token | a line |
//! | `calls T K` | as `call`, from T threads and K tasks at once | a line for each, as they end |
//!
//! A line is `{"ok":true}`, or the error in JSON. At the step where it has to halt, it writes
//! `{"halt":"…"}` and waits there.

use std::ffi::OsString;
use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api_inat::users::Me;
use auth_core::{Error, Store};
use auth_flows::{AsyncClient, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::File;
use lexopt::{Arg, ValueExt};
use serde_json::json;
use tokio::runtime::Runtime;

use super::steps::Steps;
use super::store_dir::{ACCOUNT, PASSWORD, service};
use crate::fleet;
use crate::ping::Ping;
use crate::{Outcome, Stop, Verdict, output};
use worlds::{AnyClient, AnySession};

/// The task's name.
pub(super) const TASK: &str = "store-worker";

/// Works until its standard input ends.
pub(crate) fn work(args: Vec<OsString>) -> Outcome {
    let options = Options::parse(args)?;
    let runtime = worlds::runtime()?;
    let worker =
        Worker::new(&options, &runtime).map_err(|error| Stop::Failed(error.to_string()))?;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Stop::Failed(format!("cannot read orders: {error}")))?;
        worker.obey(&line)?;
    }
    // Do not wait for calls that still wait.
    drop(worker);
    if let Some(runtime) = Arc::into_inner(runtime) {
        runtime.shutdown_background();
    }
    Ok(Verdict::Passed)
}

#[derive(Default)]
struct Options {
    origin: String,
    folder: PathBuf,
    /// The URL of an engine, in place of a folder.
    engine: Option<OsString>,
    namespace: String,
    asynchronous: bool,
    halt_at: Option<usize>,
    halt_for: Option<Duration>,
    timeout: Option<Duration>,
}

impl Options {
    fn parse(args: Vec<OsString>) -> Result<Self, Stop> {
        let mut options = Self::default();
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("origin") => options.origin = parser.value()?.string()?,
                Arg::Long("folder") => options.folder = parser.value()?.into(),
                Arg::Long("engine") => options.engine = Some(parser.value()?),
                Arg::Long("namespace") => options.namespace = parser.value()?.string()?,
                Arg::Long("halt-ms") => {
                    let time = Duration::from_millis(parser.value()?.parse()?);
                    options.halt_for = Some(time);
                }
                Arg::Long("async") => options.asynchronous = true,
                Arg::Long("halt-at") => options.halt_at = Some(parser.value()?.parse()?),
                Arg::Long("renewal-timeout-ms") => {
                    let timeout = Duration::from_millis(parser.value()?.parse()?);
                    options.timeout = Some(timeout);
                }
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

/// One account in both worlds: two programs in one process, which share only the store.
struct Worker {
    blocking: AnySession,
    asynchronous: AnySession,
    prefers_async: bool,
}

impl Worker {
    fn new(options: &Options, runtime: &Arc<Runtime>) -> Result<Self, Error> {
        let steps = Steps::new(options.halt_at, options.halt_for, |name| {
            output::line(json!({ "halt": name }))
        });
        let store: Arc<dyn Store> = match &options.engine {
            Some(url) => fleet::open(url, &options.namespace)?,
            None => Arc::new(File::open(&options.folder)?),
        };
        let service = service(&options.origin)?;
        let blocking = Client::new(
            service.clone(),
            steps.around(Ureq::default()),
            steps.around(store.clone()),
        );
        let asynchronous = AsyncClient::new(
            service,
            steps.around(Reqwest::default()),
            Tokio::new(runtime.handle().clone()),
            steps.around(store),
        );
        let [blocking, asynchronous] = [
            AnyClient::Blocking(blocking),
            AnyClient::Async(asynchronous, Arc::clone(runtime)),
        ]
        .map(|program| {
            let session = program.account(ACCOUNT);
            match options.timeout {
                Some(timeout) => session.timeout(timeout),
                None => session,
            }
        });
        Ok(Self {
            blocking,
            asynchronous,
            prefers_async: options.asynchronous,
        })
    }

    fn session(&self) -> &AnySession {
        match self.prefers_async {
            true => &self.asynchronous,
            false => &self.blocking,
        }
    }

    fn obey(&self, order: &str) -> Result<(), Stop> {
        let words: Vec<_> = order.split(' ').collect();
        match words[..] {
            ["log-in"] => tell(self.session().log_in_with_password(ACCOUNT, PASSWORD)),
            ["call"] => tell(self.session().send(Ping::default())),
            ["me"] => tell(self.session().send(Me::new())),
            ["calls", threads, tasks] => {
                let number = |text: &str| text.parse::<usize>();
                match (number(threads), number(tasks)) {
                    (Ok(threads), Ok(tasks)) => self.call_at_once(threads, tasks),
                    _ => return Err(unknown(order)),
                }
            }
            _ => return Err(unknown(order)),
        }
        Ok(())
    }

    fn call_at_once(&self, threads: usize, tasks: usize) {
        let (blocking, asynchronous) = (&self.blocking, &self.asynchronous);
        for (session, times) in [(asynchronous, tasks), (blocking, threads)] {
            for _ in 0..times {
                let worker = session.for_worker();
                // Its line is its report.
                let _ = session.spawn(async move {
                    tell(worker.send(Ping::default()).await);
                    Ok(())
                });
            }
        }
    }
}

/// Writes one line for one result.
fn tell<T>(result: Result<T, Error>) {
    output::line(match result {
        Ok(_) => json!({ "ok": true }),
        Err(error) => json!({
            "kind": format!("{:?}", error.kind()),
            "text": format!("{error:#}"),
            "again": error.is_retryable(),
        }),
    });
}

fn unknown(order: &str) -> Stop {
    Stop::Usage(format!("{TASK}: unknown order `{order}`"))
}
