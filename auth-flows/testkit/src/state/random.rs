//! Random token texts: good enough for tests, not for a real server.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A stream of SHA-256 over a seed and a counter. The seed comes from the randomness of `std`'s
/// hash maps.
pub(crate) struct Random {
    seed: [u8; 32],
    counter: AtomicU64,
}

impl Random {
    pub(crate) fn new() -> Self {
        let mut digest = Sha256::new();
        for _ in 0..4 {
            digest.update(RandomState::new().build_hasher().finish().to_le_bytes());
        }
        Self {
            seed: digest.finalize().into(),
            counter: AtomicU64::new(0),
        }
    }

    pub(crate) fn bytes(&self, len: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(len + 32);
        while out.len() < len {
            let count = self.counter.fetch_add(1, Ordering::Relaxed);
            let mut digest = Sha256::new();
            digest.update(self.seed);
            digest.update(count.to_le_bytes());
            out.extend_from_slice(&digest.finalize());
        }
        out.truncate(len);
        out
    }

    /// `len` bytes in base64url without padding.
    pub(crate) fn url_safe(&self, len: usize) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes(len))
    }

    /// `len` hexadecimal digits.
    pub(crate) fn hex(&self, len: usize) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.bytes(len)
            .into_iter()
            .map(|byte| char::from(DIGITS[usize::from(byte & 15)]))
            .collect()
    }

    /// A text in the shape of a JWT. The signature is noise, so it never verifies.
    pub(crate) fn jwt(&self, header: &str, claims: &str, signature_len: usize) -> String {
        format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims),
            self.url_safe(signature_len)
        )
    }
}
