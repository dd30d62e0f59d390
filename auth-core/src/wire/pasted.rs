//! Cleans text that people copy and paste: mail, chat, terminals and config files mangle it.
//!
//! Repairs what can only be an accident, in two steps. [`pasted`] takes away what is around the
//! text, [`joined`] also what broke it into lines. The rest stays, and the reader refuses it.

use std::borrow::Cow;

/// Pairs of marks that are put around a text.
const PAIRS: [(char, char); 10] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('<', '>'),
    ('\u{201c}', '\u{201d}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{201e}', '\u{201d}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{ab}', '\u{bb}'),
    ('\u{2039}', '\u{203a}'),
];

/// What a terminal sends around a paste.
const BRACKETS: [&str; 4] = ["\u{1b}[200~", "\u{1b}[201~", "\u{9b}200~", "\u{9b}201~"];

/// Returns pasted text without what surrounds it: white space, byte order marks and other invisible
/// characters, a terminal's bracketed paste, quotes, and angle brackets. Marks are taken away in
/// pairs only.
///
/// For everything that a person pastes or a config file quotes, except a password or passphrase,
/// where each character counts.
///
/// ```
/// use auth_core::pasted;
///
/// assert_eq!(pasted(" \u{feff}<\"eyJhbGciOiJub25lIn0\">\r\n"), "eyJhbGciOiJub25lIn0");
/// assert_eq!(pasted("\u{1b}[200~c0de\u{1b}[201~"), "c0de");
/// assert_eq!(pasted("\"half"), "\"half");
/// ```
#[must_use]
pub fn pasted(text: &str) -> &str {
    let mut text = text;
    loop {
        let before = text;
        text = text.trim_matches(|c| is_invisible(c) || char::is_whitespace(c));
        for bracket in BRACKETS {
            text = text.strip_prefix(bracket).unwrap_or(text);
            text = text.strip_suffix(bracket).unwrap_or(text);
        }
        for (open, close) in PAIRS {
            let inside = text.strip_prefix(open);
            if let Some(inside) = inside.and_then(|rest| rest.strip_suffix(close)) {
                text = inside;
            }
        }
        if text.len() == before.len() {
            return text;
        }
    }
}

/// Returns [`pasted`] text on one line: also without line breaks, the blanks around them, and
/// invisible characters. Blanks between two words of one line stay.
///
/// For text that never has blanks: an address, a code, a token, an id, a secret. The caller wipes
/// the copy of a secret text.
///
/// ```
/// use auth_core::joined;
///
/// assert_eq!(joined("\"c0de-first\r\n  c0de-second\"\n"), "c0de-firstc0de-second");
/// assert_eq!(joined("two words"), "two words");
/// ```
#[must_use]
pub fn joined(text: &str) -> Cow<'_, str> {
    let text = pasted(text);
    let is_odd = |c: char| is_break(c) || is_invisible(c);
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    // The first capacity is enough, so that no part of a secret stays behind.
    let mut out = String::with_capacity(text.len());
    for line in text.split(is_break) {
        let line = line.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
        out.extend(line.chars().filter(|c| !is_invisible(*c)));
    }
    Cow::Owned(out)
}

fn is_break(c: char) -> bool {
    matches!(
        c,
        '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Characters without a width: byte order mark, zero-width space and joiners, soft hyphen,
/// directions.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{feff}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\0'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_a_text_is_taken_away() {
        for text in [
            "c0de",
            " c0de\r\n",
            "\u{feff}c0de",
            "\"c0de\"",
            "'c0de'",
            "`c0de`",
            "<c0de>",
            "\u{201c}c0de\u{201d}",
            "\u{201e}c0de\u{201c}",
            "\u{ab}\u{a0}c0de\u{a0}\u{bb}",
            "\" <c0de> \"",
            "\u{1b}[200~c0de\u{1b}[201~",
            "\u{1b}[200~c0de\n",
            "c0\u{200b}de",
            "c0\u{ad}\nde",
            "c0\r\n   de",
        ] {
            assert_eq!(joined(text), "c0de", "{text:?}");
        }
    }

    #[test]
    fn what_may_be_meant_stays() {
        for text in [
            "\"half",
            "half\"",
            "two words",
            "a\tb",
            "<b",
            "\u{1b}[31mred",
            "\"",
        ] {
            assert_eq!(joined(text), text, "{text:?}");
        }
        for text in ["", " \n", "\"\"", "<>", "\u{feff}"] {
            assert_eq!(joined(text), "", "{text:?}");
        }
    }
}
