//! The body of an upload: read on tokio's blocking pool, one piece ahead of what is sent.

use std::{
    fmt,
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll, ready},
};

use ::tokio::{runtime::Handle, task::JoinHandle};
use auth_core::Stream;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// How much is read at once, in bytes.
const SIZE: u64 = 128 << 10;

type Reader = Box<dyn Read + Send>;

/// A piece and, unless it is the last, what reads the next.
type Piece = io::Result<(Bytes, Option<Reader>)>;

/// A stream that was opened and whose first piece was read.
///
/// A body that is shorter or longer than announced is an error before its last piece is given out: no server takes it for
/// the whole.
pub(crate) struct Upload {
    runtime: Handle,
    /// Bytes that are not given out yet.
    left: u64,
    ready: Option<Bytes>,
    next: Option<JoinHandle<Piece>>,
}

impl Upload {
    /// Opens it and reads the first piece: what fails here was certainly not sent.
    pub(crate) async fn open(stream: Stream, runtime: Handle) -> io::Result<Self> {
        let len = stream.len();
        let first = runtime.spawn_blocking(move || {
            let reader = stream.open().map_err(failed)?;
            read(reader, len)
        });
        let (bytes, reader) = first.await.map_err(failed)??;
        let mut upload = Self {
            runtime,
            left: len,
            ready: Some(bytes),
            next: None,
        };
        upload.read_on(reader, len);
        Ok(upload)
    }

    pub(crate) fn into_body(self) -> reqwest::Body {
        if self.left == 0 {
            return reqwest::Body::default();
        }
        reqwest::Body::wrap(self)
    }

    /// `before` is how many bytes were left when the piece that is ready was read.
    fn read_on(&mut self, reader: Option<Reader>, before: u64) {
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
        if this.ready.is_none()
            && let Some(next) = &mut this.next
        {
            let read = ready!(Pin::new(next).poll(cx));
            this.next = None;
            let (bytes, reader) = read.map_err(failed)??;
            this.ready = Some(bytes);
            this.read_on(reader, this.left);
        }
        Poll::Ready(this.ready.take().map(|bytes| {
            this.left -= bytes.len() as u64;
            Ok(Frame::data(bytes))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Reads the next piece of a body with `left` bytes to come, and looks beyond its end.
fn read(mut reader: Reader, left: u64) -> Piece {
    let wanted = left.min(SIZE);
    let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or_default());
    reader
        .by_ref()
        .take(wanted)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if (bytes.len() as u64) < wanted {
        return Err(failed("it is shorter than announced"));
    }
    if wanted < left {
        return Ok((bytes.into(), Some(reader)));
    }
    let mut beyond = Vec::new();
    reader.take(1).read_to_end(&mut beyond).map_err(failed)?;
    if !beyond.is_empty() {
        return Err(failed("it is longer than announced"));
    }
    Ok((bytes.into(), None))
}

/// Hides the kind of the cause: a body may come over a network of its own, and its "timed out" is not the server's.
fn failed(cause: impl fmt::Display) -> io::Error {
    io::Error::other(format!("the request body could not be read: {cause}"))
}
