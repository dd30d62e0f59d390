//! Requests: the `http` type with a body of our own, whose `Debug` shows its length.

use std::{fmt, io, ops::Deref, sync::Arc};

use bytes::Bytes;

use super::secret::SecretBytes;

/// A request as a transport sends it.
pub type Request = http::Request<Body>;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_lengths_only() {
        let body = Body::secret(SecretBytes::new(b"password=hunter2".to_vec()));
        assert_eq!(format!("{body:?}"), "Body(16 bytes)");
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
