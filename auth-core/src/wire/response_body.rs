//! Responses: the `http` type with our own bounded body.

use std::fmt;

use crate::wipe::wipe;

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

    /// Makes an empty body with room for this many bytes.
    pub(crate) fn with_capacity(secret: bool, bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            secret,
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
