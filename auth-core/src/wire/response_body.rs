//! Responses: the `http` type with our own bounded body, and the buffer in which a transport
//! collects it.

use std::fmt;

use super::{limits::Limits, secret::wipe};

/// A response as a transport returns it: complete and within its limit.
pub type Response = http::Response<ResponseBody>;

/// The body of a response. Wiped when dropped if the limits of its request are secret.
#[derive(Default)]
pub struct ResponseBody {
    bytes: Vec<u8>,
    secret: bool,
}

impl ResponseBody {
    /// Makes a body that is not secret.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            secret: false,
        }
    }

    /// Makes a body that is wiped when dropped.
    #[must_use]
    pub fn secret(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            secret: true,
        }
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

/// Collects the body of a response within its limit. For transports.
///
/// A secret body that outgrows its memory is copied to larger memory, and the old memory is wiped.
///
/// ```
/// use auth_core::{ResponseBuffer, Limits};
///
/// let limits = Limits::api().with_max_bytes(4);
/// let headers = http::HeaderMap::new();
/// let (method, status) = (http::Method::GET, http::StatusCode::OK);
/// let mut buffer = ResponseBuffer::new(&limits, &method, status, &headers)?;
/// buffer.push(b"1234")?;
/// assert!(buffer.push(b"5").is_err());
/// # Ok::<(), auth_core::ResponseTooLarge>(())
/// ```
#[derive(Debug)]
pub struct ResponseBuffer {
    response: ResponseBody,
    limit: usize,
}

impl ResponseBuffer {
    /// Makes an empty buffer for the response to `method`, with room for the length that the head
    /// announces.
    ///
    /// # Errors
    /// Fails if the head announces a body that is longer than the limit.
    pub fn new(
        limits: &Limits,
        method: &http::Method,
        status: http::StatusCode,
        headers: &http::HeaderMap,
    ) -> Result<Self, ResponseTooLarge> {
        let limit = limits.max_bytes();
        // Such responses have no body, whatever their head says (RFC 9110 section 6.4.1).
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
            return Err(ResponseTooLarge { limit });
        }
        // A bound: a server cannot make the program reserve more than 1 MiB at once.
        let bytes = Vec::with_capacity(announced.min(1 << 20));
        let response = ResponseBody {
            bytes,
            secret: limits.is_secret(),
        };
        Ok(Self { response, limit })
    }

    /// Appends a piece of the body.
    ///
    /// # Errors
    /// Fails if the body is longer than the limit. The error contains none of the body.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), ResponseTooLarge> {
        let bytes = &mut self.response.bytes;
        if piece.len() > self.limit - bytes.len() {
            return Err(ResponseTooLarge { limit: self.limit });
        }
        if self.response.secret && bytes.capacity() - bytes.len() < piece.len() {
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

    /// Returns the collected body.
    #[must_use]
    pub fn finish(self) -> ResponseBody {
        self.response
    }
}

/// The response was longer than its request's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseTooLarge {
    limit: usize,
}

impl fmt::Display for ResponseTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the response is longer than the limit of {} bytes",
            self.limit
        )
    }
}

impl std::error::Error for ResponseTooLarge {}

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

    fn buffer(
        limits: &Limits,
        status: u16,
        length: &str,
    ) -> Result<ResponseBuffer, ResponseTooLarge> {
        let mut headers = http::HeaderMap::new();
        headers.insert("content-length", length.parse().expect("a value"));
        let status = http::StatusCode::from_u16(status).expect("a status");
        ResponseBuffer::new(limits, &http::Method::GET, status, &headers)
    }

    #[test]
    fn a_buffer_grows_to_its_limit_and_no_further() {
        for limits in [Limits::token(), Limits::api()] {
            let limits = limits.with_max_bytes(3000);
            let mut buffer = buffer(&limits, 200, "3000").expect("within the limit");
            for _ in 0..30 {
                buffer.push(&[7; 100]).expect("within the limit");
            }
            assert_eq!(buffer.push(&[7]), Err(ResponseTooLarge { limit: 3000 }));
            assert_eq!(buffer.finish().as_bytes(), [7; 3000]);
        }
    }

    #[test]
    fn announcements() {
        let limits = Limits::api().with_max_bytes(3000);
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
}
