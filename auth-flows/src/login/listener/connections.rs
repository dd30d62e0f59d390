//! The listener's connections: each on its own thread, with limits on number and time.

use std::{
    collections::VecDeque,
    io,
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use auth_core::{CodeGrant, Error, ErrorKind, ExposeSecret, PendingAuthorization, SecretText};

use super::{
    POLL_INTERVAL,
    arrivals::{Arrivals, Telling, shown},
    http::{Purpose, Received, read, respond},
    page,
    port::Port,
};
use crate::{
    clock,
    login::pending::{LoginSender, spawn},
};

// `inline`: compiled in the crate that calls it, as most programs need none of it.

/// Maximum number of connections that have not sent their request yet. One more closes the oldest.
const MAX_READING: usize = 32;
/// Maximum number of connections in all. Further ones are closed at once, so that another process
/// cannot exhaust threads and memory.
const MAX_OPEN: usize = 128;
/// Time limit for the head of a request.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// State shared by all connections of one listener.
pub(super) struct Host {
    authority: String,
    path: String,
    port: Arc<Port>,
    pending: Arc<PendingAuthorization>,
    program: String,
    outcome: LoginSender,
    /// The status and the page of the response that ended the login.
    ended: OnceLock<(u16, String)>,
    /// Held while both are set, so that no visit finds the login over and no page yet.
    ending: Mutex<()>,
    arrivals: Arrivals,
    open: AtomicUsize,
    /// The connections that have not sent their request yet, the oldest first.
    reading: Mutex<Reading>,
}

#[derive(Default)]
struct Reading {
    /// How many connections there were so far; numbers them.
    count: u64,
    streams: VecDeque<(u64, Visitor)>,
}

/// A connection that has not sent its request yet.
struct Visitor {
    stream: TcpStream,
    evicted: Arc<AtomicBool>,
}

impl Visitor {
    /// Closes the connection. Where that does not wake its thread (Windows), the thread sees the
    /// flag.
    #[inline]
    fn evict(&self) {
        self.evicted.store(true, Ordering::Relaxed);
        let _closed_already = self.stream.shutdown(Shutdown::Both);
    }
}

impl Host {
    #[inline]
    pub(super) fn new(
        address: SocketAddr,
        port: Arc<Port>,
        pending: Arc<PendingAuthorization>,
        program: String,
        outcome: LoginSender,
    ) -> Self {
        let authority = address.to_string();
        let origin = format!("http://{authority}");
        let path = pending.redirect_uri().as_str().strip_prefix(&origin);
        let path = path.filter(|path| !path.is_empty()).unwrap_or("/");
        Self {
            path: path.to_owned(),
            authority,
            port,
            pending,
            program,
            outcome,
            ended: OnceLock::new(),
            ending: Mutex::default(),
            arrivals: Arrivals::default(),
            open: AtomicUsize::new(0),
            reading: Mutex::default(),
        }
    }

    /// Admits connections until the login is over: by a response, or as the program ended it.
    /// Returns true if `end` came first.
    #[inline]
    pub(super) fn listen(self: &Arc<Self>, end: Option<Instant>) -> bool {
        while !self.outcome.is_over() {
            if end.is_some_and(|end| Instant::now() >= end) {
                return self.outcome.claim();
            }
            if !self.admit_next() {
                break;
            }
        }
        false
    }

    /// Shows the page again to the same `state`, until `end`, while `may_stay` and until the port
    /// is closed.
    #[inline]
    pub(super) fn stay(self: &Arc<Self>, end: Instant, may_stay: impl Fn() -> bool) {
        while Instant::now() < end && may_stay() && self.admit_next() {}
    }

    /// Returns whether the response has arrived.
    pub(super) fn has_ended(&self) -> bool {
        drop(self.ending());
        self.ended.get().is_some()
    }

    pub(super) fn close(&self) {
        self.port.close();
    }

    /// Admits a connection, or sleeps a little if there is none. Returns false if the port is
    /// closed.
    #[inline]
    fn admit_next(self: &Arc<Self>) -> bool {
        match self.port.accept() {
            Some(Ok(stream)) => self.admit(stream),
            Some(Err(_)) => thread::sleep(POLL_INTERVAL),
            None => return false,
        }
        true
    }

    /// Serves a connection on its own thread, so that a silent one does not delay the others.
    #[inline]
    fn admit(self: &Arc<Self>, stream: TcpStream) {
        if self.open.fetch_add(1, Ordering::Relaxed) >= MAX_OPEN {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let host = Arc::clone(self);
        let serve = move || {
            let _ = host.serve(stream); // a visitor that hung up; the listener serves the next
            host.open.fetch_sub(1, Ordering::Relaxed);
        };
        if spawn("login connection", Box::new(serve)).is_err() {
            self.open.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Closes the port and ends the login with the error of a timeout. It says what arrived and, if
    /// that tells nothing about the login, the likely causes.
    #[inline]
    pub(super) fn time_out(&self, timeout: Duration) {
        self.port.close();
        let mut what = format!("no redirect within {} s", timeout.as_secs());
        let arrived = self.arrivals.summary();
        let telling = arrived.as_ref().map(|(_, telling)| *telling);
        if let Some((words, _)) = arrived {
            what = format!("no valid redirect within {} s; {words}", timeout.as_secs());
        }
        let redirect_uri = self.pending.redirect_uri();
        let help = match telling {
            Some(Telling::Response) => {
                "begin a new login, and finish it in the tab that it opens: a tab of an earlier login does not count".to_owned()
            }
            Some(Telling::Path) => format!(
                "the service has to redirect to {redirect_uri} with the response in the query (`response_mode=query`)"
            ),
            Some(Telling::Nothing) | None => format!(
                "check that the user finished the login. Other likely causes: the redirect URI {redirect_uri} is not registered for this client, \
                 the client id `{}` is unknown, the client may not use the authorization code grant, or the address of the login page \
                 is wrong (the service then shows an error page and never redirects); or the browser runs on another machine (then paste the address at which it ended, or log in with a pasted redirect)",
                self.pending.client_id()
            ),
        };
        let error = Error::new(ErrorKind::TimedOut, what).with_help(help);
        self.outcome.send(Err(error));
    }

    #[inline]
    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        let received = self.receive(&mut stream)?;
        let program = &*self.program;
        let (status, telling, what) = match received {
            Received::Get {
                target,
                host,
                purpose,
            } => {
                let target = SecretText::from(target); // it may have the code
                match self.foreign(target.expose_secret(), host.as_deref()) {
                    None => return self.judge(stream, target.expose_secret(), purpose),
                    Some((telling, what)) => (404, telling, what),
                }
            }
            Received::OtherMethod(method) => {
                let what = format!("its method is {}, not GET", shown(&method));
                (405, Telling::Path, what)
            }
            Received::Invalid(what) => (400, Telling::Nothing, what.to_owned()),
        };
        self.arrivals.note(telling, what);
        respond(&mut stream, status, &page::nothing_here(program))
    }

    /// Responds to a request that has the redirect URI's path and a query.
    #[inline]
    fn judge(&self, mut stream: TcpStream, target: &str, purpose: Purpose) -> io::Result<()> {
        let program = &*self.program;
        if purpose == Purpose::Prefetch {
            return respond(&mut stream, 503, &page::nothing_here(program));
        }
        let mut redirected = String::with_capacity(7 + self.authority.len() + target.len());
        for part in ["http://", &self.authority, target] {
            redirected.push_str(part);
        }
        let redirected = SecretText::from(redirected);
        let outcome = self.pending.accept(redirected.expose_secret());
        let is_ours = match &outcome {
            Ok(_) => true,
            Err(error) => {
                // Without `state`, any page could have caused it: a user has to see it.
                let is_refusal = error.kind() != ErrorKind::CallbackMismatch;
                PendingAuthorization::ends_login(error)
                    || is_refusal && purpose == Purpose::Navigation
            }
        };
        if self.outcome.is_over() {
            return self.show_end(&mut stream, is_ours);
        }
        match outcome {
            Ok(grant) => {
                let page = (200, page::success(program));
                self.end(Ok(grant.with_accepted_at(clock::now())), page, stream)
            }
            Err(error) if is_ours => {
                let status = match error.kind() {
                    ErrorKind::CallbackMismatch => 400,
                    _ => 200,
                };
                let page = (status, page::refused(program, &error));
                self.end(Err(error), page, stream)
            }
            Err(error) => {
                self.arrivals.note(Telling::Response, reason(&error));
                respond(&mut stream, 400, &page::not_ours(program))
            }
        }
    }

    /// Reads a request. If too many connections have not sent theirs, closes the oldest of them.
    #[inline]
    fn receive(&self, stream: &mut TcpStream) -> io::Result<Received> {
        let evicted = Arc::new(AtomicBool::new(false));
        let own = Visitor {
            stream: stream.try_clone()?,
            evicted: Arc::clone(&evicted),
        };
        let (number, oldest) = {
            let mut reading = self.reading();
            reading.count += 1;
            let number = reading.count;
            reading.streams.push_back((number, own));
            let crowded = reading.streams.len() > MAX_READING;
            (
                number,
                crowded.then(|| reading.streams.pop_front()).flatten(),
            )
        };
        if let Some((_, oldest)) = oldest {
            oldest.evict();
        }
        let received = read(stream, Instant::now() + READ_TIMEOUT, &evicted);
        self.reading().streams.retain(|(n, _)| *n != number);
        received
    }

    /// Returns why a request is not for this login: another path, no query, or a `Host` that is not
    /// our own. A foreign `Host` comes from a website whose name resolves to this machine (DNS
    /// rebinding).
    #[inline]
    fn foreign(&self, target: &str, host: Option<&str>) -> Option<(Telling, String)> {
        // A browser omits the scheme's default port.
        let without_port = self.authority.strip_suffix(":80");
        let named = host.is_some_and(|host| host == self.authority || Some(host) == without_port);
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        if !named {
            let host = host.map_or_else(|| "none or several".to_owned(), shown);
            let what = format!("its `Host` is not {}: {host}", self.authority);
            Some((Telling::Nothing, what))
        } else if path != self.path {
            let what = format!("its path is `{}`, not `{}`", shown(path), self.path);
            Some((Telling::Nothing, what))
        } else if query.is_none() {
            let what = "it came to the redirect URI without a query".to_owned();
            Some((Telling::Path, what))
        } else {
            None
        }
    }

    /// Ends the login, unless it is over already. Claims the end first, so that no timeout follows.
    /// Then shows the page, because the program may exit as soon as it has the outcome. Then closes
    /// a fixed port, because the program may need it as soon. Then sends the outcome.
    #[inline]
    fn end(
        &self,
        outcome: Result<CodeGrant, Error>,
        page: (u16, String),
        mut stream: TcpStream,
    ) -> io::Result<()> {
        let ending = self.ending();
        if !self.outcome.claim() {
            drop(ending);
            return self.show_end(&mut stream, true);
        }
        let (status, page) = self.ended.get_or_init(|| page);
        drop(ending);
        let shown = respond(&mut stream, *status, page);
        drop(stream);
        self.port.close_if_fixed();
        self.outcome.send(outcome);
        shown
    }

    /// Shows how the login ended, or, to others than its user, that it is over.
    fn show_end(&self, stream: &mut TcpStream, is_ours: bool) -> io::Result<()> {
        drop(self.ending());
        match self.ended.get().filter(|_| is_ours) {
            Some((status, page)) => respond(stream, *status, page),
            None => respond(stream, 410, &page::too_late(&self.program)),
        }
    }

    fn ending(&self) -> MutexGuard<'_, ()> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        // The code under this lock cannot panic.
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the reason of a rejected response, without the advice.
#[inline]
fn reason(error: &Error) -> String {
    if let Some(oauth) = error.oauth() {
        let what = "an error without `state`, in a part of another page";
        return format!("{what}: `{}`", shown(oauth.code()));
    }
    let text = error.to_string();
    let advice = error.help().map(|help| format!("; {help}"));
    let advice = advice.unwrap_or_default();
    text.strip_suffix(&*advice).unwrap_or(&text).to_owned()
}
