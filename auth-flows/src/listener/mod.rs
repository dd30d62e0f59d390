//! The callback: a listener on the loopback IP that waits for one redirect and survives everything else.
//!
//! ```text
//!   bind ──► wait ──┬── ours: code or refusal ──► the end, with a page that a person can read
//!                   ├── a stranger: other path, wrong or repeated state, POST, foreign Host, favicon, noise ──► 404, go on
//!                   ├── the deadline ──► an error that lists the likely causes
//!                   └── dropped ──► the end
//! ```

mod http;
mod page;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use auth_core::{CodeGrant, Error, ErrorKind, Pending};

use self::http::{Visit, answer, read};
use crate::gate::Giver;

/// A listener bound to 127.0.0.1, before it waits.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    path: String,
}

/// How many visitors are served at once; more are turned away, so that nobody can use up the machine.
const VISITORS: usize = 32;
/// How long the listener sleeps when nobody came.
const NAP: Duration = Duration::from_millis(10);
/// How long one visitor may take to say what they want.
const VISIT: Duration = Duration::from_secs(5);

impl Listener {
    /// Binds a port, 0 for any free one.
    pub(crate) fn bind(port: u16, path: &str) -> Result<Self, Error> {
        let socket =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| taken(port, error))?;
        let address = socket.local_addr().and_then(|address| {
            socket.set_nonblocking(true)?;
            Ok(address)
        });
        Ok(Self {
            address: address.map_err(|error| taken(port, error))?,
            socket,
            path: path.to_owned(),
        })
    }

    /// The redirect URI that arrives here.
    pub(crate) fn redirect_uri(&self) -> String {
        format!("http://{}{}", self.address, self.path)
    }

    /// Listens on a thread of its own until the answer, the deadline, or `stop`.
    pub(crate) fn spawn(
        self,
        pending: Pending,
        program: String,
        deadline: Duration,
        stop: Arc<AtomicBool>,
        outcome: Giver<Result<CodeGrant, Error>>,
    ) -> Result<(), Error> {
        let host = Arc::new(Host {
            authority: self.address.to_string(),
            path: self.path,
            pending,
            program,
            outcome,
            over: AtomicBool::new(false),
            inside: AtomicUsize::new(0),
        });
        let end = Instant::now() + deadline;
        let socket = self.socket;
        thread::Builder::new()
            .name("login listener".into())
            .spawn(move || {
                while !stop.load(Ordering::Relaxed) && !host.over.load(Ordering::Relaxed) {
                    if Instant::now() >= end {
                        host.outcome.give(Err(nobody_came(deadline, &host.pending)));
                        return;
                    }
                    match socket.accept() {
                        Ok((stream, _)) => host.admit(stream),
                        Err(_) => thread::sleep(NAP),
                    }
                }
            })
            .map(|_| ())
            .map_err(|error| {
                Error::new(
                    ErrorKind::Configuration,
                    "no thread could be started to listen on",
                )
                .with_source(error)
            })
    }
}

/// What all visits share.
struct Host {
    authority: String,
    path: String,
    pending: Pending,
    program: String,
    outcome: Giver<Result<CodeGrant, Error>>,
    over: AtomicBool,
    inside: AtomicUsize,
}

impl Host {
    /// Serves a visitor on a thread of their own: one who says nothing holds up nobody.
    fn admit(self: &Arc<Self>, stream: TcpStream) {
        if self.inside.fetch_add(1, Ordering::Relaxed) >= VISITORS {
            self.inside.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let host = Arc::clone(self);
        let started = thread::Builder::new()
            .name("login visitor".into())
            .spawn(move || {
                let _ = host.serve(stream);
                host.inside.fetch_sub(1, Ordering::Relaxed);
            });
        if started.is_err() {
            self.inside.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        let target = match read(&mut stream, Instant::now() + VISIT)? {
            Visit::Get { target, host } if self.is_ours(&target, host.as_deref()) => target,
            Visit::Get { .. } => {
                return answer(&mut stream, 404, &page::nothing_here(&self.program));
            }
            Visit::OtherMethod => {
                return answer(&mut stream, 405, &page::nothing_here(&self.program));
            }
            Visit::Noise => return answer(&mut stream, 400, &page::nothing_here(&self.program)),
        };
        let redirected = format!("http://{}{target}", self.authority);
        match self.pending.accept(&redirected) {
            Ok(grant) => {
                // The page goes out first: the program may end as soon as it has the code.
                let shown = answer(&mut stream, 200, &page::success(&self.program));
                self.end(Ok(grant));
                shown
            }
            Err(error) if error.kind() == ErrorKind::ForeignResponse => {
                answer(&mut stream, 400, &page::not_ours(&self.program))
            }
            Err(error) => {
                let shown = answer(&mut stream, 200, &page::refused(&self.program, &error));
                self.end(Err(error));
                shown
            }
        }
    }

    /// The path we are registered with, asked for under our own name: a foreign `Host` is a website that had its name
    /// resolve to this machine.
    fn is_ours(&self, target: &str, host: Option<&str>) -> bool {
        let path = target.split('?').next().unwrap_or_default();
        let own = if self.path.is_empty() {
            "/"
        } else {
            &self.path
        };
        path == own && target.contains('?') && host == Some(self.authority.as_str())
    }

    fn end(&self, outcome: Result<CodeGrant, Error>) {
        if !self.over.swap(true, Ordering::Relaxed) {
            self.outcome.give(outcome);
        }
    }
}

fn taken(port: u16, error: io::Error) -> Error {
    let free = Error::new(
        ErrorKind::Configuration,
        format!("cannot listen on 127.0.0.1:{port}"),
    )
    .setting("port");
    let advice = if error.kind() == io::ErrorKind::AddrInUse {
        "another program has this port: close it, choose another port, or use any free one (port 0) where the service allows it"
    } else {
        "choose another port, or paste the redirected URL instead"
    };
    free.with_source(error).advice(advice)
}

fn nobody_came(deadline: Duration, pending: &Pending) -> Error {
    let what = format!(
        "nobody came back from the browser within {} s",
        deadline.as_secs()
    );
    Error::new(ErrorKind::TimedOut, what).advice(format!(
        "likely causes: the login was not finished; the redirect URI {} is not registered for this client, or the client id is \
         unknown (the service then shows a page of its own and never redirects); or the browser runs on another machine (paste \
         the redirected URL instead)",
        pending.redirect_uri()
    ))
}

#[cfg(test)]
mod tests;
