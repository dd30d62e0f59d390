//! Finds what we sent in foreign text, in whatever encoding the text repeats it.

use super::text::is_invisible;
use crate::wipe::{wipe, wipe_text};

/// What is shown in place of a secret.
const REPLACEMENT: &str = "[secret]";

/// Replaces each of `secrets` in `text`: a server may repeat what we sent. `None` if there is
/// nothing to replace.
///
/// It finds a secret as it is, with its blanks folded, percent-encoded, form-encoded, and with
/// HTML's or JSON's escapes. It also finds it inside base64, such as that of Basic authentication.
/// So text can be folded and shortened before its secrets are known. A shortened text may end with
/// the beginning of a secret, which is replaced too. A secret of fewer than four characters is
/// replaced where it is a whole word.
#[cold]
pub(crate) fn redact(text: &str, secrets: &[&str]) -> Option<String> {
    if !may_hold(text, secrets) {
        return None;
    }
    let mut out: Option<String> = None;
    for secret in secrets {
        let Some(secret) = Secret::new(secret) else {
            continue;
        };
        let text = out.as_deref().unwrap_or(text);
        let found = secret.ranges(text);
        // Room for all, so that no part of another secret is left where it grew.
        let mut replaced = String::with_capacity(text.len() + found.len() * REPLACEMENT.len());
        let mut from = 0;
        for (start, end) in &found {
            // Both ends are inside the text and at boundaries: the fallback cannot happen.
            replaced.push_str(text.get(from..*start).unwrap_or_default());
            replaced.push_str(REPLACEMENT);
            from = *end;
        }
        if !found.is_empty() {
            replaced.push_str(text.get(from..).unwrap_or_default());
            // It may hold the next secrets.
            if let Some(before) = out.replace(replaced) {
                wipe_text(before);
            }
        }
    }
    out
}

/// Returns false if no secret can be in the text: the usual case, found in one pass. True means
/// only that the text must be searched.
fn may_hold(text: &str, secrets: &[&str]) -> bool {
    // Escapes, other characters, and the longest run that could be base64.
    let (mut longest, mut run, mut other) = (0, 0, false);
    for byte in text.bytes() {
        other |= !byte.is_ascii() | matches!(byte, b'%' | b'&' | b'+' | b'\\');
        let in_run = byte.is_ascii_alphanumeric() | matches!(byte, b'/' | b'-' | b'_');
        run = if in_run { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    secrets.iter().any(|secret| {
        let mut visible = secret.bytes().filter(u8::is_ascii_graphic);
        let mut start = 0;
        let beginning = visible.by_ref().take(4);
        let count = beginning.fold(0, |count, byte| {
            start = start << 8 | u32::from(byte);
            count + 1
        });
        match count {
            // Short: a whole word, to be searched for. Empty: not to be searched for.
            0 => !secret.is_ascii(),
            1..4 => true,
            _ => {
                let in_base64 = longest >= (4 + visible.count()) * 4 / 3;
                other || in_base64 || !secret.is_ascii() || has_four(text, start)
            }
        }
    })
}

/// Returns whether the text has these four visible characters in a row, with or without blanks in
/// between: a match may skip them.
fn has_four(text: &str, start: u32) -> bool {
    let mut last = 0;
    text.bytes().filter(u8::is_ascii_graphic).any(|byte| {
        last = last << 8 | u32::from(byte);
        last == start
    })
}

/// Replaces each of `secrets` in place.
pub(crate) fn redact_in(text: &mut String, secrets: &[&str]) {
    if let Some(redacted) = redact(text, secrets) {
        wipe_text(std::mem::replace(text, redacted));
    }
}

/// The end of a match in a text.
enum Match {
    Whole(usize),
    /// The text ends in the middle, after this many bytes of the secret.
    Beginning(usize),
    No,
}

/// The escapes that a text may contain.
#[derive(Clone, Copy, PartialEq)]
enum Escapes {
    None,
    /// Of a URL or a form.
    Percent,
    Html,
    Json,
}

impl Escapes {
    fn begin_with(self, byte: u8) -> bool {
        match self {
            Self::None => false,
            Self::Percent => byte == b'%',
            Self::Html => byte == b'&',
            Self::Json => byte == b'\\',
        }
    }

    /// Returns whether the text ends in the middle of an escape.
    fn torn(self, text: &[u8], at: usize) -> bool {
        let Some([first, rest @ ..]) = text.get(at..) else {
            return false;
        };
        let inside = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'#';
        self.begin_with(*first)
            && rest.len() < 6
            && rest.iter().all(inside)
            && escape(text, at).is_none()
    }
}

/// A text to look for, of which at least one character is visible.
struct Secret<'a> {
    text: &'a str,
    first: u8,
    /// How many bytes are visible.
    len: usize,
}

impl<'a> Secret<'a> {
    fn new(text: &'a str) -> Option<Self> {
        let (mut first, mut len, mut at) = (None, 0, 0);
        while let Some((byte, next)) = unit(text, at, Escapes::None) {
            if let Some(byte) = byte {
                first.get_or_insert(byte);
                len += 1;
            }
            at = next;
        }
        first.map(|first| Self { text, first, len })
    }

    /// Returns where the text holds the secret, in order.
    fn ranges(&self, text: &str) -> Vec<(usize, usize)> {
        let mut found = self.written(text);
        self.in_base64(text, &mut found);
        found.sort_unstable();
        // Those that overlap become one.
        let mut merged: Vec<(usize, usize)> = Vec::new();
        for (start, end) in found {
            match merged.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        merged
    }

    /// Returns where the secret is written out, plain or with escapes.
    fn written(&self, text: &str) -> Vec<(usize, usize)> {
        let mut found = self.direct(text, Escapes::None);
        for (first, escapes) in [
            ('%', Escapes::Percent),
            ('+', Escapes::Percent),
            ('&', Escapes::Html),
            ('\\', Escapes::Json),
        ] {
            if text.contains(first) {
                found.extend(self.direct(text, escapes));
            }
        }
        found
    }

    fn direct(&self, whole: &str, escapes: Escapes) -> Vec<(usize, usize)> {
        let text = whole.trim_end_matches('…');
        let least = if text.len() < whole.len() { 2 } else { 8 };
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some(byte) = text.as_bytes().get(at) {
            let starts = *byte == self.first || escapes.begin_with(*byte);
            if starts && text.is_char_boundary(at) {
                let end = match self.match_at(text, at, escapes) {
                    Match::Whole(end) if self.len >= 4 || is_word(text, at, end) => Some(end),
                    Match::Beginning(count) if count >= least => Some(text.len()),
                    _ => None,
                };
                // A match ends inside a character only if the secret is no text there.
                if let Some(end) = end.filter(|end| text.is_char_boundary(*end)) {
                    found.push((at, end));
                    at = end;
                    continue;
                }
            }
            at += 1;
        }
        found
    }

    fn match_at(&self, text: &str, start: usize, escapes: Escapes) -> Match {
        let (mut at, mut end, mut count, mut own) = (start, start, 0, 0);
        while let Some((wanted, next)) = unit(self.text, own, Escapes::None) {
            own = next;
            let Some(wanted) = wanted else { continue };
            loop {
                if escapes.torn(text.as_bytes(), at) {
                    return Match::Beginning(count);
                }
                match unit(text, at, escapes) {
                    None => return Match::Beginning(count),
                    Some((Some(byte), next)) if byte == wanted => {
                        (at, end) = (next, next);
                        break;
                    }
                    // A blank, which forms write as `+`.
                    Some((None, next)) if count > 0 => at = next,
                    Some((Some(b'+'), next)) if escapes == Escapes::Percent && count > 0 => {
                        at = next
                    }
                    _ => return Match::No,
                }
            }
            count += 1;
        }
        Match::Whole(end)
    }

    /// Adds each run of base64 that holds the secret, such as that of `id:secret`.
    fn in_base64(&self, text: &str, found: &mut Vec<(usize, usize)>) {
        let cut = text.ends_with('…');
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let run = rest
                .iter()
                .take_while(|byte| sextet(**byte).is_some())
                .count();
            let at_end = cut
                && text
                    .get(at + run..)
                    .is_some_and(|rest| rest.chars().all(|c| c == '…'));
            if run >= 4 && (run >= self.len * 4 / 3 || at_end) {
                let holds = (0..4).any(|skip| self.is_in_run(&rest[skip..run], at_end));
                if holds {
                    found.push((at, at + run));
                }
            }
            at += run.max(1);
        }
    }

    fn is_in_run(&self, run: &[u8], cut: bool) -> bool {
        let mut plain = Vec::with_capacity(run.len());
        let (mut bits, mut count) = (0_u32, 0);
        for value in run.iter().copied().filter_map(sextet) {
            bits = bits << 6 | u32::from(value);
            count += 6;
            if count >= 8 {
                count -= 8;
                plain.push((bits >> count & 255) as u8);
            }
        }
        // Words are base64 as well, of nonsense: it holds short secrets by chance.
        let may_hold = self.len >= 4 || std::str::from_utf8(&plain).is_ok();
        // Room for U+FFFD in place of each byte, and for a mark of the cut.
        let mut text = String::with_capacity(3 * plain.len() + '…'.len_utf8());
        for chunk in plain.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        wipe(&mut plain);
        if cut {
            // It may be inside a character.
            let whole = text.trim_end_matches(char::REPLACEMENT_CHARACTER).len();
            text.truncate(whole);
            text.push('…');
        }
        let found = may_hold && !self.written(&text).is_empty();
        wipe_text(text);
        found
    }
}

/// Returns the next byte of a text, or `None` in its place for a character that folding may remove,
/// and where it ends.
fn unit(text: &str, at: usize, escapes: Escapes) -> Option<(Option<u8>, usize)> {
    let byte = *text.as_bytes().get(at)?;
    if escapes.begin_with(byte) {
        if let Some((byte, next)) = escape(text.as_bytes(), at) {
            return Some((Some(byte).filter(|byte| !is_blank(*byte)), next));
        }
    }
    if byte.is_ascii() {
        return Some((Some(byte).filter(|byte| !is_blank(*byte)), at + 1));
    }
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(c) if is_invisible(c) || c.is_whitespace() || c.is_control() => {
            Some((None, at + c.len_utf8()))
        }
        _ => Some((Some(byte), at + 1)),
    }
}

fn is_blank(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f
}

/// Decodes the escape that begins here: `%2F`, `&amp;`, `&#39;`, `&#x27;`, `\/`, `\u002f`.
fn escape(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let rest = text.get(at..)?;
    let number = |digits: &[u8], radix| {
        let digits = std::str::from_utf8(digits).ok()?;
        let number = u8::from_str_radix(digits, radix).ok()?;
        number.is_ascii().then_some(number)
    };
    match rest {
        [b'%', high, low, ..] => {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            let byte = digit(*high)? * 16 + digit(*low)?;
            Some((byte as u8, at + 3))
        }
        [b'\\', b'u', b'0', b'0', digits @ ..] => Some((number(digits.get(..2)?, 16)?, at + 6)),
        [b'\\', byte @ (b'"' | b'\\' | b'/' | b'\''), ..] => Some((*byte, at + 2)),
        [b'&', entity @ ..] => {
            let len = entity.iter().take(7).position(|byte| *byte == b';')?;
            let byte = match &entity[..len] {
                b"amp" => b'&',
                b"lt" => b'<',
                b"gt" => b'>',
                b"quot" => b'"',
                b"apos" => b'\'',
                [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
                [b'#', digits @ ..] => number(digits, 10)?,
                _ => return None,
            };
            Some((byte, at + 1 + len + 1))
        }
        _ => None,
    }
}

/// Returns whether no letter or digit touches the range.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|text| text.chars().next_back());
    let after = text.get(end..).and_then(|text| text.chars().next());
    ![before, after]
        .into_iter()
        .flatten()
        .any(char::is_alphanumeric)
}

/// Returns the value of a digit of base64, in either alphabet.
fn sextet(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
