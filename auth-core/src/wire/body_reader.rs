//! Reads a body that is exactly as long as announced, or fails before its last byte. For
//! transports.

use std::{
    fmt,
    io::{self, Cursor, Read},
};

use super::body::{Body, BodyBytes};

impl Body {
    /// Opens the body, to be read once, exactly as long as [`len`](Self::len) says. For transports.
    ///
    /// The reader fails before the last byte of a stream that is shorter or longer. So no server
    /// gets such a body complete, or cut to the announced length. Its errors have a kind that says
    /// nothing of the server: the body may come over another network.
    ///
    /// ```
    /// use std::io::Read;
    /// use auth_core::{Body, Stream};
    ///
    /// let longer = Body::Stream(Stream::new(4, || Ok(Box::new(&b"hello"[..]))));
    /// let mut sent = Vec::new();
    /// assert!(longer.into_reader()?.read_to_end(&mut sent).is_err());
    /// assert!(sent.len() < 4);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if a stream does not open, or is empty and should not be, or the reverse.
    pub fn into_reader(self) -> io::Result<BodyReader> {
        let left = self.len();
        let inner: Box<dyn Read + Send> = match self {
            Self::Empty => Box::new(io::empty()),
            Self::Bytes(bytes) => Box::new(Cursor::new(bytes)),
            Self::Stream(stream) => stream.open().map_err(failed)?,
        };
        let mut reader = BodyReader { left, inner };
        if left == 0 {
            reader.expect_end()?;
        }
        Ok(reader)
    }
}

impl AsRef<[u8]> for BodyBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// An open [`Body`]: see [`Body::into_reader`].
///
/// ```
/// use auth_core::Body;
///
/// let mut reader = Body::plain("hello").into_reader()?;
/// assert_eq!(std::io::read_to_string(&mut reader)?, "hello");
/// assert_eq!(format!("{reader:?}"), "BodyReader(0 bytes left)");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct BodyReader {
    left: u64,
    inner: Box<dyn Read + Send>,
}

impl Read for BodyReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).map_or(buf.len(), |left| left.min(buf.len()));
        if room == 0 {
            return Ok(0);
        }
        let read = self.inner.read(&mut buf[..room]).map_err(failed)?;
        if read == 0 {
            return Err(failed("the stream is shorter than announced"));
        }
        self.left -= read as u64;
        if self.left == 0 {
            self.expect_end()?;
        }
        Ok(read)
    }
}

impl BodyReader {
    fn expect_end(&mut self) -> io::Result<()> {
        loop {
            return match self.inner.read(&mut [0]) {
                Ok(0) => Ok(()),
                Ok(_) => Err(failed("the stream is longer than announced")),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(failed(error)),
            };
        }
    }
}

impl fmt::Debug for BodyReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyReader({} bytes left)", self.left)
    }
}

/// Hides the kind of the cause.
fn failed(cause: impl fmt::Display) -> io::Error {
    io::Error::other(format!("cannot read the request body: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::body::Stream;

    fn read(body: Body) -> (io::Result<usize>, String) {
        let mut read = String::new();
        let outcome = body
            .into_reader()
            .and_then(|mut reader| reader.read_to_string(&mut read));
        (outcome, read)
    }

    #[test]
    fn a_stream_has_the_announced_length_or_fails() {
        let check = |len: u64, text: &'static str, expect: Result<&str, &str>| {
            let stream = Stream::new(len, move || Ok(Box::new(text.as_bytes())));
            let (outcome, read) = read(Body::Stream(stream));
            match expect {
                Ok(expect) => assert_eq!((outcome.unwrap(), &read[..]), (expect.len(), expect)),
                Err(expect) => {
                    let error = outcome.unwrap_err().to_string();
                    assert!(error.contains(expect), "{error}");
                    assert!(read.len() < len.max(1) as usize, "the last byte went out");
                }
            }
        };
        check(5, "hello", Ok("hello"));
        check(0, "", Ok(""));
        check(6, "hello", Err("shorter"));
        check(4, "hello", Err("longer"));
        check(0, "x", Err("longer"));
    }

    #[test]
    fn other_bodies_are_what_they_are() {
        assert_eq!(read(Body::Empty).1, "");
        assert_eq!(read(Body::plain("a=b")).1, "a=b");
        let refused = || Err(io::ErrorKind::ConnectionRefused.into());
        let error = Body::Stream(Stream::new(1, refused)).into_reader();
        assert_eq!(error.unwrap_err().kind(), io::ErrorKind::Other);
    }
}
