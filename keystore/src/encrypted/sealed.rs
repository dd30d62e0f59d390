//! The format of an encrypted file: one header line, then the encrypted bytes.
//!
//! ```text
//! keystore-sealed 1 argon2id,65536,3,4,SALT CHECK NONCE SUM⏎
//! the token record, encrypted, and 16 bytes of authentication
//! ```
//!
//! The second field of the line is the version. The third is `argon2id` with memory in KiB, passes,
//! lanes and salt, or `key`. CHECK verifies the key, SUM is the start of the SHA-256 of everything
//! else. Together they distinguish damage from a wrong key before anything is decrypted. Bytes are
//! in lower-case hexadecimal digits. The associated data of the encryption is the line without SUM,
//! then the account: each of its three parts after its length.

use std::{borrow::Cow, path::Path, sync::Arc};

use auth_core::{AccountKey, Error, SecretBytes};
use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    cost::KdfCost,
    keys::{Keys, Origin, SealingKey, random},
    neighbours,
    stack::cleared,
};
use crate::fs::{account_files::Format, errors, file_names};

const MAGIC: &str = "keystore-sealed ";
const VERSION: &str = "1 ";

/// More bytes than the longest line.
const LONGEST_LINE: usize = 256;
const TAG: usize = 16;

#[derive(Clone)]
pub(super) struct SealedFormat {
    keys: Arc<Keys>,
    /// Where other processes save.
    folder: Option<Arc<Path>>,
}

impl SealedFormat {
    pub(super) fn new(keys: Arc<Keys>) -> Self {
        Self { keys, folder: None }
    }

    /// Takes the salt of the files in this folder, if the first save comes before the first load.
    pub(super) fn with_folder(mut self, folder: &Arc<Path>) -> Self {
        self.folder = Some(Arc::clone(folder));
        self
    }

    #[cfg(test)]
    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(super) fn open(&self, account: &AccountKey, bytes: &[u8]) -> Result<SecretBytes, Problem> {
        let (line, body) = split(bytes)?;
        let head = Head::parse(line)?;
        if let Origin::Argon2id { cost, .. } = head.origin {
            if !self.keys.allows(&cost) {
                return Err(Problem::TooCostly(cost));
            }
        }
        let key = self.keys.of(head.origin).map_err(Problem::Failed)?;
        let key = key.ok_or(Problem::OtherKind(head.origin))?;
        if key.check != head.check {
            return Err(Problem::OtherKey(head.origin));
        }
        let mut record = body.to_vec();
        let (nonce, associated) = (XNonce::from(head.nonce), associated(line, account));
        let decrypt = || cipher(&key).decrypt_in_place(&nonce, &associated, &mut record);
        cleared(decrypt).map_err(|_| Problem::OtherAccount)?;
        Ok(SecretBytes::new(record))
    }

    pub(super) fn seal(&self, key: &AccountKey, record: &SecretBytes) -> Result<Vec<u8>, Error> {
        let sealing = self.keys.for_sealing(|cost| match &self.folder {
            Some(folder) => neighbours::keys(folder, cost),
            None => Vec::new(),
        })?;
        let head = Head {
            origin: sealing.origin,
            check: sealing.check,
            nonce: random()?,
        };
        let line = head.line();
        // With room for the tag, so that the buffer is never reallocated and leaves no copy behind.
        let mut body = Zeroizing::new(Vec::with_capacity(record.len() + TAG));
        body.extend_from_slice(record.as_ref());
        let (nonce, associated) = (XNonce::from(head.nonce), associated(&line, key));
        let encrypt = || cipher(&sealing).encrypt_in_place(&nonce, &associated, &mut *body);
        cleared(encrypt).expect("a token record is under the cipher's limit of 256 GiB");
        let mut file = format!("{line} {}\n", sum(&line, &body)).into_bytes();
        file.extend_from_slice(&body);
        Ok(file)
    }
}

impl Format for SealedFormat {
    fn file_name(&self, stem: &str) -> String {
        file_names::sealed(stem)
    }

    fn write<'a>(&self, key: &AccountKey, record: &'a SecretBytes) -> Result<Cow<'a, [u8]>, Error> {
        self.seal(key, record).map(Cow::Owned)
    }

    fn read(
        &self,
        key: &AccountKey,
        path: &Path,
        bytes: SecretBytes,
    ) -> Result<SecretBytes, Error> {
        self.open(key, bytes.as_ref())
            .map_err(|problem| problem.at(path))
    }
}

/// The header line without its sum.
#[derive(Debug, PartialEq)]
pub(super) struct Head {
    pub(super) origin: Origin,
    pub(super) check: [u8; 16],
    nonce: [u8; 24],
}

impl Head {
    fn line(&self) -> String {
        let origin = match &self.origin {
            Origin::Raw => "key".to_owned(),
            Origin::Argon2id { cost, salt } => format!(
                "argon2id,{},{},{},{}",
                cost.memory_kib,
                cost.passes,
                cost.lanes,
                hex(salt)
            ),
        };
        let (check, nonce) = (hex(&self.check), hex(&self.nonce));
        format!("{MAGIC}{VERSION}{origin} {check} {nonce}")
    }

    /// Returns the header of a file, unless that is foreign or damaged.
    pub(super) fn of(file: &[u8]) -> Option<Self> {
        split(file).and_then(|(line, _)| Self::parse(line)).ok()
    }

    /// Takes exactly what [`line`](Self::line) writes.
    fn parse(line: &str) -> Result<Self, Problem> {
        line.strip_prefix(MAGIC)
            .and_then(|rest| rest.strip_prefix(VERSION))
            .and_then(Self::fields)
            .filter(|head| head.line() == line)
            .ok_or(Problem::OtherVersion)
    }

    fn fields(fields: &str) -> Option<Self> {
        let mut fields = fields.split(' ');
        let origin = match fields.next()?.split(',').collect::<Vec<_>>()[..] {
            ["key"] => Origin::Raw,
            ["argon2id", memory, passes, lanes, salt] => {
                let cost = KdfCost {
                    memory_kib: memory.parse().ok()?,
                    passes: passes.parse().ok()?,
                    lanes: lanes.parse().ok()?,
                };
                let salt = unhex(salt)?;
                cost.is_sound().then_some(Origin::Argon2id { cost, salt })?
            }
            _ => return None,
        };
        Some(Self {
            origin,
            check: unhex(fields.next()?)?,
            nonce: unhex(fields.next()?)?,
        })
    }
}

/// Why a file cannot be decrypted.
#[derive(Debug)]
pub(super) enum Problem {
    Foreign,
    OtherVersion,
    Damaged,
    OtherKind(Origin),
    OtherKey(Origin),
    /// The file demands this cost.
    TooCostly(KdfCost),
    OtherAccount,
    Failed(Error),
}

impl Problem {
    fn at(self, path: &Path) -> Error {
        let (problem, help) = match self.explain("or log in again, which keeps this file as .bad") {
            Ok(explained) => explained,
            Err(error) => return error,
        };
        errors::rejected(path, problem, help)
    }

    /// Returns what is wrong and what helps; `log_in` is the last resort.
    pub(super) fn explain(self, log_in: &str) -> Result<(&'static str, String), Error> {
        Ok(match self {
            Self::Foreign => (
                "is not an encrypted token record",
                "move it away and log in again".to_owned(),
            ),
            Self::OtherVersion => (
                "has a format that this version does not know",
                format!("use the newer version of the program that wrote it; {log_in}"),
            ),
            Self::Damaged => (
                "is damaged: it was cut short or changed",
                format!("restore it from a backup; {log_in}"),
            ),
            Self::OtherKind(Origin::Raw) => (
                "was encrypted with a key, but the store has a passphrase",
                format!("open the store with that key; {log_in}"),
            ),
            Self::OtherKind(Origin::Argon2id { .. }) => (
                "was encrypted with a passphrase, but the store has a key",
                format!("open the store with that passphrase; {log_in}"),
            ),
            Self::OtherKey(Origin::Raw) => (
                "was encrypted with another key",
                format!("open the store with that key; {log_in}"),
            ),
            Self::OtherKey(Origin::Argon2id { .. }) => (
                "was encrypted with another passphrase",
                format!("open the store with that passphrase; {log_in}"),
            ),
            Self::TooCostly(cost) => (
                "demands far more memory or time for its key than this store's own files",
                format!(
                    "if your program wrote it, open the store with KdfCost::new({}, {}, {}); {log_in}",
                    cost.memory_kib, cost.passes, cost.lanes
                ),
            ),
            Self::OtherAccount => (
                "was encrypted for another account, or tampered with",
                format!("restore the account's own file; {log_in}"),
            ),
            Self::Failed(error) => return Err(error),
        })
    }

    /// Returns whether another key may open it.
    pub(super) fn is_of_another_key(&self) -> bool {
        matches!(
            self,
            Self::OtherKind(_) | Self::OtherKey(_) | Self::TooCostly(_)
        )
    }
}

/// Splits a file into the line without its sum, and the encrypted bytes. Verifies the sum.
fn split(bytes: &[u8]) -> Result<(&str, &[u8]), Problem> {
    let rest = bytes.strip_prefix(MAGIC.as_bytes());
    if !rest
        .ok_or(Problem::Foreign)?
        .starts_with(VERSION.as_bytes())
    {
        return Err(Problem::OtherVersion); // its line may have another format
    }
    let end = bytes
        .iter()
        .take(LONGEST_LINE)
        .position(|byte| *byte == b'\n');
    let (line, body) = bytes.split_at(end.ok_or(Problem::Damaged)?);
    let line = std::str::from_utf8(line).map_err(|_| Problem::Damaged)?;
    let (line, found) = line.rsplit_once(' ').ok_or(Problem::Damaged)?;
    let body = &body[1..];
    if found != sum(line, body) || body.len() < TAG {
        return Err(Problem::Damaged);
    }
    Ok((line, body))
}

fn sum(line: &str, body: &[u8]) -> String {
    let digest = Sha256::new()
        .chain_update(line)
        .chain_update(b"\n")
        .chain_update(body)
        .finalize();
    hex(&digest[..8])
}

fn associated(line: &str, account: &AccountKey) -> Vec<u8> {
    let mut data = Vec::new();
    for part in [
        line,
        account.service(),
        account.client_id(),
        account.account(),
    ] {
        data.extend_from_slice(&(part.len() as u64).to_le_bytes());
        data.extend_from_slice(part.as_bytes());
    }
    data
}

fn cipher(key: &SealingKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*key.key).into())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encrypted::EncryptionKey;

    fn sealed() -> SealedFormat {
        let key = EncryptionKey::from_text("ab".repeat(32)).unwrap();
        SealedFormat::new(Arc::new(Keys::new(key)))
    }

    /// Returns the error for a file with this line and the right sum.
    fn refusal(line: &str) -> String {
        let body = [7; 40];
        let mut file = format!("{line} {}\n", sum(line, &body)).into_bytes();
        file.extend_from_slice(&body);
        let path = Path::new("/x.sealed");
        let account = AccountKey::new("s", "c", "a");
        let read = sealed().read(&account, path, SecretBytes::new(file));
        read.unwrap_err().to_string()
    }

    #[test]
    fn only_the_canonical_line_is_accepted() {
        let check = |origin: &str, check: &str, expect: &str| {
            let line = format!("keystore-sealed {origin} {check} {}", "0".repeat(48));
            let error = refusal(&line);
            assert!(error.contains(expect), "{line}: {error}");
        };
        let (zeros, unknown) = ("0".repeat(32), "does not know");
        let argon = |cost: &str| format!("1 argon2id,{cost},{zeros}");
        check("1 key", &zeros, "another key");
        check(&argon("65536,3,4"), &zeros, "with a passphrase, but");
        check(&argon("1048577,3,4"), &zeros, unknown);
        check(&argon("65536,65,4"), &zeros, unknown);
        check(&argon("065536,3,4"), &zeros, unknown);
        check(&argon("+65536,3,4"), &zeros, unknown);
        check(&argon("65536,3"), &zeros, unknown);
        check(&argon("65536,3,-4"), &zeros, unknown);
        check("1 argon2i,65536,3,4", &zeros, unknown);
        check("1 key", &zeros.replace("00", "0A"), unknown);
        check("1 key", &(zeros.clone() + "00"), unknown);
        check("1 key", "é", unknown);
        check("1 key ", &zeros, unknown);
        check("2 key", &zeros, unknown);
        check("10 key", &zeros, unknown);
        assert!(refusal("keystore-sealed 1").contains("does not know"));
        assert!(refusal("another program's").contains("is not an encrypted token record"));
    }

    #[test]
    fn the_longest_line_fits() {
        let cost = KdfCost::new(1 << 20, 64, 64).unwrap();
        let origin = Origin::Argon2id {
            cost,
            salt: [255; 16],
        };
        let head = Head {
            origin,
            check: [255; 16],
            nonce: [255; 24],
        };
        let line = head.line();
        assert_eq!(Head::parse(&line).unwrap(), head);
        assert!(line.len() + 18 < LONGEST_LINE, "{}", line.len());
    }

    #[test]
    fn a_planted_file_of_the_highest_cost_is_rejected_before_anything_is_derived() {
        let cost = KdfCost::new(8, 1, 1).unwrap();
        let key = EncryptionKey::from_passphrase("phrase").unwrap();
        let format = SealedFormat::new(Arc::new(Keys::new(key.with_cost(cost))));
        let planted = |cost: KdfCost| {
            let origin = Origin::Argon2id {
                cost,
                salt: [1; 16],
            };
            let (check, nonce) = ([2; 16], [3; 24]);
            let line = Head {
                origin,
                check,
                nonce,
            }
            .line();
            let body = [0; 64];
            [format!("{line} {}\n", sum(&line, &body)).as_bytes(), &body].concat()
        };
        let account = AccountKey::new("a", "b", "c");
        let found = format.open(&account, &planted(KdfCost::new(1 << 20, 64, 1).unwrap()));
        let Err(problem @ Problem::TooCostly(_)) = found else {
            panic!("{found:?}");
        };
        let error = problem.at(Path::new("planted.sealed"));
        let text = error.to_string();
        for words in ["planted.sealed", "KdfCost::new(1048576, 64, 1)", "log in"] {
            assert!(text.contains(words), "{text}");
        }
        // One of a modest cost is tried, and is of another passphrase.
        let found = format.open(&account, &planted(KdfCost::new(16, 1, 1).unwrap()));
        assert!(matches!(found, Err(Problem::OtherKey(_))), "{found:?}");
    }
}
