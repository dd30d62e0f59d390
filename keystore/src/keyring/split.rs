//! A record in entries of limited size, so that a crash between any two of them leaves the old record or the new one.
//!
//! ```text
//!   head   inaturalist+app-id+me        keystore 1 <length> <sha-256> b 3
//!   parts  inaturalist+app-id+me~b0     bytes, in the order of their numbers
//!          inaturalist+app-id+me~b1
//!          inaturalist+app-id+me~b2
//! ```
//!
//! A record that fits into one entry stands behind the head's first line. A larger one goes into parts of a *slot*, `a` or
//! `b`, always the one that the head does not name; then the head is replaced, which makes the new record the one that
//! counts; then the old slot's parts are deleted. Whoever reads between the last two steps finds parts missing, and looks at
//! the head again. The digest tells parts of two records apart.
//!
//! The parts of a slot always have the numbers from 0 to some number, without a gap: they are written upwards and deleted
//! downwards. So what a crash left of them is found without a list of entries, which not every keyring gives.

use std::fmt::Write;

use auth_core::SecretBytes;
use sha2::{Digest, Sha256};

use super::entries::{Entries, Failure, Kind, Name};
use crate::fs::private_file;

/// How often a record that does not fit together is read again before it counts as torn.
const ATTEMPTS: usize = 5;

/// The most parts that a head may name: the largest record, in the smallest parts that are of use.
const MOST_PARTS: usize = 1 << 12;

const MAGIC: &str = "keystore 1 ";

/// The entries of one record.
pub(crate) struct Split<'e> {
    /// Where they are.
    pub(crate) entries: &'e dyn Entries,
    /// The keyring service that they belong to.
    pub(crate) service: &'e str,
    /// The user of the head entry: it has no `~` before a slot's letter at its end.
    pub(crate) stem: &'e str,
    /// The most bytes an entry may have.
    pub(crate) limit: usize,
}

impl Split<'_> {
    /// The record, or `None` where there is none. Needs no lease.
    pub(crate) fn load(&self) -> Result<Option<SecretBytes>, Failure> {
        let mut failure = Failure::Torn;
        let mut last: Option<SecretBytes> = None;
        let mut same = 0;
        while same < ATTEMPTS {
            let Some(entry) = self.entries.get(&self.head())? else {
                return Ok(None);
            };
            match self.assembled(&entry) {
                Ok(record) => return Ok(Some(record)),
                Err(torn @ (Failure::Torn | Failure::Foreign)) => failure = torn,
                Err(other) => return Err(other),
            }
            // Somebody may be saving: a head that changed is a new chance.
            let unchanged = last.is_some_and(|last| last.as_ref() == entry.as_ref());
            same = if unchanged { same + 1 } else { 1 };
            last = Some(entry);
        }
        Err(failure)
    }

    /// Replaces the record. The caller has the lease.
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
            head.slot = old.as_ref().map_or(Slot::A, |old| old.slot.other());
            head.parts = parts.len();
            for (number, part) in parts.into_iter().enumerate() {
                let part = SecretBytes::new(part.to_vec());
                self.entries.set(&self.part(head.slot, number), &part)?;
            }
            let line = SecretBytes::new(head.line().into_bytes());
            self.entries.set(&self.head(), &line)?;
        }

        // The record is safe. What cannot be deleted now is deleted by the next save, and counts for nothing until then.
        let _: Result<(), Failure> = self.sweep(Some(&head), old.as_ref());
        Ok(())
    }

    /// Removes the record, the head first. The caller has the lease.
    pub(crate) fn remove(&self) -> Result<(), Failure> {
        let old = self.entries.get(&self.head())?;
        let old = old.and_then(|entry| Head::parse(entry.as_ref()).map(|(head, _)| head));
        self.entries.delete(&self.head())?;
        self.sweep(None, old.as_ref())
    }

    /// Deletes all parts but those that `kept` names, if it can be; `old` tells of parts that were there.
    fn sweep(&self, kept: Option<&Head>, old: Option<&Head>) -> Result<(), Failure> {
        let named = |head: Option<&Head>, slot| match head {
            Some(head) if head.slot == slot => head.parts,
            _ => 0,
        };
        [Slot::A, Slot::B].into_iter().try_for_each(|slot| {
            let from = named(kept, slot);
            self.sweep_slot(slot, from, named(old, slot).max(from))
        })
    }

    /// Deletes the parts from number `from` on. Those below `known` were there, so that a gap somebody made is no end.
    fn sweep_slot(&self, slot: Slot, from: usize, known: usize) -> Result<(), Failure> {
        let mut end = known;
        while end < MOST_PARTS && self.entries.get(&self.part(slot, end))?.is_some() {
            end += 1;
        }
        (from..end)
            .rev()
            .try_for_each(|number| self.entries.delete(&self.part(slot, number)))
    }

    /// The record that this head entry holds or names.
    fn assembled(&self, entry: &SecretBytes) -> Result<SecretBytes, Failure> {
        let (head, rest) = Head::parse(entry.as_ref()).ok_or(Failure::Foreign)?;
        // One allocation, so that no copy is left behind; wiped whatever happens.
        let mut bytes = Vec::with_capacity(head.length);
        let mut outcome = Ok(());
        if head.parts == 0 && rest.len() == head.length {
            bytes.extend_from_slice(rest);
        }
        for number in 0..head.parts {
            match self.entries.get(&self.part(head.slot, number)) {
                Ok(Some(part)) if part.len() <= head.length - bytes.len() => {
                    bytes.extend_from_slice(part.as_ref());
                }
                Ok(_) => outcome = Err(Failure::Torn),
                Err(failure) => outcome = Err(failure),
            }
            if outcome.is_err() {
                break;
            }
        }
        let record = SecretBytes::new(bytes);
        outcome?;
        match record.len() == head.length && digest(record.as_ref()) == head.digest {
            true => Ok(record),
            false => Err(Failure::Torn),
        }
    }

    fn head(&self) -> Name {
        self.name("")
    }

    fn part(&self, slot: Slot, number: usize) -> Name {
        self.name(&format!("~{}{number}", slot.letter()))
    }

    fn name(&self, ending: &str) -> Name {
        Name {
            service: self.service.to_owned().into(),
            user: format!("{}{ending}", self.stem).into(),
            kind: Kind::Record,
        }
    }
}

/// Which of the two sets of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    A,
    B,
}

impl Slot {
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
    /// Of the record, in bytes.
    length: usize,
    /// Of the record: SHA-256, in hexadecimal digits.
    digest: String,
    /// Where the parts are, if there are any.
    slot: Slot,
    /// How many; 0: the record follows the line.
    parts: usize,
}

impl Head {
    fn of(record: &[u8]) -> Self {
        Self {
            length: record.len(),
            digest: digest(record),
            slot: Slot::A,
            parts: 0,
        }
    }

    fn line(&self) -> String {
        format!(
            "{MAGIC}{} {} {} {}\n",
            self.length,
            self.digest,
            self.slot.letter(),
            self.parts
        )
    }

    /// The head and what follows its line; `None` if this is no head.
    fn parse(entry: &[u8]) -> Option<(Self, &[u8])> {
        let end = entry.iter().position(|byte| *byte == b'\n')?;
        let (line, rest) = (&entry[..end], &entry[end + 1..]);
        let line = std::str::from_utf8(line).ok()?.strip_prefix(MAGIC)?;
        let mut words = line.split(' ');
        let mut next = || words.next();
        let head = Self {
            length: next()?.parse().ok()?,
            digest: next()?.to_owned(),
            slot: match next()? {
                "a" => Slot::A,
                "b" => Slot::B,
                _ => return None,
            },
            parts: next()?.parse().ok()?,
        };
        let sensible = head.length as u64 <= private_file::LIMIT && head.parts <= MOST_PARTS;
        (sensible && words.next().is_none()).then_some((head, rest))
    }
}

fn digest(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _: std::fmt::Result = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_as_they_are_written() {
        let mut head = Head::of(b"abc");
        (head.slot, head.parts) = (Slot::B, 40);
        let mut entry = head.line().into_bytes();
        entry.extend_from_slice(b"rest\n\xff");
        assert_eq!(Head::parse(&entry), Some((head, &b"rest\n\xff"[..])));
    }

    #[test]
    fn what_is_no_head_is_told_apart() {
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
        check("a pasted password", false);
        check("", false);
        check("\n", false);
    }
}
