//! A proxy on loopback that loses answers: the server has done what it was asked, and the client never gets to know.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::rig::PATIENCE;

/// How a response is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// The connection is closed in its place.
    Closed,
    /// The connection is reset in its place.
    Reset,
    /// Half of it, then the connection is closed.
    HalfClosed,
    /// Half of it, then the connection is reset.
    HalfReset,
    /// Bytes that are no HTTP.
    Garbage,
}

pub(super) const LOSSES: [Loss; 5] = [
    Loss::Closed,
    Loss::Reset,
    Loss::HalfClosed,
    Loss::HalfReset,
    Loss::Garbage,
];

/// Passes requests on to a server, until it is dropped.
pub(super) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    server: String,
    over: AtomicBool,
    /// What becomes of the next answer from this path.
    plan: Mutex<Option<(&'static str, Loss)>>,
}

impl Proxy {
    /// Before the server at this origin.
    pub(super) fn before(origin: &str) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let shared = Arc::new(Shared {
            server: origin.trim_start_matches("http://").to_owned(),
            over: AtomicBool::new(false),
            plan: Mutex::new(None),
        });
        let address = listener.local_addr()?;
        let own = Arc::clone(&shared);
        let thread = Some(thread::spawn(move || own.accept(&listener)));
        Ok(Self {
            address,
            shared,
            thread,
        })
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next answer from this path is lost in this way.
    pub(super) fn lose_next(&self, path: &'static str, loss: Loss) {
        *self.shared.plan() = Some((path, loss));
    }

    /// Whether the one that was to be lost has been.
    pub(super) fn has_lost_it(&self) -> bool {
        self.shared.plan().is_none()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // The thread waits for a connection.
        let _woken = TcpStream::connect_timeout(&self.address, PATIENCE);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

impl Shared {
    fn plan(&self) -> MutexGuard<'_, Option<(&'static str, Loss)>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(self: Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming().flatten() {
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            let own = Arc::clone(&self);
            // It ends with the connection, at the latest when the client lets go of it.
            thread::spawn(move || own.serve(stream));
        }
    }

    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        client.set_read_timeout(Some(PATIENCE))?;
        loop {
            let Some(request) = waiting(&client)? else {
                return Ok(());
            };
            let loss = self.loss_for(&request);
            let resets = matches!(loss, Some(Loss::Reset | Loss::HalfReset));
            // A byte that is never read makes the kernel reset the connection when it is closed.
            let kept = usize::from(resets);
            client.read_exact(&mut vec![0; request.len() - kept])?;
            let response = self.ask(&request)?;
            let half = &response[..response.len() / 2];
            match loss {
                None => client.write_all(&response)?,
                Some(Loss::HalfClosed | Loss::HalfReset) => client.write_all(half)?,
                Some(Loss::Garbage) => client.write_all(b"\x00\xffno answer\r\n\r\n")?,
                Some(Loss::Closed | Loss::Reset) => {}
            }
            if resets {
                return Ok(());
            }
            if loss.is_some() {
                return client.shutdown(Shutdown::Both);
            }
        }
    }

    fn loss_for(&self, request: &[u8]) -> Option<Loss> {
        let mut plan = self.plan();
        let (path, loss) = (*plan)?;
        let line = request.split(|byte| *byte == b'\r').next()?;
        let asked = std::str::from_utf8(line).ok()?.split(' ').nth(1)?;
        (asked == path).then(|| {
            *plan = None;
            loss
        })
    }

    /// The server's answer, in full.
    fn ask(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(&self.server)?;
        server.set_read_timeout(Some(PATIENCE))?;
        server.write_all(request)?;
        let (mut response, mut chunk) = (Vec::new(), [0; 4096]);
        while length(&response).is_none_or(|length| response.len() < length) {
            match server.read(&mut chunk)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => response.extend_from_slice(&chunk[..read]),
            }
        }
        Ok(response)
    }
}

/// A whole request, which is left to be read; `None` at the connection's end.
fn waiting(client: &TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; 1 << 16];
    let mut seen = 0;
    loop {
        let there = client.peek(&mut bytes)?;
        if there == 0 {
            return Ok(None);
        }
        if let Some(length) = length(&bytes[..there]).filter(|length| *length <= there) {
            bytes.truncate(length);
            return Ok(Some(bytes));
        }
        // Looking at what is there does not wait for more; the end of it does not show so, either.
        if there == seen {
            thread::sleep(Duration::from_millis(1));
        }
        seen = there;
    }
}

/// How long the message is that begins here, once its head is complete.
fn length(message: &[u8]) -> Option<usize> {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&message[..end]).ok()?;
    let body = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    Some(end + body.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_a_length() {
        let check = |text: &str, expect: Option<usize>| {
            assert_eq!(length(text.as_bytes()), expect, "{text}");
        };
        check("GET / HTTP/1.1\r\nhost: a\r\n", None);
        check("GET / HTTP/1.1\r\n\r\n", Some(18));
        check("A\r\nContent-Length: 3\r\n\r\nab", Some(27));
        check("A\r\ncontent-length:3\r\n\r\nabcdef", Some(26));
    }
}
