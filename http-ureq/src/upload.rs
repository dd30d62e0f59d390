//! The body of an upload: exactly as long as announced, or an error before its last byte.

use std::{
    fmt,
    io::{self, Read},
};

use auth_core::Stream;

/// Opens `stream` and checks its length while it is read.
///
/// ureq waits forever for a body that is shorter than its `Content-Length`, and a server would
/// accept a longer one, cut to that length, as complete.
pub(crate) fn open(stream: &Stream) -> io::Result<impl Read + use<>> {
    let mut upload = Upload {
        left: stream.len(),
        inner: stream.open().map_err(failed)?,
    };
    if upload.left == 0 {
        upload.expect_end()?;
    }
    Ok(upload)
}

struct Upload {
    left: u64,
    inner: Box<dyn Read + Send>,
}

impl Read for Upload {
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

impl Upload {
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

/// Hides the kind of the cause. A body may come over another network, whose "refused" says nothing
/// of the server.
fn failed(cause: impl fmt::Display) -> io::Error {
    io::Error::other(format!("cannot read the request body: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_the_announced_length_or_fails() {
        let check = |len: u64, text: &'static str, expect: Result<&str, &str>| {
            let stream = Stream::new(len, move || Ok(Box::new(text.as_bytes())));
            let mut read = String::new();
            let outcome = open(&stream).and_then(|mut upload| upload.read_to_string(&mut read));
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
}
