//! A proxy on loopback that loses responses: the server has processed the request, and the client
//! never learns the result.

use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use auth_testkit::http1;
use worlds::MAX_WAIT;

use crate::listening::Listening;

/// How a response is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// The connection is closed instead.
    Closed,
    /// The connection is reset instead.
    Reset,
    /// Half of it arrives, then the connection is closed.
    HalfClosed,
    /// Half of it arrives, then the connection is reset.
    HalfReset,
    /// Bytes that are not HTTP arrive instead.
    Garbage,
}

pub(super) const LOSSES: [Loss; 5] = [
    Loss::Closed,
    Loss::Reset,
    Loss::HalfClosed,
    Loss::HalfReset,
    Loss::Garbage,
];

/// Forwards requests to a server until it is dropped.
pub(super) struct Proxy {
    listening: Listening,
    shared: Arc<Shared>,
}

struct Shared {
    server: String,
    /// How to lose the next response on this path.
    plan: Mutex<Option<(&'static str, Loss)>>,
}

impl Proxy {
    /// Starts a proxy for the server at this origin.
    pub(super) fn before(origin: &str) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            server: origin.trim_start_matches("http://").to_owned(),
            plan: Mutex::new(None),
        });
        let own = Arc::clone(&shared);
        let listening = Listening::start(move |stream| {
            let own = Arc::clone(&own);
            // The thread ends with the connection, at the latest when the client closes it.
            thread::spawn(move || own.serve(stream));
        })?;
        Ok(Self { listening, shared })
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.listening.address)
    }

    /// Loses the next response on this path in this way.
    pub(super) fn lose_next(&self, path: &'static str, loss: Loss) {
        *self.shared.plan() = Some((path, loss));
    }

    /// Whether the planned response has been lost.
    pub(super) fn has_lost_it(&self) -> bool {
        self.shared.plan().is_none()
    }
}

impl Shared {
    fn plan(&self) -> MutexGuard<'_, Option<(&'static str, Loss)>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        client.set_read_timeout(Some(MAX_WAIT))?;
        loop {
            let Some(request) = waiting(&client)? else {
                return Ok(());
            };
            let loss = self.loss_for(&request);
            let resets = matches!(loss, Some(Loss::Reset | Loss::HalfReset));
            // An unread byte makes the kernel reset the connection on close.
            let unread = usize::from(resets);
            client.read_exact(&mut vec![0; request.len() - unread])?;
            let response = self.ask(&request)?;
            let half = &response[..response.len() / 2];
            match loss {
                None => client.write_all(&response)?,
                Some(Loss::HalfClosed | Loss::HalfReset) => client.write_all(half)?,
                Some(Loss::Garbage) => client.write_all(b"\x00\xffno response\r\n\r\n")?,
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
        let request = std::str::from_utf8(line).ok()?.split(' ').nth(1)?;
        (request == path).then(|| {
            *plan = None;
            loss
        })
    }

    /// Reads the server's response, in full.
    fn ask(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(&self.server)?;
        server.set_read_timeout(Some(MAX_WAIT))?;
        server.write_all(request)?;
        let response = http1::read_response(&mut BufReader::new(server))?;
        Ok(http1::response_bytes(&response))
    }
}

/// Peeks at a whole request without reading it; `None` at the end of the connection.
fn waiting(client: &TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; 1 << 16];
    let mut peeked = 0;
    loop {
        let there = client.peek(&mut bytes)?;
        if there == 0 {
            return Ok(None);
        }
        if let Some(length) = length(&bytes[..there]) {
            bytes.truncate(length);
            return Ok(Some(bytes));
        }
        // A peek does not wait for more bytes, and it does not report the end of the connection.
        if there == peeked {
            thread::sleep(Duration::from_millis(1));
        }
        peeked = there;
    }
}

/// The length of the request that begins here, once it is complete.
fn length(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    http1::read_request(&mut rest).ok()??;
    Some(bytes.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_a_length() {
        let check = |text: &str, expect: Option<usize>| {
            assert_eq!(length(text.as_bytes()), expect, "{text}");
        };
        check("GET / HTTP/1.1\r\nhost: a\r\n", None);
        check("GET / HTTP/1.1\r\n\r\n", Some(18));
        check("PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", None);
        check("PUT / HTTP/1.1\r\ncontent-length:3\r\n\r\nabcdef", Some(39));
    }
}
