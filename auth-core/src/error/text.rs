//! Makes foreign text fit to be shown: on one line, shortened.

/// Returns whether `text` contains `what`. The search compiles to 2 KB, so it is compiled only
/// here.
#[inline(never)]
pub(crate) fn holds(text: &str, what: &str) -> bool {
    text.contains(what)
}

/// Puts foreign text on one line, without control and invisible characters, at most `limit`
/// characters long.
pub(crate) fn presentable(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit + 4));
    // Fast path: nearly all text is already presentable.
    if text.len() < limit && is_presentable(text.as_bytes()) {
        out.push_str(text);
        return out;
    }
    let mut count = 0;
    let mut blank = true;
    for c in text.chars() {
        if is_invisible(c) {
            continue;
        }
        if c.is_control() || c.is_whitespace() {
            if !blank {
                out.push(' ');
            }
            blank = true;
        } else {
            out.push(c);
            blank = false;
        }
        count += 1;
        if count == limit {
            out.push('…');
            break;
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Returns whether the text is visible ASCII in words with one space between them. The loop has no
/// early exit, so that the compiler can vectorize it.
fn is_presentable(text: &[u8]) -> bool {
    let [first, rest @ ..] = text else {
        return false;
    };
    let mut odd = 0;
    for (a, b) in text.iter().zip(rest) {
        let foreign = u8::from(b.wrapping_sub(b' ') > b'~' - b' ');
        let wide = u8::from((*a == b' ') & (*b == b' '));
        odd |= foreign | wide;
    }
    odd == 0 && matches!(first, b'!'..=b'~') && text.last() != Some(&b' ')
}

/// The text of every check that finds a duplicate parameter.
pub(crate) fn duplicate_parameter(name: &str) -> String {
    format!("duplicate parameter `{}`", presentable(name, 40))
}

/// Returns whether a terminal shows nothing for the character, or turns other characters round.
/// These are the format characters of Unicode (general category Cf) and its other ignorable ones.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_becomes_presentable() {
        assert_eq!(presentable("a\r\n\tb\u{1b}[31m  c ", 100), "a b [31m c");
        assert_eq!(
            presentable(&"x".repeat(50), 10),
            format!("{}…", "x".repeat(10))
        );
        assert_eq!(presentable("\n\n", 10), "");
        let check =
            |text: &str, expect: &str| assert_eq!(presentable(text, 40), expect, "{text:?}");
        for fine in ["a", "two words", "~!", "The grant is invalid, or expired."] {
            check(fine, fine);
        }
        check(" a", "a");
        check("a ", "a");
        check("a  b", "a b");
        check("a\u{7f}b", "a b");
        check("gr\u{fc}n", "gr\u{fc}n");
        check("a\u{202e}b\u{200b}c\u{feff}", "abc");
        check("\u{2066}\u{200d}", "");
        check("a \u{200b} b", "a b");
    }
}
