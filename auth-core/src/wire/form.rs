//! `application/x-www-form-urlencoded`, into wiped memory.

use super::secret::{SecretBytes, wipe};

/// A form body. Its memory is wiped, also what it outgrew.
pub(crate) struct Form(SecretBytes);

impl Form {
    /// An empty form with room for `capacity` bytes.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(SecretBytes::new(Vec::with_capacity(capacity)))
    }

    /// Adds one parameter.
    pub(crate) fn add(&mut self, name: &str, value: &str) -> &mut Self {
        // Each byte becomes at most three.
        self.room(3 * (name.len() + value.len()) + 2);
        let bytes = self.0.as_mut_vec();
        if !bytes.is_empty() {
            bytes.push(b'&');
        }
        for piece in form_urlencoded::byte_serialize(name.as_bytes()) {
            bytes.extend_from_slice(piece.as_bytes());
        }
        bytes.push(b'=');
        for piece in form_urlencoded::byte_serialize(value.as_bytes()) {
            bytes.extend_from_slice(piece.as_bytes());
        }
        self
    }

    pub(crate) fn finish(self) -> SecretBytes {
        self.0
    }

    fn room(&mut self, more: usize) {
        let bytes = self.0.as_mut_vec();
        if bytes.capacity() - bytes.len() < more {
            let mut larger = Vec::with_capacity((bytes.len() + more).max(2 * bytes.capacity()));
            larger.extend_from_slice(bytes);
            wipe(bytes);
            *bytes = larger;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded() {
        let mut form = Form::with_capacity(0);
        form.add("grant_type", "password")
            .add("password", "a b&c=ü+");
        assert_eq!(
            form.finish().as_ref(),
            b"grant_type=password&password=a+b%26c%3D%C3%BC%2B"
        );
    }
}
