//! Writes and reads `application/x-www-form-urlencoded` in memory that is wiped.

use super::secret::{SecretBytes, SecretText};
use crate::wipe::wipe;

/// A form body. Its memory is wiped when dropped, and so is the memory that it outgrew.
pub(crate) struct Form(SecretBytes);

impl Form {
    /// Makes an empty form with room for `capacity` bytes.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(SecretBytes::new(Vec::with_capacity(capacity)))
    }

    /// Adds a parameter with a name of the protocol, which needs no encoding.
    pub(crate) fn add(&mut self, name: &'static str, value: &str) -> &mut Self {
        debug_assert!(is_plain(name));
        self.room(name.len() + 3 * value.len() + 2);
        let bytes = self.begin();
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(b'=');
        // Fast path: tokens, ids and the words of the RFC need no encoding.
        match is_plain(value) {
            true => bytes.extend_from_slice(value.as_bytes()),
            false => encode(value, "+", |piece| {
                bytes.extend_from_slice(piece.as_bytes())
            }),
        }
        self
    }

    /// Adds a parameter with a name that the program or a service chose, encoded.
    pub(crate) fn add_foreign(&mut self, name: &str, value: &str) -> &mut Self {
        self.room(3 * (name.len() + value.len()) + 2);
        let bytes = self.begin();
        encode(name, "+", |piece| bytes.extend_from_slice(piece.as_bytes()));
        bytes.push(b'=');
        encode(value, "+", |piece| {
            bytes.extend_from_slice(piece.as_bytes())
        });
        self
    }

    fn begin(&mut self) -> &mut Vec<u8> {
        let bytes = self.0.as_mut_vec();
        if !bytes.is_empty() {
            bytes.push(b'&');
        }
        bytes
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

/// Parses a query (WHATWG URL, `application/x-www-form-urlencoded`). Each name and each value is
/// decoded into one allocation, because it may be a code.
pub(crate) fn parse(query: &str) -> impl Iterator<Item = (SecretText, SecretText)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts.map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decode(name), decode(value))
    })
}

fn decode(text: &str) -> SecretText {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match after {
            [high, low, ..] if *first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                bytes.push(16 * high + low);
                rest = &after[2..];
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return text.into(),
        Err(error) => SecretBytes::new(error.into_bytes()),
    };
    // U+FFFD has three bytes, and replaces at least one.
    let mut lossy = String::with_capacity(3 * bytes.len());
    for chunk in bytes.as_ref().utf8_chunks() {
        lossy.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            lossy.push(char::REPLACEMENT_CHARACTER);
        }
    }
    lossy.into()
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// Encodes for a form or a query (WHATWG URL, `application/x-www-form-urlencoded`) and hands out
/// the pieces. The caller chooses the encoding of a space.
pub(crate) fn encode(text: &str, space: &str, mut add: impl FnMut(&str)) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| SPECIAL[usize::from(byte)]) {
        let (plain, special) = rest.split_at(at);
        add(plain);
        let len = special.chars().next().map_or(0, char::len_utf8);
        let (special, after) = special.split_at(len);
        match special {
            " " => add(space),
            _ => special.bytes().for_each(|byte| add(escaped(byte))),
        }
        rest = after;
    }
    add(rest);
}

/// Returns whether the text is its own encoding. The loop has no early exit, which makes it three
/// times as fast.
pub(crate) fn is_plain(text: &str) -> bool {
    let special = |special: bool, byte: u8| special | SPECIAL[usize::from(byte)];
    !text.bytes().fold(false, special)
}

/// Returns the escape of a byte, such as `%2F`.
#[inline]
fn escaped(byte: u8) -> &'static str {
    const ALL: [u8; 3 * 256] = {
        let hex = b"0123456789ABCDEF";
        let mut all = [b'%'; 3 * 256];
        let mut byte = 0;
        while byte < 256 {
            all[3 * byte + 1] = hex[byte >> 4];
            all[3 * byte + 2] = hex[byte & 15];
            byte += 1;
        }
        all
    };
    const TEXT: &str = match std::str::from_utf8(&ALL) {
        Ok(text) => text,
        Err(_) => panic!("it is ASCII"),
    };
    let at = 3 * usize::from(byte);
    &TEXT[at..at + 3]
}

/// The bytes that must be escaped.
static SPECIAL: [bool; 256] = {
    let mut special = [true; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'.' | b'_');
        special[byte as usize] = !plain;
        byte += 1;
    }
    special
};

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    proptest::proptest! {
        /// Valid and invalid escapes, text that is not UTF-8, empty parts.
        #[test]
        fn a_query_is_parsed_as_by_the_url_standard(query in "([a-c=&+;ä %]|%[0-9a-fA-F]{2}|%[cCeEfF]{0,2}){0,30}") {
            let found: Vec<_> = parse(&query)
                .map(|(name, value)| (name.expose_secret().to_owned(), value.expose_secret().to_owned()))
                .collect();
            let expect: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            proptest::prop_assert_eq!(found, expect);
        }
    }

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

    #[test]
    fn it_is_the_encoding_of_the_url_standard() {
        let check = |text: &str| {
            let mut encoded = String::new();
            encode(text, "+", |piece| encoded.push_str(piece));
            let expect: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
            assert_eq!(encoded, expect, "{text:?}");
        };
        for byte in 0..=127 {
            check(&char::from(byte).to_string());
            check(&char::from(byte).to_string().repeat(20));
            check(&format!("a{}b", char::from(byte)));
        }
        check("");
        check("gr\u{fc}n \u{20ac} \u{1f33f}\u{1f33f}x");
        check("http://127.0.0.1:8080/callback?a=b");
    }
}
