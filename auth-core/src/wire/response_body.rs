//! Responses: the `http` type with our own bounded body.

use std::fmt;

use crate::{
    error::{Error, host::Host},
    wipe::wipe,
};

/// A response as a transport returns it: complete and within its limit.
pub type Response = http::Response<ResponseBody>;

/// The body of a response. Wiped when dropped if the limits of its request are secret.
///
/// ```
/// use auth_core::{Response, ResponseBody};
///
/// let response = Response::new(ResponseBody::new(b"{}".to_vec()));
/// assert_eq!(response.body().as_bytes(), b"{}");
/// ```
#[derive(Default)]
pub struct ResponseBody {
    bytes: Vec<u8>,
    secret: bool,
    /// Who sent it.
    host: Option<Host>,
}

impl ResponseBody {
    /// Makes a body that is not secret.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            secret: false,
            host: None,
        }
    }

    /// Makes a body that is wiped when dropped.
    #[must_use]
    pub fn secret(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            secret: true,
            host: None,
        }
    }

    /// Names the URL that the request was sent to. An error about the response then says its
    /// scheme, host and port, and nothing else of it. The drivers of auth-flows call it.
    ///
    /// ```
    /// use auth_core::{ResponseBody, read_json};
    ///
    /// let url = http::Uri::from_static("https://api.example.org/v1/taxa?q=lynx");
    /// let body = ResponseBody::new(b"not JSON".to_vec()).with_host(&url);
    /// let error = read_json::<Vec<u64>>(&http::Response::new(body)).expect_err("not JSON");
    /// assert!(error.to_string().contains("[HTTP 200 from https://api.example.org]"), "{error}");
    /// ```
    #[must_use]
    pub fn with_host(mut self, url: &http::Uri) -> Self {
        self.host = Host::of(url).or(self.host.take());
        self
    }

    /// Makes an empty body with room for this many bytes.
    pub(crate) fn with_capacity(secret: bool, bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            secret,
            host: None,
        }
    }

    /// Appends a piece. A secret body that outgrows its memory is copied to larger memory, and the
    /// old memory is wiped.
    pub(crate) fn append(&mut self, piece: &[u8]) {
        let bytes = &mut self.bytes;
        if self.secret && bytes.capacity() - bytes.len() < piece.len() {
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
    }

    #[cfg(all(test, feature = "gzip"))]
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Returns whether the body may hold secrets.
    pub(crate) fn is_secret(&self) -> bool {
        self.secret
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Error {
    /// Sets the status of the response that refused or was malformed, and the host that sent it, if
    /// that is [known](ResponseBody::with_host).
    #[must_use]
    pub fn with_response(self, response: &Response) -> Self {
        self.with_status(response.status())
            .with_host(response.body().host.as_ref())
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        if self.secret {
            wipe(&mut self.bytes);
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseBody({} bytes)", self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_lengths_only() {
        assert_eq!(
            format!("{:?}", ResponseBody::secret(b"tok".to_vec())),
            "ResponseBody(3 bytes)"
        );
    }
}
