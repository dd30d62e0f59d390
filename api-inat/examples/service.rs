//! A service whose tasks share one session: each reads an observation with its private fields, and
//! none of them logs in. Async, or on 50 threads with `--blocking`.
//!
//! ```sh
//! export INAT_APP_ID=… INAT_APP_SECRET=… CONTACT=me@my-garden.example
//! cargo run -p api-inat --features http-reqwest/rustls --example inat-service -- --live --browser --tasks 20
//! ```
//!
//! `--tasks` sets the number of tasks, by default a thousand. The rate limit for the real service
//! is 55 requests a minute, so a thousand take nineteen minutes. The tasks wait up to a day in
//! place of ten minutes. See `support/mod.rs` for the other options and variables. Not run against
//! the real service.

mod support;

use std::{
    error::Error,
    io::{self, Write as _},
    iter,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
    time::Duration,
};

use api_inat::{
    Page,
    model::{Observation, User},
    observations::{Get, Search},
    users::Me,
};
use auth_core::{Service, Store};
use auth_flows::{AsyncClient, Client};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use support::{Args, LogsIn};
use tokio::runtime::Runtime;

/// The longest wait of a task for the rate limit. All tasks start at once. By default a request
/// that would wait over ten minutes fails, so that no program waits forever by mistake.
const MAX_WAIT: Duration = Duration::from_secs(86_400);

/// The number of threads that share the blocking tasks.
const THREADS: usize = 50;

fn main() -> ExitCode {
    support::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let (args, _) = Args::read("--tasks NUMBER")?;
    let tasks: usize = args
        .value("--tasks")
        .unwrap_or("1000")
        .parse()
        .map_err(|error| support::wrong(format_args!("--tasks: {error}")))?;
    let (service, store) = support::open("inat-service", &args)?;
    let service = service.with_rate_limit(api_inat::rate_limit().with_max_wait(MAX_WAIT));
    let words = if args.is_async(true) {
        Runtime::new()?.block_on(serve(service, store, &args, tasks))
    } else {
        serve_on_threads(service, store, &args, tasks)
    }?;
    writeln!(io::stdout(), "{words}")?;
    Ok(())
}

async fn serve(
    service: Service,
    store: impl Store,
    args: &Args,
    tasks: usize,
) -> Result<String, Box<dyn Error>> {
    let client = AsyncClient::new(service, Reqwest::default(), Tokio::current()?, store);
    // Created once, cloned for each task: all share the same tokens and each renewal.
    let session = client.account("me").with_login_of(args)?;
    let mut done = Done::of(session.send(Me::new()).await?)?;
    let ids = ids(&session.send(done.own()).await?);
    let tasks: Vec<_> = ids
        .iter()
        .cycle()
        .take(tasks)
        .map(|id| tokio::spawn(session.send(Get::new(*id))))
        .collect();
    for task in tasks {
        done.count(&task.await??);
    }
    Ok(done.words())
}

/// The same on threads: each takes the next task when it has finished one.
fn serve_on_threads(
    service: Service,
    store: impl Store,
    args: &Args,
    tasks: usize,
) -> Result<String, Box<dyn Error>> {
    let client = Client::new(service, Ureq::default(), store);
    let session = client.account("me").with_login_of(args)?;
    let mut done = Done::of(session.send(Me::new())?)?;
    let ids = ids(&session.send(done.own())?);
    let next = AtomicUsize::new(0);
    let work = || {
        let mine =
            || Some(next.fetch_add(1, Relaxed)).filter(|task| *task < tasks && !ids.is_empty());
        let pages = iter::from_fn(mine).map(|task| session.send(Get::new(ids[task % ids.len()])));
        pages.collect::<Result<Vec<_>, _>>()
    };
    let pages = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        let results = threads.into_iter().map(|thread| thread.join());
        results.collect::<Result<Vec<_>, _>>()
    });
    for pages in pages.map_err(|_| "a thread panicked")? {
        pages?.iter().for_each(|page| done.count(page));
    }
    Ok(done.words())
}

fn ids(own: &Page<Observation>) -> Vec<u64> {
    own.results.iter().map(|own| own.id).collect()
}

/// The user, and what was read.
struct Done {
    login: Box<str>,
    read: usize,
    private: usize,
}

impl Done {
    fn of(me: User) -> Result<Self, &'static str> {
        Ok(Self {
            login: me.login.ok_or("iNaturalist returned no login name")?,
            read: 0,
            private: 0,
        })
    }

    fn own(&self) -> Search {
        Search::new().user_login(self.login.clone()).per_page(200)
    }

    fn count(&mut self, page: &Page<Observation>) {
        self.read += page.results.len();
        let private = page
            .results
            .iter()
            .filter(|one| one.private_location.is_some());
        self.private += private.count();
    }

    fn words(&self) -> String {
        let Self {
            login,
            read,
            private,
        } = self;
        format!("{login}: {read} observations read, {private} of them with a private location")
    }
}
