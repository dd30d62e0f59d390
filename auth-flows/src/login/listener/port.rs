//! The listener's socket: closed by whichever comes first, the end of the login or its drop.

use std::{
    io,
    net::{TcpListener, TcpStream},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The socket of one listener, shared by its thread, its connections and the program's
/// [`PendingLogin`](crate::PendingLogin).
#[derive(Debug)]
pub(crate) struct Port {
    socket: Mutex<Option<TcpListener>>,
    /// Whether the program chose the port: then the next login needs it at once.
    is_fixed: bool,
}

impl Port {
    pub(super) fn new(socket: TcpListener, is_fixed: bool) -> Self {
        Self {
            socket: Mutex::new(Some(socket)),
            is_fixed,
        }
    }

    /// Returns the next connection, or an error if there is none yet. `None` after the close.
    pub(super) fn accept(&self) -> Option<io::Result<TcpStream>> {
        let socket = self.socket();
        socket
            .as_ref()
            .map(|socket| socket.accept().map(|(stream, _)| stream))
    }

    /// Frees the port.
    pub(crate) fn close(&self) {
        *self.socket() = None;
    }

    /// Frees the port after a response, if it is a fixed one. On any other the page stays a while.
    pub(super) fn close_if_fixed(&self) {
        if self.is_fixed {
            self.close();
        }
    }

    fn socket(&self) -> MutexGuard<'_, Option<TcpListener>> {
        // The code under this lock cannot panic.
        self.socket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
