//! Requests and answers: `http` types with bodies of our own, whose `Debug` shows lengths.

use std::{fmt, io, ops::Deref, sync::Arc};

use bytes::Bytes;

use super::secret::{SecretBytes, wipe};

/// A request as a transport sends it.
pub type Request = http::Request<Body>;

/// An answer as a transport gives it back: always in full, always bounded.
pub type Response = http::Response<Answer>;

/// What a request carries. A clone is cheap and can be sent again. The set is closed: a transport must send each of them.
#[derive(Clone, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// Bytes in memory.
    Bytes(BodyBytes),
    /// Something longer, read while it is sent.
    Stream(Stream),
}

impl Body {
    /// Bytes that are wiped when the last clone is dropped.
    #[must_use]
    pub fn secret(bytes: SecretBytes) -> Self {
        Self::Bytes(BodyBytes(Held::Secret(bytes)))
    }

    /// Bytes that are no secret.
    #[must_use]
    pub fn plain(bytes: impl Into<Bytes>) -> Self {
        Self::Bytes(BodyBytes(Held::Plain(bytes.into())))
    }

    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream(stream) => stream.len(),
        }
    }

    /// No bytes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes, for any HTTP client that takes them; `None` for a stream. Every message of OAuth has its bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Empty => Some(&[]),
            Self::Bytes(bytes) => Some(bytes),
            Self::Stream(_) => None,
        }
    }

    /// For transports: says in the headers how long it is (RFC 9110 section 8.6), and nothing else about its framing.
    pub fn frame(&self, method: &http::Method, headers: &mut http::HeaderMap) {
        use http::{Method, header};
        headers.remove(header::TRANSFER_ENCODING);
        if !self.is_empty() || matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
            set_header(headers, header::CONTENT_LENGTH, self.len().into());
        } else {
            headers.remove(header::CONTENT_LENGTH);
        }
    }
}

/// Puts a header in the place of the one of its name. The only place where that is compiled: it is 2 KB.
#[inline(never)]
pub(crate) fn set_header(
    headers: &mut http::HeaderMap,
    name: http::HeaderName,
    value: http::HeaderValue,
) {
    headers.insert(name, value);
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.len())
    }
}

/// The bytes of a body. Those of a secret one are wiped when dropped; a clone of it is a copy.
#[derive(Clone)]
pub struct BodyBytes(Held);

#[derive(Clone)]
enum Held {
    Plain(Bytes),
    /// Not shared before somebody wants to: most transports only read it.
    Secret(SecretBytes),
}

impl BodyBytes {
    /// As a transport shares them. Those of a secret body are wiped when the last clone is dropped.
    #[must_use]
    pub fn into_shared(self) -> Bytes {
        match self.0 {
            Held::Plain(bytes) => bytes,
            Held::Secret(bytes) => bytes.into_shared(),
        }
    }
}

impl Deref for BodyBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Held::Plain(bytes) => bytes,
            Held::Secret(bytes) => bytes.as_ref(),
        }
    }
}

impl fmt::Debug for BodyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyBytes({} bytes)", self.len())
    }
}

/// A body that is opened by the transport, once for each sending, and read while it is sent.
///
/// A repeat opens it again and reads from the start. Nothing is opened here.
///
/// ```
/// use auth_core::Stream;
///
/// let stream = Stream::new(5, || Ok(Box::new(&b"hello"[..])));
/// let mut text = String::new();
/// stream.open()?.read_to_string(&mut text)?;
/// assert_eq!((text.as_str(), stream.len()), ("hello", 5));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Stream {
    len: u64,
    open: Arc<Open>,
}

type Open = dyn Fn() -> io::Result<Box<dyn io::Read + Send>> + Send + Sync;

impl Stream {
    /// A stream of exactly `len` bytes that `open` starts from its beginning.
    pub fn new(
        len: u64,
        open: impl Fn() -> io::Result<Box<dyn io::Read + Send>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            len,
            open: Arc::new(open),
        }
    }

    /// Its length in bytes, sent as `Content-Length`.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// No bytes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Starts it from the beginning.
    ///
    /// # Errors
    /// Whatever the opening gives, such as a file that is gone.
    pub fn open(&self) -> io::Result<Box<dyn io::Read + Send>> {
        (self.open)()
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream({} bytes)", self.len)
    }
}

/// The body of an answer. Wiped when dropped, if its request said that it is secret.
#[derive(Default)]
pub struct Answer {
    bytes: Vec<u8>,
    secret: bool,
}

impl Answer {
    /// A body that is no secret.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            secret: false,
        }
    }

    /// A body that is wiped when dropped.
    #[must_use]
    pub fn secret(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            secret: true,
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if self.secret {
            wipe(&mut self.bytes);
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({} bytes)", self.bytes.len())
    }
}

/// Collects the body of an answer within its limit, for transports.
///
/// A secret body that outgrows its memory is moved by hand, so that the outgrown memory is wiped.
///
/// ```
/// use auth_core::{AnswerBuffer, Limits};
///
/// let limits = Limits::api().answer_bytes(4);
/// let (method, status, headers) = (http::Method::GET, http::StatusCode::OK, http::HeaderMap::new());
/// let mut buffer = AnswerBuffer::new(&limits, &method, status, &headers)?;
/// buffer.push(b"1234")?;
/// assert!(buffer.push(b"5").is_err());
/// # Ok::<(), auth_core::AnswerTooLarge>(())
/// ```
#[derive(Debug)]
pub struct AnswerBuffer {
    answer: Answer,
    limit: usize,
}

impl AnswerBuffer {
    /// An empty buffer for an answer to `method`, with room for what its head announces.
    ///
    /// # Errors
    /// The head announces a body that is longer than the limit.
    pub fn new(
        limits: &crate::ports::transport::Limits,
        method: &http::Method,
        status: http::StatusCode,
        headers: &http::HeaderMap,
    ) -> Result<Self, AnswerTooLarge> {
        let limit = limits.answer();
        // Such answers have no body, whatever their head says (RFC 9110 section 6.4.1).
        let bodiless = *method == http::Method::HEAD || matches!(status.as_u16(), 204 | 304);
        let announced = match headers.get(http::header::CONTENT_LENGTH) {
            Some(length) if !bodiless => length
                .to_str()
                .ok()
                .and_then(|text| text.trim().parse::<u64>().ok()),
            _ => None,
        };
        let announced = usize::try_from(announced.unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > limit {
            return Err(AnswerTooLarge { limit });
        }
        // A server's announcement is no reason to set aside more than this at once.
        let bytes = Vec::with_capacity(announced.min(1 << 20));
        let answer = Answer {
            bytes,
            secret: limits.is_secret(),
        };
        Ok(Self { answer, limit })
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// The body is longer than the limit. What came before is kept out of the error.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), AnswerTooLarge> {
        let bytes = &mut self.answer.bytes;
        if piece.len() > self.limit - bytes.len() {
            return Err(AnswerTooLarge { limit: self.limit });
        }
        if self.answer.secret && bytes.capacity() - bytes.len() < piece.len() {
            let mut larger = Vec::with_capacity(
                (bytes.len() + piece.len())
                    .max(2 * bytes.capacity())
                    .max(1024),
            );
            larger.extend_from_slice(bytes);
            wipe(bytes);
            *bytes = larger;
        }
        bytes.extend_from_slice(piece);
        Ok(())
    }

    /// The body.
    #[must_use]
    pub fn finish(self) -> Answer {
        self.answer
    }
}

/// An answer was longer than its request allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerTooLarge {
    limit: usize,
}

impl fmt::Display for AnswerTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the answer is longer than the limit of {} bytes",
            self.limit
        )
    }
}

impl std::error::Error for AnswerTooLarge {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::transport::Limits;

    #[test]
    fn debug_shows_lengths_only() {
        let body = Body::secret(SecretBytes::new(b"password=hunter2".to_vec()));
        assert_eq!(format!("{body:?}"), "Body(16 bytes)");
        assert_eq!(
            format!("{:?}", Answer::secret(b"tok".to_vec())),
            "Answer(3 bytes)"
        );
    }

    fn buffer(limits: &Limits, status: u16, length: &str) -> Result<AnswerBuffer, AnswerTooLarge> {
        let mut headers = http::HeaderMap::new();
        headers.insert("content-length", length.parse().expect("a value"));
        let status = http::StatusCode::from_u16(status).expect("a status");
        AnswerBuffer::new(limits, &http::Method::GET, status, &headers)
    }

    #[test]
    fn a_buffer_grows_to_its_limit_and_no_further() {
        for limits in [Limits::token(), Limits::api()] {
            let limits = limits.answer_bytes(3000);
            let mut buffer = buffer(&limits, 200, "3000").expect("within the limit");
            for _ in 0..30 {
                buffer.push(&[7; 100]).expect("within the limit");
            }
            assert_eq!(buffer.push(&[7]), Err(AnswerTooLarge { limit: 3000 }));
            assert_eq!(buffer.finish().as_bytes(), [7; 3000]);
        }
    }

    #[test]
    fn announcements() {
        let limits = Limits::api().answer_bytes(3000);
        let check = |status: u16, length: &str, fits: bool| {
            assert_eq!(
                buffer(&limits, status, length).is_ok(),
                fits,
                "{status} {length}"
            );
        };
        check(200, "3000", true);
        check(200, "3001", false);
        check(200, "99999999999999999999999", true);
        check(200, "18446744073709551615", false);
        check(304, "3001", true);
        check(204, "3001", true);
        check(200, "much", true);
    }

    #[test]
    fn framing() {
        let check = |method: http::Method, body: Body, expect: Option<&str>| {
            let mut headers = http::HeaderMap::new();
            headers.insert(
                "transfer-encoding",
                http::HeaderValue::from_static("chunked"),
            );
            headers.insert("content-length", http::HeaderValue::from_static("77"));
            body.frame(&method, &mut headers);
            assert!(!headers.contains_key("transfer-encoding"));
            let length = headers
                .get("content-length")
                .and_then(|length| length.to_str().ok());
            assert_eq!(length, expect, "{method}");
        };
        check(http::Method::GET, Body::Empty, None);
        check(http::Method::POST, Body::Empty, Some("0"));
        check(http::Method::DELETE, Body::plain("abc"), Some("3"));
    }
}
