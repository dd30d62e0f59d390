//! Who comes to the listener: each on a thread of their own, none for long.

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
    http::{Visit, answer, read},
    page,
};
use crate::{
    clock,
    login::pending::{LoginSender, spawn},
};

// What is marked `inline` here is compiled where it is called: most programs have no use for it.

/// How many visitors may be listened to at once; one more, and the oldest has to go.
const LISTENED_TO: usize = 32;
/// How many may be inside in all; more are turned away at the door, so that nobody can use up the machine.
const INSIDE: usize = 128;
/// How long one visitor may take to say what they want.
const VISIT: Duration = Duration::from_secs(5);

/// What all visits share.
pub(super) struct Host {
    authority: String,
    path: String,
    pending: PendingAuthorization,
    program: String,
    outcome: LoginSender,
    over: AtomicBool,
    inside: AtomicUsize,
    /// Those who have not said yet what they want, the oldest first.
    speaking: Mutex<Speaking>,
}

#[derive(Default)]
struct Speaking {
    visits: u64,
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
            inside: AtomicUsize::new(0),
            speaking: Mutex::default(),
        }
    }

    /// The response has come, or nobody waits for it any more.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed) || self.outcome.is_given_up()
    }

    /// Serves a visitor on a thread of their own: one who says nothing holds up nobody.
    #[inline]
    pub(super) fn admit(self: &Arc<Self>, stream: TcpStream) {
        if self.inside.fetch_add(1, Ordering::Relaxed) >= INSIDE {
            self.inside.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let host = Arc::clone(self);
        let visit = move || {
            let _ = host.serve(stream);
            host.inside.fetch_sub(1, Ordering::Relaxed);
        };
        if spawn("login visitor", Box::new(visit)).is_err() {
            self.inside.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Ends it without a response.
    #[inline]
    pub(super) fn nobody_came(&self, deadline: Duration) {
        let what = format!(
            "nobody came back from the browser within {} s",
            deadline.as_secs()
        );
        self.outcome.send(Err(Error::new(ErrorKind::TimedOut, what).with_help(format!(
            "likely causes: the login was not finished; the redirect URI {} is not registered for this client, the client id \
             `{}` is unknown, or the address of the login page is wrong (the service then shows a page of its own and never \
             redirects); or the browser runs on another machine (paste the redirected URL instead)",
            self.pending.redirect_uri(),
            self.pending.client_id()
        ))));
    }

    #[inline]
    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        let visit = self.hear(&mut stream)?;
        let program = &*self.program;
        let target = match visit {
            Visit::Get { target, host } if self.is_ours(&target, host.as_deref()) => target,
            Visit::Get { .. } => return answer(&mut stream, 404, &page::nothing_here(program)),
            Visit::OtherMethod => return answer(&mut stream, 405, &page::nothing_here(program)),
            Visit::Noise => return answer(&mut stream, 400, &page::nothing_here(program)),
        };
        if self.outcome.is_given_up() {
            return answer(&mut stream, 410, &page::given_up(program));
        }
        let redirected = format!("http://{}{target}", self.authority);
        match self.pending.accept(&redirected) {
            Ok(grant) => self.end(Ok(grant.with_accepted_at(clock::now())), || {
                answer(&mut stream, 200, &page::success(program))
            }),
            Err(error) if error.kind() == ErrorKind::CallbackMismatch => {
                answer(&mut stream, 400, &page::not_ours(program))
            }
            Err(error) => {
                let page = page::refused(program, &error);
                self.end(Err(error), || answer(&mut stream, 200, &page))
            }
        }
    }

    /// Hears what a visitor wants. When too many are slow to say it, the oldest is shown the door.
    #[inline]
    fn hear(&self, stream: &mut TcpStream) -> io::Result<Visit> {
        let own = stream.try_clone()?;
        let (number, oldest) = {
            let mut speaking = self.speaking();
            speaking.visits += 1;
            let number = speaking.visits;
            speaking.streams.push_back((number, own));
            let crowded = speaking.streams.len() > LISTENED_TO;
            (
                number,
                crowded.then(|| speaking.streams.pop_front()).flatten(),
            )
        };
        if let Some((_, oldest)) = oldest {
            let _gone_already = oldest.shutdown(Shutdown::Both);
        }
        let visit = read(stream, Instant::now() + VISIT);
        self.speaking().streams.retain(|(n, _)| *n != number);
        visit
    }

    /// The path we are registered with, asked for under our own name: a foreign `Host` is a website that had its name
    /// resolve to this machine.
    #[inline]
    fn is_ours(&self, target: &str, host: Option<&str>) -> bool {
        // A browser leaves the scheme's own port out.
        let bare = self.authority.strip_suffix(":80");
        let named = host.is_some_and(|host| host == self.authority || Some(host) == bare);
        let asked = target.split_once('?').map(|(path, _)| path);
        named && asked == Some(&self.path)
    }

    /// From here on no deadline passes. The page goes out first: the program may end as soon as it has the response.
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

    fn speaking(&self) -> MutexGuard<'_, Speaking> {
        // Nothing that can panic runs under this lock.
        self.speaking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
