//! File names of accounts: readable, unique, and of limited length.

use auth_core::AccountKey;
use sha2::{Digest, Sha256};

/// The longest stem, in bytes. With the longest extension it stays under the 143 bytes that
/// eCryptfs allows, the smallest limit among file systems in common use (most allow 255).
const LONGEST: usize = 100;

/// How much of a name that is too long stays readable. The rest is `~` and 64 digits.
const READABLE: usize = LONGEST - 65;

/// Returns the account as the first part of a file name: `inaturalist+app-id+me`.
///
/// Lower-case letters, digits, `-`, `_`, `@` and `.` stay as they are. Every other byte becomes `%`
/// and two hexadecimal digits. So do capitals, because `Me` and `me` are one file on a file system
/// that ignores case. A name that would be too long is cut and ends in `~` and its whole SHA-256.
pub(crate) fn stem(key: &AccountKey) -> String {
    let mut stem = whole(key);
    if stem.len() > LONGEST {
        let digest = Sha256::digest(&stem);
        stem.truncate(READABLE);
        stem.push('~');
        for byte in digest {
            push_hex(&mut stem, byte);
        }
    }
    stem
}

/// Returns the account in the same characters, however long that is.
pub(crate) fn whole(key: &AccountKey) -> String {
    let mut stem = String::new();
    // On Windows `con.anything` is a device, so no dot may come before the first `+`.
    encode(&mut stem, key.service(), false);
    stem.push('+');
    encode(&mut stem, key.client_id(), true);
    stem.push('+');
    encode(&mut stem, key.account(), true);
    stem
}

/// Returns the account that [`whole`] wrote so. `None` if it wrote another text.
pub(crate) fn account(whole_stem: &str) -> Option<AccountKey> {
    let mut parts = whole_stem.split('+').map(decode);
    let (service, client_id, account) = (parts.next()??, parts.next()??, parts.next()??);
    let key = AccountKey::new(&service, &client_id, &account);
    (parts.next().is_none() && whole(&key) == whole_stem).then_some(key)
}

/// Returns whether a stem is too short for its account, whose name is in a file beside it.
pub(crate) fn is_cut(stem: &str) -> bool {
    stem.contains('~')
}

/// The file with the [`whole`] name of an account whose stem is cut, beside the file that ends so.
pub(crate) fn name(stem: &str, ending: &str) -> String {
    format!("{stem}{ending}.name")
}

/// Returns the first part of the file name of a shared note. It has one `+`, an account's has two.
pub(crate) fn note(name: &str) -> String {
    let mut stem = "note+".to_owned();
    encode(&mut stem, name, true);
    stem
}

/// The file of the token record.
pub(crate) fn record(stem: &str) -> String {
    format!("{stem}.json")
}

/// The file of the encrypted token record.
#[cfg(feature = "encrypted")]
pub(crate) fn sealed(stem: &str) -> String {
    format!("{stem}.sealed")
}

/// The file that a lease locks.
pub(crate) fn lock(stem: &str) -> String {
    format!("{stem}.lock")
}

/// The file that a lease of the keyring store locks. It differs from a file store's in the same
/// directory, so that both can have a lease of one account at once.
#[cfg(feature = "keyring")]
pub(crate) fn keyring_lock(stem: &str) -> String {
    format!("{stem}~keyring.lock")
}

/// A file that is renamed to the token record once complete. One for each account: only the holder
/// of the lease writes it.
pub(crate) fn temporary(stem: &str) -> String {
    format!("{stem}~new.tmp")
}

/// The file that keeps foreign content, for the `number`th time, counted from 1.
pub(crate) fn bad(stem: &str, number: u32) -> String {
    match number {
        1 => format!("{stem}.bad"),
        _ => format!("{stem}~{number}.bad"),
    }
}

fn encode(out: &mut String, part: &str, dots: bool) {
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'@' => out.push(byte.into()),
            b'.' if dots => out.push('.'),
            _ => {
                out.push('%');
                push_hex(out, byte);
            }
        }
    }
}

fn push_hex(out: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 15] {
        out.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
    }
}

fn decode(part: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(part.len()), part.as_bytes());
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'%' => {
                let (digits, tail) = rest.split_at_checked(2)?;
                rest = tail;
                let digits = std::str::from_utf8(digits).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn names_are_readable() {
        let check = |service: &str, client: &str, account: &str, expect: &str| {
            assert_eq!(stem(&AccountKey::new(service, client, account)), expect);
        };
        check(
            "inaturalist",
            "app-id",
            "default",
            "inaturalist+app-id+default",
        );
        check(
            "infoflora",
            "7",
            "me@example.org",
            "infoflora+7+me@example.org",
        );
        check("", "", "", "++");
        check("..", "..", "..", "%2e%2e+..+..");
        check("con.", "nul", "aux", "con%2e+nul+aux");
        check("a/b", "a\\b", "a\0b", "a%2fb+a%5cb+a%00b");
        check("a+b", "a~b", "a%2fb", "a%2bb+a%7eb+a%252fb");
        check("A", "a", "Ä", "%41+a+%c3%84");
        check("s", "c", "two words\n", "s+c+two%20words%0a");
    }

    #[test]
    fn names_can_be_read_back() {
        for key in nasty_keys() {
            assert_eq!(account(&whole(&key)), Some(key.clone()));
            let is_cut = stem(&key) != whole(&key);
            assert_eq!(super::is_cut(&stem(&key)), is_cut, "{key:?}");
        }
        for other in [
            "",
            "a",
            "a+b",
            "a+b+c+d",
            "note+x",
            "A+b+c",
            "a+b+%",
            "a+b+%zz",
            "a+b+%41x+",
        ] {
            assert_eq!(account(other), None, "{other}");
        }
        assert_eq!(account("a+b+%61"), None, "the letter is not written so");
    }

    #[test]
    fn no_two_accounts_share_a_file() {
        let mut files = HashMap::new();
        for key in nasty_keys() {
            let folded = record(&stem(&key)).to_lowercase();
            if let Some(other) = files.insert(folded, key.clone()) {
                panic!("{key:?} and {other:?} share a file");
            }
        }
        assert_eq!(files.len(), nasty_keys().count());
    }

    #[test]
    fn every_name_fits_and_is_one_file() {
        for key in nasty_keys() {
            let stem = stem(&key);
            let names = [
                record(&stem),
                lock(&stem),
                temporary(&stem),
                bad(&stem, 1),
                bad(&stem, 99),
                name(&stem, "~keyring.lock"),
            ];
            for name in &names {
                assert!(name.len() <= 143 && name.is_ascii(), "{name}");
                assert!(!name.starts_with('.'), "{name}");
                assert!(!name.contains(['/', '\\', ':', '\0']), "{name}");
                assert_eq!(std::path::Path::new(name).components().count(), 1, "{name}");
            }
        }
    }

    #[test]
    fn long_names_start_readably_and_differ() {
        let long = |end: &str| stem(&AccountKey::new("s", "c", &("x".repeat(5000) + end)));
        assert!(long("1").starts_with("s+c+xxx"));
        assert_eq!(long("1").len(), LONGEST);
        assert_ne!(long("1"), long("2"));
        assert_eq!(long("1"), long("1"));
    }

    /// Every combination of parts that could be mixed up.
    fn nasty_keys() -> impl Iterator<Item = AccountKey> {
        let long = ["x".repeat(300), "x".repeat(301), "Ä".repeat(99)];
        let parts = [
            "",
            ".",
            "..",
            "a",
            "A",
            "á",
            "Á",
            "a/b",
            "a+b",
            "a%2bb",
            "a b",
            "a\0",
            "+",
            "%",
            "~",
            "con",
            "con.",
            "a.json",
            "a.lock",
            "\u{1f33f}",
        ];
        let parts: Vec<String> = parts.into_iter().map(Into::into).chain(long).collect();
        let mut keys = Vec::new();
        for service in &parts {
            for client in &parts {
                for account in &parts {
                    keys.push(AccountKey::new(service, client, account));
                }
            }
        }
        keys.into_iter()
    }
}
