//! Requests: the `http` type with our own body, whose `Debug` shows its length.

use std::{fmt, io, ops::Deref, sync::Arc};

use bytes::Bytes;

use super::secret::SecretBytes;

/// A request as a transport sends it.
pub type Request = http::Request<Body>;

/// The body of a request. A clone is cheap and can be sent again.
///
/// The set is closed: a transport must send each variant.
///
/// ```
/// use auth_core::Body;
///
/// let body = Body::plain("name=value");
/// assert_eq!((body.bytes(), body.len()), (Some(&b"name=value"[..]), 10));
/// assert_eq!(format!("{body:?}"), "Body(10 bytes)");
/// ```
#[derive(Clone, Default)]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// Bytes in memory.
    Bytes(BodyBytes),
    /// A longer body, read while it is sent.
    Stream(Stream),
}

impl Body {
    /// Makes a body of bytes that are wiped when the last clone is dropped.
    #[must_use]
    pub fn secret(bytes: SecretBytes) -> Self {
        Self::Bytes(BodyBytes(Contents::Secret(bytes)))
    }

    /// Makes a body of bytes that are not secret.
    #[must_use]
    pub fn plain(bytes: impl Into<Bytes>) -> Self {
        Self::Bytes(BodyBytes(Contents::Plain(bytes.into())))
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream(stream) => stream.len(),
        }
    }

    /// Returns whether the length is zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the bytes, for any HTTP client; `None` for a stream. OAuth messages always have
    /// their bytes in memory.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Empty => Some(&[]),
            Self::Bytes(bytes) => Some(bytes),
            Self::Stream(_) => None,
        }
    }

    /// Sets `Content-Length` as RFC 9110 section 8.6 says, and removes `Transfer-Encoding`. For
    /// transports.
    pub fn frame(&self, method: &http::Method, headers: &mut http::HeaderMap) {
        use http::{Method, header};
        headers.remove(header::TRANSFER_ENCODING);
        if !self.is_empty() || matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
            // An empty POST, PUT or PATCH must say `Content-Length: 0`; an empty GET or DELETE says
            // nothing.
            set_header(headers, header::CONTENT_LENGTH, self.len().into());
        } else {
            headers.remove(header::CONTENT_LENGTH);
        }
    }
}

/// Sets a header, replacing others of its name. It compiles to 2 KB, so it is compiled only here.
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

/// The bytes of a body. Secret bytes are wiped when dropped; a clone of them is a copy.
///
/// ```
/// use auth_core::{Body, SecretBytes};
///
/// let body = Body::secret(SecretBytes::new(b"password=secret".to_vec()));
/// let Body::Bytes(bytes) = body else { panic!("bytes in memory") };
/// assert_eq!(&bytes[..9], b"password=");
/// assert_eq!(format!("{bytes:?}"), "BodyBytes(15 bytes)");
/// ```
#[derive(Clone)]
pub struct BodyBytes(Contents);

#[derive(Clone)]
enum Contents {
    Plain(Bytes),
    /// Owned until a transport requests shared bytes: most transports only read them.
    Secret(SecretBytes),
}

impl BodyBytes {
    /// Converts to shared bytes. Secret bytes are wiped when the last clone is dropped.
    #[must_use]
    pub fn into_shared(self) -> Bytes {
        match self.0 {
            Contents::Plain(bytes) => bytes,
            Contents::Secret(bytes) => bytes.into_shared(),
        }
    }
}

impl Deref for BodyBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Contents::Plain(bytes) => bytes,
            Contents::Secret(bytes) => bytes.as_ref(),
        }
    }
}

impl fmt::Debug for BodyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyBytes({} bytes)", self.len())
    }
}

/// A body that the transport opens once for each sending and reads while it is sent.
///
/// A retry opens it again and reads from the start. Creating a stream opens nothing.
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
    /// Makes a stream of exactly `len` bytes. `open` starts it from its beginning.
    pub fn new(
        len: u64,
        open: impl Fn() -> io::Result<Box<dyn io::Read + Send>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            len,
            open: Arc::new(open),
        }
    }

    /// Returns the length in bytes, sent as `Content-Length`.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns whether the length is zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Opens the stream at its beginning. [`Body::into_reader`] also checks its length.
    ///
    /// # Errors
    /// Returns the error of opening, such as a missing file.
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
