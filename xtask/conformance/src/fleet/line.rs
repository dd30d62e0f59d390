//! A proxy that passes bytes on between a host and a server, until it holds them back, loses those of
//! the server, or closes all connections.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::listening::Listening;

/// What happens to the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    /// All bytes wait, and arrive when it is open again: also those of a connection that its client
    /// has given up meanwhile.
    Silent,
    /// What the server sends is lost, what the client sends arrives.
    LosesResponses,
    /// Connections are closed, also new ones.
    Closed,
    /// For good.
    Over,
}

/// Passes bytes on until it is dropped.
pub(super) struct Line {
    listening: Listening,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
    /// Both ends of all connections.
    ends: Mutex<Vec<TcpStream>>,
    /// How many pieces were held up or lost, and how many connections closed.
    disturbed: AtomicUsize,
}

impl Line {
    /// A line to the server at this port of loopback.
    pub(super) fn to(port: u16) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            server: (Ipv4Addr::LOCALHOST, port).into(),
            state: Mutex::new(State::Open),
            changed: Condvar::new(),
            ends: Mutex::default(),
            disturbed: AtomicUsize::new(0),
        });
        let own = Arc::clone(&shared);
        let listening = Listening::start(move |client| own.accept(&client))?;
        Ok(Self { listening, shared })
    }

    pub(super) fn port(&self) -> u16 {
        self.listening.address.port()
    }

    pub(super) fn set(&self, state: State) {
        *self.shared.state() = state;
        self.shared.changed.notify_all();
        if matches!(state, State::Closed | State::Over) {
            let ends = std::mem::take(&mut *self.shared.ends());
            for end in &ends {
                let _closed_before = end.shutdown(Shutdown::Both);
                self.shared.disturbed.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    /// Whether a client or the server has met anything but an open line.
    pub(super) fn was_disturbed(&self) -> bool {
        self.shared.disturbed.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.set(State::Over);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ends(&self) -> MutexGuard<'_, Vec<TcpStream>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(self: &Arc<Self>, client: &TcpStream) {
        let state = *self.state();
        // A server that is away refuses the client too.
        if !matches!(state, State::Closed | State::Over) {
            let _refused = self.connect(client);
        }
    }

    fn connect(self: &Arc<Self>, client: &TcpStream) -> io::Result<()> {
        let server = TcpStream::connect(self.server)?;
        for end in [client, &server] {
            end.set_nodelay(true)?;
            self.ends().push(end.try_clone()?);
        }
        for (from, to, are_responses) in [(client, &server, false), (&server, client, true)] {
            let (own, from, to) = (Arc::clone(self), from.try_clone()?, to.try_clone()?);
            // The thread ends with the connection.
            thread::spawn(move || own.pass_on(from, to, are_responses));
        }
        Ok(())
    }

    fn pass_on(&self, mut from: TcpStream, mut to: TcpStream, are_responses: bool) {
        let mut bytes = vec![0; 1 << 14];
        loop {
            let length = from.read(&mut bytes).unwrap_or(0);
            let mut state = self.state();
            if *state == State::Silent || are_responses && *state == State::LosesResponses {
                self.disturbed.fetch_add(1, Ordering::SeqCst);
            }
            while *state == State::Silent {
                let woken = self.changed.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
            }
            let is_lost = are_responses && *state == State::LosesResponses;
            drop(state);
            if !is_lost && to.write_all(&bytes[..length]).is_err() {
                return;
            }
            if length == 0 {
                let _closed_before = to.shutdown(Shutdown::Write);
                return;
            }
        }
    }
}
