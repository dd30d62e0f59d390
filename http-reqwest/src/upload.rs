//! The body of an upload: read on tokio's blocking pool, one piece ahead of the one being sent.

use std::{
    fmt,
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll, ready},
};

use ::tokio::{runtime::Handle, task::JoinHandle};
use auth_core::{Body, BodyReader, Stream};
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::clock::Clock;

/// Size of a piece, in bytes.
const SIZE: u64 = 128 << 10;

/// Size of what is sent at once. Up to 16 such frames are collected by hyper before it writes. So
/// this is a sixteenth of what must move within the timeout.
pub(crate) const FRAME: usize = 8 << 10;

/// A piece and the reader of the next one, unless it is the last.
type Piece = io::Result<(Bytes, Option<BodyReader>)>;

/// An open stream, with its first piece read.
///
/// A body that is shorter or longer than announced fails before its last piece is sent, so no
/// server accepts it as complete.
pub(crate) struct Upload {
    runtime: Handle,
    clock: Clock,
    /// Number of bytes that are not sent yet.
    left: u64,
    ready: Option<Bytes>,
    next: Option<JoinHandle<Piece>>,
}

impl Upload {
    /// Opens the stream and reads the first piece. A failure here means *not sent*.
    pub(crate) async fn open(stream: Stream, runtime: Handle, clock: Clock) -> io::Result<Self> {
        let len = stream.len();
        let body = Body::Stream(stream);
        let first = runtime.spawn_blocking(move || read(body.into_reader()?, len));
        let (bytes, reader) = first.await.map_err(failed)??;
        let mut upload = Self {
            runtime,
            clock,
            left: len,
            ready: Some(bytes),
            next: None,
        };
        upload.read_on(reader, len);
        Ok(upload)
    }

    /// An upload of bytes that are in memory.
    pub(crate) fn whole(bytes: Bytes, runtime: Handle, clock: Clock) -> Self {
        Self {
            runtime,
            clock,
            left: bytes.len() as u64,
            ready: Some(bytes),
            next: None,
        }
    }

    pub(crate) fn into_body(self) -> reqwest::Body {
        if self.left == 0 {
            return reqwest::Body::default();
        }
        reqwest::Body::wrap(self)
    }

    /// Starts to read the next piece. `before` is the number of bytes that were left before the
    /// piece in `ready`.
    fn read_on(&mut self, reader: Option<BodyReader>, before: u64) {
        let left = before - self.ready.as_ref().map_or(0, |bytes| bytes.len() as u64);
        self.next = reader.map(|reader| self.runtime.spawn_blocking(move || read(reader, left)));
    }
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        if let (None, Some(next)) = (&this.ready, &mut this.next) {
            let read = ready!(Pin::new(next).poll(cx));
            this.next = None;
            let (bytes, reader) = read.map_err(failed)??;
            this.ready = Some(bytes);
            this.read_on(reader, this.left);
        }
        let Some(ready) = &mut this.ready else {
            return Poll::Ready(None);
        };
        let bytes = ready.split_to(FRAME.min(ready.len()));
        if ready.is_empty() {
            this.ready = None;
        }
        this.left -= bytes.len() as u64;
        match this.left {
            0 => this.clock.step(), // sent: the server has the whole timeout for its response
            _ => this.clock.moved(bytes.len() as u64),
        }
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Reads the next piece of a body of which `left` bytes remain.
fn read(mut reader: BodyReader, left: u64) -> Piece {
    let wanted = left.min(SIZE);
    let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or_default());
    reader.by_ref().take(wanted).read_to_end(&mut bytes)?;
    Ok((bytes.into(), (wanted < left).then_some(reader)))
}

/// The thread that reads the body has panicked, or its runtime is shutting down.
fn failed(cause: impl fmt::Display) -> io::Error {
    io::Error::other(format!("cannot read the request body: {cause}"))
}
