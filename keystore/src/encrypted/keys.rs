//! The keys derived from one passphrase: one for each salt, derived once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use auth_core::{Error, ErrorKind, ExposeSecret, SecretText};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::{
    cost::KdfCost,
    key::{EncryptionKey, Source},
};

/// The origin of a key, as each encrypted file names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// From a passphrase.
    Argon2id { cost: KdfCost, salt: [u8; 16] },
    /// The program's own 32 bytes.
    Raw,
}

/// A key that encrypts and decrypts.
pub(super) struct SealingKey {
    pub(super) origin: Origin,
    pub(super) key: Zeroizing<[u8; 32]>,
    /// Distinguishes a wrong passphrase from a damaged file. It does not make guessing easier: a
    /// guess can be tried on the encrypted bytes as well.
    pub(super) check: [u8; 16],
}

/// What a record of another process says of its key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OtherKey {
    pub(super) salt: [u8; 16],
    pub(super) check: [u8; 16],
}

/// How many salts of others are tried before a new one is drawn: each that is of another passphrase
/// costs a derivation.
const OTHERS: usize = 2;

/// The program's passphrase or key, and the keys derived from it.
pub(super) struct Keys {
    source: Source,
    /// In the order of their last use, the latest at the end.
    derived: Mutex<Vec<Arc<SealingKey>>>,
}

impl Keys {
    pub(super) fn new(key: EncryptionKey) -> Self {
        let derived = match &key.source {
            Source::Passphrase(..) => Vec::new(),
            Source::Raw(key) => vec![Arc::new(SealingKey {
                origin: Origin::Raw,
                key: key.clone(),
                check: digest(key),
            })],
        };
        Self {
            source: key.source,
            derived: Mutex::new(derived),
        }
    }

    /// Returns the key for the next save.
    ///
    /// It is the last used key with the current cost, usually the one that decrypted the previous
    /// token record. If there is none, it is the one of a record that another process has saved, as
    /// `others` finds it for a cost. So processes that share a directory use one salt and do not
    /// derive a key for each other's token records. A shared key is safe because nonces are random.
    pub(super) fn for_sealing(
        &self,
        others: impl FnOnce(KdfCost) -> Vec<OtherKey>,
    ) -> Result<Arc<SealingKey>, Error> {
        let mut derived = self.derived();
        let last = match &self.source {
            Source::Raw(_) => derived.last(),
            Source::Passphrase(_, current) => derived.iter().rfind(
                |key| matches!(&key.origin, Origin::Argon2id { cost, .. } if cost == current),
            ),
        };
        if let Some(key) = last {
            return Ok(Arc::clone(key));
        }
        let Source::Passphrase(passphrase, cost) = &self.source else {
            return Err(Error::new(
                ErrorKind::Store,
                "the encrypted store has no key",
            ));
        };
        for other in others(*cost).into_iter().take(OTHERS) {
            let key = Arc::new(derive(passphrase, *cost, other.salt)?);
            derived.push(Arc::clone(&key));
            // Only a holder of the passphrase knows the check: a salt that was planted, perhaps
            // with keys computed ahead for it, is not used.
            if key.check == other.check {
                return Ok(key);
            }
        }
        let key = Arc::new(derive(passphrase, *cost, random()?)?);
        derived.push(Arc::clone(&key));
        Ok(key)
    }

    /// Returns whether a file may demand this cost of the passphrase.
    pub(super) fn allows(&self, cost: &KdfCost) -> bool {
        match &self.source {
            Source::Passphrase(_, own) => own.opens(cost),
            Source::Raw(_) => true, // nothing is derived
        }
    }

    /// Returns the key of this origin. `None` if the origin is a passphrase and the program has a
    /// key, or the reverse.
    pub(super) fn of(&self, origin: Origin) -> Result<Option<Arc<SealingKey>>, Error> {
        let mut derived = self.derived();
        if let Some(at) = derived.iter().position(|key| key.origin == origin) {
            let key = derived.remove(at);
            derived.push(Arc::clone(&key));
            return Ok(Some(key));
        }
        match (&self.source, origin) {
            (Source::Passphrase(passphrase, _), Origin::Argon2id { cost, salt }) => {
                // Under the lock, so that another thread waits for this key and does not derive it
                // too.
                let key = Arc::new(derive(passphrase, cost, salt)?);
                derived.push(Arc::clone(&key));
                Ok(Some(key))
            }
            _ => Ok(None),
        }
    }

    /// Returns how many keys were derived so far.
    #[cfg(test)]
    pub(super) fn derivations(&self) -> usize {
        self.derived().len()
    }

    fn derived(&self) -> MutexGuard<'_, Vec<Arc<SealingKey>>> {
        // A key is added when it is complete: a panic elsewhere leaves the list consistent.
        self.derived.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns random bytes, for a salt or a nonce.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|source| {
        Error::new(ErrorKind::Store, "the system returned no random bytes").with_source(source)
    })?;
    Ok(bytes)
}

/// Derives a key with Argon2id version 1.3 (RFC 9106): 32 bytes are the key, the next 16 its check.
fn derive(passphrase: &SecretText, cost: KdfCost, salt: [u8; 16]) -> Result<SealingKey, Error> {
    let failed = |why: String| {
        Error::new(
            ErrorKind::Store,
            format!(
                "cannot derive a key from the passphrase with {} KiB of memory",
                cost.memory_kib
            ),
        )
        .with_source(why)
        .with_help("give the program more memory, or use a smaller KdfCost")
    };
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(48))
        .map_err(|error| failed(error.to_string()))?;
    let mut memory = Vec::new();
    memory
        .try_reserve_exact(params.block_count())
        .map_err(|error| failed(error.to_string()))?;
    memory.resize(params.block_count(), Block::new());
    let mut out = Zeroizing::new([0; 48]);
    let result = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(
            passphrase.expose_secret().as_bytes(),
            &salt,
            &mut out[..],
            &mut memory[..],
        );
    memory.iter_mut().for_each(Zeroize::zeroize); // the key can be computed from it
    result.map_err(|error| failed(error.to_string()))?;
    let mut key = Zeroizing::new([0; 32]);
    let mut check = [0; 16];
    key.copy_from_slice(&out[..32]);
    check.copy_from_slice(&out[32..]);
    let origin = Origin::Argon2id { cost, salt };
    Ok(SealingKey { origin, key, check })
}

fn digest(key: &[u8; 32]) -> [u8; 16] {
    let digest = Sha256::new()
        .chain_update(b"keystore-sealed check of a given key\n")
        .chain_update(key)
        .finalize();
    let mut check = [0; 16];
    check.copy_from_slice(&digest[..16]);
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(memory_kib: u32) -> Keys {
        let cost = KdfCost::new(memory_kib, 1, 1).unwrap();
        Keys::new(
            EncryptionKey::from_passphrase("phrase")
                .unwrap()
                .with_cost(cost),
        )
    }

    fn alone(_: KdfCost) -> Vec<OtherKey> {
        Vec::new()
    }

    fn salt(key: &SealingKey) -> [u8; 16] {
        match key.origin {
            Origin::Argon2id { salt, .. } => salt,
            Origin::Raw => panic!("of a passphrase"),
        }
    }

    #[test]
    fn a_key_is_derived_once_for_each_salt() {
        let keys = keys(8);
        let own = keys.for_sealing(alone).unwrap();
        for _ in 0..3 {
            assert!(Arc::ptr_eq(&own, &keys.for_sealing(alone).unwrap()));
            let again = keys.of(own.origin).unwrap().unwrap();
            assert!(Arc::ptr_eq(&own, &again));
        }
        assert_eq!(keys.derived().len(), 1);
    }

    #[test]
    fn a_save_uses_the_key_of_the_last_load() {
        let (one, other) = (keys(8), keys(8));
        let (first, second) = (
            one.for_sealing(alone).unwrap(),
            other.for_sealing(alone).unwrap(),
        );
        assert_ne!(salt(&first), salt(&second), "drawn at random");
        assert_ne!(first.key[..], second.key[..]);
        let opened = one.of(second.origin).unwrap().unwrap();
        assert!(opened.key == second.key && opened.check == second.check);
        assert_eq!(salt(&one.for_sealing(alone).unwrap()), salt(&second));
        one.of(first.origin).unwrap();
        assert_eq!(salt(&one.for_sealing(alone).unwrap()), salt(&first));
    }

    #[test]
    fn the_first_save_takes_a_salt_whose_check_it_can_confirm() {
        let own = keys(8).for_sealing(alone).unwrap();
        let of = |salt, check| OtherKey { salt, check };
        let good = || of(salt(&own), own.check);
        let planted = |byte| of([byte; 16], [0; 16]);
        let check = |others: Vec<OtherKey>, takes: bool, derivations| {
            let keys = keys(8);
            let found = keys.for_sealing(|_| others).unwrap();
            assert_eq!(salt(&found) == salt(&own), takes);
            assert!(found.check != [0; 16] && salt(&found)[..2] != [7; 2]);
            assert_eq!(keys.derivations(), derivations);
            let again = keys.for_sealing(|_| panic!("it has one")).unwrap();
            assert!(Arc::ptr_eq(&found, &again));
        };
        check(vec![good()], true, 1);
        check(vec![planted(7), good()], true, 2);
        check(vec![planted(7)], false, 2);
        check(vec![planted(7), planted(8), good()], false, 3);
    }

    #[test]
    fn a_raised_cost_opens_old_files_and_applies_to_new_ones() {
        let (old, new) = (keys(8), keys(16));
        let sealed = old.for_sealing(alone).unwrap();
        assert!(new.of(sealed.origin).unwrap().unwrap().key == sealed.key);
        let raised = new.for_sealing(alone).unwrap();
        assert!(matches!(&raised.origin, Origin::Argon2id { cost, .. } if cost.memory_kib == 16));
    }

    #[test]
    fn passphrases_and_keys_are_not_interchangeable() {
        let raw = Keys::new(EncryptionKey::from_text("11".repeat(32)).unwrap());
        let phrase = keys(8);
        assert!(phrase.of(Origin::Raw).unwrap().is_none());
        let origin = phrase.for_sealing(alone).unwrap().origin;
        assert!(raw.of(origin).unwrap().is_none());
        let key = raw.for_sealing(alone).unwrap();
        assert!(*key.key == [0x11; 32] && key.check != [0; 16]);
        let other = Keys::new(EncryptionKey::from_text("12".repeat(32)).unwrap());
        assert_ne!(other.for_sealing(alone).unwrap().check, key.check);
    }

    /// A passphrase must give the same key with every library version. These bytes were computed
    /// with the reference implementation (Python's argon2-cffi).
    #[test]
    fn derived_keys_never_change() {
        let cost = KdfCost::new(64, 2, 2).unwrap();
        let found = derive(&"correct horse".into(), cost, *b"0123456789abcdef").unwrap();
        let hex: String = found
            .key
            .iter()
            .chain(&found.check)
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(
            hex,
            "eeab5a653d65ebeecad8957ae77d8ff7d30a251ccfaf18971f0c65c62e10444046291d2a59e7f2aec2b27eaea96be78b"
        );
    }
}
