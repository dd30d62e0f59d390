//! Splits a token record into entries of limited size. A crash between any two writes leaves the
//! previous token record or the new one.
//!
//! ```text
//!   head   inaturalist+app-id+me        keystore 1 <length> <sha-256> b 3
//!   parts  inaturalist+app-id+me~b0     bytes, in the order of their numbers
//!          inaturalist+app-id+me~b1
//!          inaturalist+app-id+me~b2
//! ```
//!
//! A token record that fits into one entry follows the first line of the head. A larger one is
//! written in three steps:
//!
//! 1. Its parts go to the *set* `a` or `b`, the one that the head does not name.
//! 2. The head is replaced, which makes the new token record the valid one.
//! 3. The parts of the other set are deleted.
//!
//! A reader between the last two steps finds parts missing and reads the head again. The digest
//! detects parts of another token record.
//!
//! The parts of a set have the numbers from 0 up, without a gap: they are written upwards and
//! deleted downwards. So the remains of a crash are found without listing entries, which not every
//! keyring supports.

use std::fmt::Write;

use auth_core::SecretBytes;
use sha2::{Digest, Sha256};

use super::entries::{Entries, EntryKind, Failure, Name};
use crate::fs::private_file;

/// How often an inconsistent token record is read again before it counts as torn.
const ATTEMPTS: usize = 5;

/// The most parts that a head may name: the largest token record (1 MiB) in parts of 256 bytes.
const MOST_PARTS: usize = 1 << 12;

const MAGIC: &str = "keystore 1 ";

/// The entries of one token record.
pub(crate) struct Split<'e> {
    /// The keyring.
    pub(crate) entries: &'e dyn Entries,
    /// The service of the entries.
    pub(crate) service: &'e str,
    /// The user of the head entry. It does not end like the name of a part.
    pub(crate) stem: &'e str,
    /// The maximum size of an entry in bytes.
    pub(crate) limit: usize,
}

impl Split<'_> {
    /// Returns the token record. `None` if there is none. Requires no lease.
    pub(crate) fn load(&self) -> Result<Option<SecretBytes>, Failure> {
        let mut failure = Failure::Torn;
        let mut last: Option<SecretBytes> = None;
        let mut same = 0;
        while same < ATTEMPTS {
            let Some(entry) = self.entries.get(&self.head())? else {
                return Ok(None);
            };
            match self.assemble(&entry) {
                Ok(record) => return Ok(Some(record)),
                Err(torn @ (Failure::Torn | Failure::Foreign)) => failure = torn,
                Err(other) => return Err(other),
            }
            // Another process may be saving: start counting again if the head has changed.
            let unchanged = last.is_some_and(|last| last.as_ref() == entry.as_ref());
            same = if unchanged { same + 1 } else { 1 };
            last = Some(entry);
        }
        Err(failure)
    }

    /// Finds out whether the keyring is there and unlocked. Whatever is stored is fine: a save
    /// replaces it.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        self.entries.get(&self.head()).map(drop)
    }

    /// Replaces the token record. Requires the lease.
    pub(crate) fn save(&self, record: &SecretBytes) -> Result<(), Failure> {
        let old = self.entries.get(&self.head())?;
        let old_head = old.as_ref().and_then(|entry| Head::parse(entry.as_ref()));
        if let (Some(entry), None) = (&old, &old_head) {
            self.entries.set(&self.name("~bad"), entry)?;
        }
        let old = old_head.map(|(head, _)| head);

        let mut head = Head::of(record.as_ref());
        if head.line().len() + record.len() <= self.limit {
            let line = head.line();
            let mut entry = Vec::with_capacity(line.len() + record.len());
            entry.extend_from_slice(line.as_bytes());
            entry.extend_from_slice(record.as_ref());
            self.entries.set(&self.head(), &SecretBytes::new(entry))?;
        } else {
            let parts: Vec<_> = record.as_ref().chunks(self.limit).collect();
            head.set = old.as_ref().map_or(PartSet::A, |old| old.set.other());
            head.parts = parts.len();
            for (number, part) in parts.into_iter().enumerate() {
                let part = SecretBytes::new(part.to_vec());
                self.entries.set(&self.part(head.set, number), &part)?;
            }
            let line = SecretBytes::new(head.line().into_bytes());
            self.entries.set(&self.head(), &line)?;
        }

        // The token record is saved. If deleting the old parts fails, the next save deletes them;
        // until then readers ignore them.
        let _: Result<(), Failure> = self.delete_parts(Some(&head), old.as_ref());
        Ok(())
    }

    /// Removes the token record, the head first. Requires the lease.
    pub(crate) fn remove(&self) -> Result<(), Failure> {
        let old = self.entries.get(&self.head())?;
        let old = old.and_then(|entry| Head::parse(entry.as_ref()).map(|(head, _)| head));
        self.entries.delete(&self.head())?;
        self.delete_parts(None, old.as_ref())
    }

    /// Deletes all parts except those that `current` names. `old` names parts that existed before.
    fn delete_parts(&self, current: Option<&Head>, old: Option<&Head>) -> Result<(), Failure> {
        let named = |head: Option<&Head>, set| match head {
            Some(head) if head.set == set => head.parts,
            _ => 0,
        };
        [PartSet::A, PartSet::B].into_iter().try_for_each(|set| {
            let from = named(current, set);
            self.delete_set(set, from, named(old, set).max(from))
        })
    }

    /// Deletes the parts from number `from` on. Those below `known` existed, so a gap among them
    /// (made by another program) does not end the search.
    fn delete_set(&self, set: PartSet, from: usize, known: usize) -> Result<(), Failure> {
        let mut end = known;
        while end < MOST_PARTS && self.entries.get(&self.part(set, end))?.is_some() {
            end += 1;
        }
        (from..end)
            .rev()
            .try_for_each(|number| self.entries.delete(&self.part(set, number)))
    }

    /// Returns the token record that this head entry contains or names.
    fn assemble(&self, entry: &SecretBytes) -> Result<SecretBytes, Failure> {
        let (head, rest) = Head::parse(entry.as_ref()).ok_or(Failure::Foreign)?;
        // One allocation, so that no unwiped copy is left behind; wiped also on error.
        let mut bytes = Vec::with_capacity(head.length);
        let mut result = Ok(());
        if head.parts == 0 && rest.len() == head.length {
            bytes.extend_from_slice(rest);
        }
        for number in 0..head.parts {
            match self.entries.get(&self.part(head.set, number)) {
                Ok(Some(part)) if part.len() <= head.length - bytes.len() => {
                    bytes.extend_from_slice(part.as_ref());
                }
                Ok(_) => result = Err(Failure::Torn),
                Err(failure) => result = Err(failure),
            }
            if result.is_err() {
                break;
            }
        }
        let record = SecretBytes::new(bytes);
        result?;
        match record.len() == head.length && digest(record.as_ref()) == head.digest {
            true => Ok(record),
            false => Err(Failure::Torn),
        }
    }

    fn head(&self) -> Name {
        self.name("")
    }

    fn part(&self, set: PartSet, number: usize) -> Name {
        self.name(&format!("~{}{number}", set.letter()))
    }

    fn name(&self, ending: &str) -> Name {
        Name {
            service: self.service.to_owned().into(),
            user: format!("{}{ending}", self.stem).into(),
            kind: EntryKind::TokenRecord,
        }
    }
}

/// One of the two sets of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartSet {
    A,
    B,
}

impl PartSet {
    fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    fn letter(self) -> char {
        match self {
            Self::A => 'a',
            Self::B => 'b',
        }
    }
}

/// The first line of the head entry.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Head {
    /// The length of the token record in bytes.
    length: usize,
    /// The SHA-256 of the token record, in hexadecimal digits.
    digest: String,
    /// The set of the parts, if there are any.
    set: PartSet,
    /// The number of parts. 0: the token record follows the line.
    parts: usize,
}

impl Head {
    fn of(record: &[u8]) -> Self {
        Self {
            length: record.len(),
            digest: digest(record),
            set: PartSet::A,
            parts: 0,
        }
    }

    fn line(&self) -> String {
        format!(
            "{MAGIC}{} {} {} {}\n",
            self.length,
            self.digest,
            self.set.letter(),
            self.parts
        )
    }

    /// Splits an entry into the head and the bytes after its line. `None` if it is not a head.
    fn parse(entry: &[u8]) -> Option<(Self, &[u8])> {
        let end = entry.iter().position(|byte| *byte == b'\n')?;
        let (line, rest) = (&entry[..end], &entry[end + 1..]);
        let line = std::str::from_utf8(line).ok()?.strip_prefix(MAGIC)?;
        let mut words = line.split(' ');
        let mut next = || words.next();
        let head = Self {
            length: next()?.parse().ok()?,
            digest: next()?.to_owned(),
            set: match next()? {
                "a" => PartSet::A,
                "b" => PartSet::B,
                _ => return None,
            },
            parts: next()?.parse().ok()?,
        };
        let valid = head.length as u64 <= private_file::LIMIT && head.parts <= MOST_PARTS;
        (valid && words.next().is_none()).then_some((head, rest))
    }
}

fn digest(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string never fails.
        let _: std::fmt::Result = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_survive_a_round_trip() {
        let mut head = Head::of(b"abc");
        (head.set, head.parts) = (PartSet::B, 40);
        let mut entry = head.line().into_bytes();
        entry.extend_from_slice(b"rest\n\xff");
        assert_eq!(Head::parse(&entry), Some((head, &b"rest\n\xff"[..])));
    }

    #[test]
    fn other_content_is_not_a_head() {
        let digest = digest(b"");
        let check = |line: &str, expect: bool| {
            assert_eq!(Head::parse(line.as_bytes()).is_some(), expect, "{line}");
        };
        check(&format!("keystore 1 0 {digest} a 0\n"), true);
        check(&format!("keystore 2 0 {digest} a 0\n"), false);
        check(&format!("keystore 1 0 {digest} c 0\n"), false);
        check(&format!("keystore 1 0 {digest} a 0"), false);
        check(&format!("keystore 1 0 {digest} a 0 9\n"), false);
        check(&format!("keystore 1 0 {digest} a -1\n"), false);
        check(&format!("keystore 1 0 {digest} a 4097\n"), false);
        check(&format!("keystore 1 1048577 {digest} a 0\n"), false);
        check("a password", false);
        check("", false);
        check("\n", false);
    }
}
