//! Makes foreign text fit to be shown: on one line, shortened, without secrets.

/// Returns whether `text` contains `what`. The search compiles to 2 KB, so it is compiled only
/// here.
#[inline(never)]
pub(crate) fn holds(text: &str, what: &str) -> bool {
    text.contains(what)
}

/// Puts foreign text on one line, without control characters, at most `limit` characters long.
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

/// Replaces each of `secrets` in `text`: a server may repeat what we sent. A shortened text may end
/// with the beginning of a secret, which is replaced too.
pub(crate) fn redact(text: String, secrets: &[&str]) -> String {
    let mut out = text;
    for secret in secrets {
        // Fast path: a text rarely contains a secret, and the secret's first four bytes tell.
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

/// Returns whether the text contains the first four bytes of a secret. A shorter text counts as no
/// secret. The loop has no early exit, so that the compiler can vectorize it.
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
    }

    #[test]
    fn the_beginning_of_a_secret_is_found_at_any_position() {
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
