//! A rate limit that many processes share through a store: how many requests any second gets.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use auth_core::{
    BaseUrl, CallPolicy, Error, Limits, Operation, RateLimit, Request, Response, ResponseBody,
    Service, Store, Transport, TransportError,
};
use auth_flows::{Client, ClientEvent};
use http::Method;
use keystore::File;

use super::engine::{Engine, EngineKind, PASSWORD};
use super::scene::turn;
use crate::expect::ensure;
use crate::output;
use crate::ping::API;
use crate::report::{CheckResult, Failure, Report};
use crate::stores::store_dir::{StoreDir, counted};
use crate::{Outcome, Stop, Verdict};

/// The task's name.
const TASK: &str = "fleet-rate";
const PROCESSES: usize = 32;
const CALLERS: usize = 8;
/// How many requests each caller sends: together those of some seconds.
const EACH: usize = 2;
/// The requests of a second.
const LIMIT: u32 = 100;
/// What a busy machine may send late, and so together with the requests of the next second.
const BURST: u64 = 10;
const TRIES: usize = 3;
/// How the reply of a process begins that counted alone.
const ALONE: &str = "alone: ";
/// Longer than all of them need at that rate.
const LONGEST: Duration = Duration::from_secs(20);

pub(super) fn run(kind: EngineKind, report: &mut Report) -> CheckResult {
    if kind.is_redis() {
        let engine = Engine::start_hasty(kind)?;
        report.single(NAME, || shared(&engine, &engine.url()));
        return Ok(());
    }
    let engine = Engine::start_hasty(EngineKind::Pooled)?;
    let directly = engine.url_with(PASSWORD, engine.port());
    report.single(NAME, || shared(&engine, &directly));
    report.single("the same through PgBouncer", || {
        shared(&engine, &engine.url())
    });
    Ok(())
}

/// The name of the row.
pub(super) const NAME: &str = "32 processes of 8 callers: the limit holds, none fails";

fn shared(engine: &Engine, url: &str) -> CheckResult {
    limited(&[url.into(), engine.namespace()?.into()])
}

/// The same over the file store, whose processes are on one host.
pub(super) fn over_files() -> CheckResult {
    let dir = StoreDir::new()?;
    limited(&[dir.folder().into()])
}

/// Lets many processes send at once, over the store that these arguments name.
fn limited(store: &[OsString]) -> CheckResult {
    let _turn = turn();
    let mut why = String::new();
    // A machine that is busy with other cases sends a whole second's requests late, now and then, or
    // stops for longer than a program waits for the note.
    for _ in 0..TRIES {
        why = match fullest_second(store)? {
            Sent::Alone(error) => format!("counted alone: {error}"),
            Sent::Together(most) if most as u64 > u64::from(LIMIT) + BURST => {
                format!("{most} requests in a second, with a limit of {LIMIT}")
            }
            Sent::Together(_) => return Ok(()),
        };
        output::line(format_args!("      once more: {why}"));
    }
    Err(format!("{why}; {TRIES} tries").into())
}

enum Sent {
    /// How many requests the fullest second got.
    Together(usize),
    /// Why a process counted alone: it could not change the note.
    Alone(String),
}

fn fullest_second(store: &[OsString]) -> Result<Sent, Failure> {
    let senders: Result<Vec<_>, _> = (0..PROCESSES).map(|_| Sender::new(store)).collect();
    let mut senders = senders?;
    for sender in &mut senders {
        sender.reply()?; // it is ready
    }
    let (began, first) = (Instant::now(), micros());
    for sender in &mut senders {
        sender.go()?;
    }
    let mut times = Vec::new();
    for sender in &mut senders {
        let reply = sender.reply()?;
        if let Some(error) = reply.strip_prefix(ALONE) {
            return Ok(Sent::Alone(error.trim().to_owned()));
        }
        for word in reply.split_whitespace() {
            let time = word.parse::<u64>();
            times.push(time.map_err(|_| format!("no permit: {}", reply.trim()))?);
        }
    }
    let took = began.elapsed();
    counted("requests", times.len(), PROCESSES * CALLERS * EACH)?;
    times.sort_unstable();
    let in_second = |(first, from): (usize, &u64)| {
        let later = times.iter().skip(first);
        later.take_while(|time| **time < from + 1_000_000).count()
    };
    let most = times.iter().enumerate().map(in_second).max();
    let most = most.unwrap_or_default();
    output::line(format_args!(
        "      a limit of {LIMIT} a second: {most} in the fullest one, all within {:.1} s",
        took.as_secs_f64()
    ));
    // Those that are late leave less for the seconds before. So this holds on any machine, counted
    // from the order to send: also the first one may be late.
    for (sent, time) in (1..).zip(&times) {
        let seconds = time.saturating_sub(first) / 1_000_000 + 1;
        let most = u64::from(LIMIT) * seconds + BURST;
        ensure(
            sent <= most,
            format!("{sent} requests in {seconds} s, with a limit of {LIMIT} a second"),
        )?;
    }
    // None waits for longer than the limit requires.
    ensure(took < LONGEST, format!("all of them took {took:?}"))?;
    Ok(Sent::Together(most))
}

/// The wall clock in microseconds, which all processes share.
fn micros() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(now.unwrap_or_default().as_micros()).unwrap_or(u64::MAX)
}

/// One of the processes.
struct Sender {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Sender {
    fn new(store: &[OsString]) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(TASK)
            .args(store)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("it has no output")?;
        let output = BufReader::new(output);
        Ok(Self { child, output })
    }

    fn go(&mut self) -> CheckResult {
        let input = self.child.stdin.as_mut().ok_or("it has no input")?;
        Ok(input.write_all(b"\n")?)
    }

    fn reply(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        let length = self.output.read_line(&mut line)?;
        ensure(length > 0, "a process has ended")?;
        Ok(line)
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
    }
}

/// Notes when a request would be sent, and responds.
#[derive(Clone, Default)]
struct Noting(Arc<Mutex<Vec<u64>>>);

impl Transport for Noting {
    fn send(&self, _: Request, _: &Limits) -> Result<Response, TransportError> {
        let now = micros();
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        times.push(now);
        Ok(Response::new(ResponseBody::new(b"{}".to_vec())))
    }
}

/// An operation that needs no token.
struct Read;

impl Operation for Read {
    type Output = ();

    fn policy(&self) -> CallPolicy {
        CallPolicy::read(API).without_token()
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(Method::GET, "/api/read")
    }

    fn parse(&self, _: Response) -> Result<(), Error> {
        Ok(())
    }
}

/// `conformance fleet-rate URL NAMESPACE` or `conformance fleet-rate FOLDER`: says that it is ready,
/// waits for a line, sends, and prints when, in microseconds, or why it counted alone. It ends with its
/// input.
pub(crate) fn send(args: Vec<OsString>) -> Outcome {
    let failed = |error: Error| Stop::Failed(error.to_string());
    let store: Arc<dyn Store> = match &args[..] {
        [url, namespace] => super::open(url, &namespace.to_string_lossy()).map_err(failed)?,
        [folder] => Arc::new(File::open(Path::new(folder)).map_err(failed)?),
        _ => return Err(Stop::Usage(format!("{TASK} URL NAMESPACE"))),
    };
    let noting = Noting::default();
    let alone = Arc::new(OnceLock::new());
    let observer = {
        let alone = Arc::clone(&alone);
        move |event: &ClientEvent<'_>| {
            if let ClientEvent::NoteNotWritten { error, .. } = event {
                // The first one counts.
                let _ = alone.set(format!("{error:#}"));
            }
        }
    };
    let client = Client::new(service().map_err(failed)?, noting.clone(), store);
    let client = client.on_event(observer);
    let session = client.anonymous();
    output::line("ready");
    let mut input = std::io::stdin().lock();
    let reply = input.read_line(&mut String::new());
    reply.map_err(|error| Stop::Failed(error.to_string()))?;
    let words = Mutex::new(Vec::new());
    let say = |word: String| {
        words
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(word)
    };
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                for _ in 0..EACH {
                    if let Err(error) = session.send(Read) {
                        say(format!("{error:#}"));
                    }
                }
            });
        }
    });
    let times = noting.0.lock().unwrap_or_else(PoisonError::into_inner);
    times.iter().for_each(|time| say(time.to_string()));
    match alone.get() {
        Some(error) => output::line(format_args!("{ALONE}{error}")),
        None => output::line(words.into_inner().unwrap_or_default().join(" ")),
    }
    // Its end would slow down those that still send.
    let _closed = input.read(&mut [0]);
    Ok(Verdict::Passed)
}

/// A service beyond loopback: requests to loopback are not limited.
fn service() -> Result<Service, Error> {
    let rate = RateLimit::unlimited().with_window(LIMIT, Duration::from_secs(1));
    let service = crate::stores::store_dir::service("https://service.example")?;
    Ok(service.with_rate_limit(rate))
}
