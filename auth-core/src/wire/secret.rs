//! Secret text and bytes: wiped when dropped, never shown.

use std::fmt;

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use crate::wipe::wipe;

/// Secret text: a token, a client secret, a password, a code verifier.
///
/// It is wiped when dropped, and `Debug` shows its length only. Two are compared in a time that
/// depends on their lengths alone. It implements neither `Display` nor
/// `Serialize`. The only access to the text is [`ExposeSecret::expose_secret`], which is easy to
/// search for. It converts from a [`SecretString`] and from plain text.
///
/// Copies that an HTTP client, a TLS library or the kernel makes while sending are beyond this
/// crate.
///
/// ```
/// use auth_core::{ExposeSecret, SecretText};
///
/// let secret = SecretText::from("bbce628be722bfe2");
/// assert_eq!(format!("{secret:?}"), "SecretText(16 bytes)");
/// assert_eq!(secret.expose_secret(), "bbce628be722bfe2");
/// ```
pub struct SecretText(String);

impl SecretText {
    /// Returns whether the text is empty or white space only.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        is_blank(&self.0)
    }
}

/// Returns whether the text is empty or white space only. Ends at the first other character.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

impl ExposeSecret<str> for SecretText {
    fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl Clone for SecretText {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Drop for SecretText {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0).into_bytes();
        wipe(&mut bytes);
    }
}

impl PartialEq for SecretText {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SecretText {}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretText({} bytes)", self.0.len())
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<SecretString> for SecretText {
    fn from(text: SecretString) -> Self {
        Self(text.expose_secret().to_owned())
    }
}

impl From<&SecretString> for SecretText {
    fn from(text: &SecretString) -> Self {
        Self(text.expose_secret().to_owned())
    }
}

/// Secret bytes, such as what a store holds for one account. Wiped when dropped; `Debug` shows the
/// length, and two are compared as [`SecretText`]s are.
///
/// ```
/// use auth_core::SecretBytes;
///
/// let bytes = SecretBytes::new(b"token".to_vec());
/// assert!(!format!("{bytes:?}").contains("token"));
/// ```
#[derive(Clone, Default)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes ownership of the bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the length is zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Converts to shared bytes that are wiped when their last clone is dropped.
    #[must_use]
    pub fn into_shared(self) -> Bytes {
        Bytes::from_owner(self)
    }

    pub(crate) fn as_mut_vec(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl ExposeSecret<[u8]> for SecretBytes {
    fn expose_secret(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for SecretBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.0.len())
    }
}

/// Overwrites every text in a JSON value.
pub(crate) fn wipe_value(value: &mut Value) {
    match value {
        Value::String(text) => {
            let mut bytes = std::mem::take(text).into_bytes();
            wipe(&mut bytes);
        }
        Value::Array(items) => items.iter_mut().for_each(wipe_value),
        Value::Object(map) => map.values_mut().for_each(wipe_value),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_lengths_only() {
        let shown = format!(
            "{:?} {:?}",
            SecretText::from("s3cret"),
            SecretBytes::new(b"s3cret".to_vec())
        );
        assert_eq!(shown, "SecretText(6 bytes) SecretBytes(6 bytes)");
    }

    #[test]
    fn secrets_are_compared() {
        for (a, b) in [
            ("", ""),
            ("s3cret", "s3cret"),
            ("s3cret", "s3cre7"),
            ("s", "s3cret"),
        ] {
            assert_eq!(SecretText::from(a) == SecretText::from(b), a == b);
            let bytes = |text: &str| SecretBytes::new(text.into());
            assert_eq!(bytes(a) == bytes(b), a == b);
        }
    }
}
