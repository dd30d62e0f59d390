//! Reading a connection in a way that leaves the end of each request with the kernel: so it can still be reset.
//!
//! A socket that is closed with unread bytes sends a reset and not an end (RFC 9293 section 3.10.4, RFC 1122 section 4.2.2.13). So what
//! came last is looked at, and read only when more is wanted.

use std::io::{self, BufRead, Read};
use std::net::TcpStream;

/// A buffered reader that is one buffer behind with reading.
pub(crate) struct Unread<'a> {
    stream: &'a TcpStream,
    buffer: Vec<u8>,
    /// How many bytes of the buffer are there, and still with the kernel.
    seen: usize,
    used: usize,
}

impl<'a> Unread<'a> {
    pub(crate) fn new(stream: &'a TcpStream) -> Self {
        Self {
            stream,
            buffer: vec![0; 16 * 1024],
            seen: 0,
            used: 0,
        }
    }

    /// Reads what was looked at: closing the connection is an end from now on.
    pub(crate) fn let_go(&mut self) -> io::Result<()> {
        let seen = std::mem::take(&mut self.seen);
        self.used = 0;
        self.stream.read_exact(&mut self.buffer[..seen])
    }
}

impl BufRead for Unread<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used == self.seen {
            self.let_go()?;
            self.seen = self.stream.peek(&mut self.buffer)?;
        }
        Ok(&self.buffer[self.used..self.seen])
    }

    fn consume(&mut self, amount: usize) {
        self.used = (self.used + amount).min(self.seen);
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
