//! A reader that leaves the end of a request in the kernel, so that closing resets the connection.
//!
//! A socket that is closed with unread bytes sends a reset instead of an end (RFC 9293 section
//! 3.10.4, RFC 1122 section 4.2.2.13). So the reader peeks at the last bytes, and reads them only
//! when it needs more.
//!
//! On Windows `shutdown` does not wake a thread that waits for bytes. There each wait is bounded,
//! and repeated until the server stops. A wait only peeks, so that none that ends too early loses
//! bytes.

use std::io::{self, BufRead, Read};
use std::net::TcpStream;
use std::time::Duration;

/// First wait where `shutdown` does not end it.
pub(crate) const FIRST_WAIT: Option<Duration> = if cfg!(windows) {
    Some(Duration::from_millis(50))
} else {
    None
};

/// Longest wait. A server that stops waits so long for a connection that was idle as long.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Peeks at the next bytes. Waits until there are some, the peer ends, or the server has stopped.
pub(crate) fn peek(
    stream: &TcpStream,
    buffer: &mut [u8],
    stopped: &dyn Fn() -> bool,
) -> io::Result<usize> {
    let mut wait = FIRST_WAIT;
    loop {
        if wait.is_some() {
            stream.set_read_timeout(wait)?;
        }
        match stream.peek(buffer) {
            Err(error) if is_timeout(&error) && !stopped() => wait = wait.map(next_wait),
            outcome => return outcome,
        }
    }
}

/// Each wait is as long as all before it: twenty a second for each of a thousand idle connections
/// would keep a processor busy.
fn next_wait(wait: Duration) -> Duration {
    (wait * 2).min(LONGEST_WAIT)
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// A buffered reader that peeks at a buffer and reads it before it peeks at the next one.
pub(crate) struct Unread<'a> {
    stream: &'a TcpStream,
    stopped: &'a dyn Fn() -> bool,
    /// Longest silence that it waits for, once that is bounded.
    max_silence: Option<Duration>,
    buffer: Vec<u8>,
    /// Number of bytes in the buffer that the kernel still holds as unread.
    peeked: usize,
    used: usize,
}

impl<'a> Unread<'a> {
    pub(crate) fn new(stream: &'a TcpStream, stopped: &'a dyn Fn() -> bool) -> Self {
        Self {
            stream,
            stopped,
            max_silence: None,
            buffer: vec![0; 16 * 1024],
            peeked: 0,
            used: 0,
        }
    }

    /// Bounds the silence that it waits for. A longer one is an error.
    pub(crate) fn set_max_silence(&mut self, silence: Duration) {
        self.max_silence = Some(silence);
    }

    /// Reads the peeked bytes. Closing the connection then sends an end, not a reset.
    pub(crate) fn consume_peeked(&mut self) -> io::Result<()> {
        let peeked = std::mem::take(&mut self.peeked);
        self.used = 0;
        self.stream.read_exact(&mut self.buffer[..peeked])
    }
}

impl BufRead for Unread<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used == self.peeked {
            self.consume_peeked()?;
            self.peeked = match self.max_silence {
                None => peek(self.stream, &mut self.buffer, self.stopped)?,
                Some(silence) => {
                    self.stream.set_read_timeout(Some(silence))?;
                    self.stream.peek(&mut self.buffer)?
                }
            };
        }
        Ok(&self.buffer[self.used..self.peeked])
    }

    fn consume(&mut self, amount: usize) {
        self.used = (self.used + amount).min(self.peeked);
    }
}

impl Read for Unread<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let there = self.fill_buf()?;
        let amount = there.len().min(out.len());
        out[..amount].copy_from_slice(&there[..amount]);
        self.consume(amount);
        Ok(amount)
    }
}
