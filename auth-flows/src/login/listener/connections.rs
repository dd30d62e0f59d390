//! The listener's connections: each on its own thread, with limits on number and time.

use std::{
    collections::VecDeque,
    io,
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use auth_core::{CodeGrant, Error, ErrorKind, PendingAuthorization};

use super::{
    http::{Received, read, respond},
    page,
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
    pending: PendingAuthorization,
    program: String,
    outcome: LoginSender,
    over: AtomicBool,
    open: AtomicUsize,
    /// The connections that have not sent their request yet, the oldest first.
    reading: Mutex<Reading>,
}

#[derive(Default)]
struct Reading {
    /// How many connections there were so far; numbers them.
    count: u64,
    streams: VecDeque<(u64, TcpStream)>,
}

impl Host {
    #[inline]
    pub(super) fn new(
        address: SocketAddr,
        pending: PendingAuthorization,
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
            pending,
            program,
            outcome,
            over: AtomicBool::new(false),
            open: AtomicUsize::new(0),
            reading: Mutex::default(),
        }
    }

    /// Returns whether the response has arrived, or the program has dropped the login.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed) || self.outcome.is_dropped()
    }

    /// Serves a connection on its own thread, so that a silent one does not delay the others.
    #[inline]
    pub(super) fn admit(self: &Arc<Self>, stream: TcpStream) {
        if self.open.fetch_add(1, Ordering::Relaxed) >= MAX_OPEN {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let host = Arc::clone(self);
        let serve = move || {
            let _ = host.serve(stream);
            host.open.fetch_sub(1, Ordering::Relaxed);
        };
        if spawn("login connection", Box::new(serve)).is_err() {
            self.open.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Ends the login with the error of a timeout.
    #[inline]
    pub(super) fn time_out(&self, timeout: Duration) {
        let what = format!("no redirect within {} s", timeout.as_secs());
        self.outcome.send(Err(Error::new(ErrorKind::TimedOut, what).with_help(format!(
            "check that the user finished the login. Other likely causes: the redirect URI {} is not registered for this client, \
             the client id `{}` is unknown, or the address of the login page is wrong (the service then shows an error page and \
             never redirects); or the browser runs on another machine (then log in with a pasted redirect)",
            self.pending.redirect_uri(),
            self.pending.client_id()
        ))));
    }

    #[inline]
    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        let received = self.receive(&mut stream)?;
        let program = &*self.program;
        let target = match received {
            Received::Get { target, host } if self.is_ours(&target, host.as_deref()) => target,
            Received::Get { .. } => return respond(&mut stream, 404, &page::nothing_here(program)),
            Received::OtherMethod => {
                return respond(&mut stream, 405, &page::nothing_here(program));
            }
            Received::Invalid => return respond(&mut stream, 400, &page::nothing_here(program)),
        };
        if self.outcome.is_dropped() {
            return respond(&mut stream, 410, &page::too_late(program));
        }
        let redirected = format!("http://{}{target}", self.authority);
        match self.pending.accept(&redirected) {
            Ok(grant) => self.end(Ok(grant.with_accepted_at(clock::now())), || {
                respond(&mut stream, 200, &page::success(program))
            }),
            Err(error) if error.kind() == ErrorKind::CallbackMismatch => {
                respond(&mut stream, 400, &page::not_ours(program))
            }
            Err(error) => {
                let page = page::refused(program, &error);
                self.end(Err(error), || respond(&mut stream, 200, &page))
            }
        }
    }

    /// Reads a request. If too many connections have not sent theirs, closes the oldest of them.
    #[inline]
    fn receive(&self, stream: &mut TcpStream) -> io::Result<Received> {
        let own = stream.try_clone()?;
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
            let _closed_already = oldest.shutdown(Shutdown::Both);
        }
        let received = read(stream, Instant::now() + READ_TIMEOUT);
        self.reading().streams.retain(|(n, _)| *n != number);
        received
    }

    /// Returns whether a request has the registered path, a query and our own `Host`. A foreign
    /// `Host` comes from a website whose name resolves to this machine (DNS rebinding).
    #[inline]
    fn is_ours(&self, target: &str, host: Option<&str>) -> bool {
        // A browser omits the scheme's default port.
        let without_port = self.authority.strip_suffix(":80");
        let named = host.is_some_and(|host| host == self.authority || Some(host) == without_port);
        let path = target.split_once('?').map(|(path, _)| path);
        named && path == Some(&self.path)
    }

    /// Ends the login: sets `over` first, so that no timeout follows; then shows the page; then
    /// sends the outcome, because the program may exit as soon as it has it.
    #[inline]
    fn end(
        &self,
        outcome: Result<CodeGrant, Error>,
        show: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<()> {
        self.over.store(true, Ordering::Relaxed);
        let shown = show();
        self.outcome.send(outcome);
        shown
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        // The code under this lock cannot panic.
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
