//! How a database names an account.

use auth_core::AccountKey;
use sha2::{Digest, Sha256};

use super::digits;

/// An account as a database knows it. The digest has one length whatever the names contain; the
/// names are for operators that read the tables.
#[derive(Clone)]
pub(super) struct Id {
    pub(super) digest: [u8; 32],
    pub(super) key: AccountKey,
}

impl Id {
    pub(super) fn of(key: &AccountKey) -> Self {
        let mut digest = Sha256::new();
        for part in [key.service(), key.client_id(), key.account()] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Self {
            digest: digest.finalize().into(),
            key: key.clone(),
        }
    }

    /// Returns the digest as text.
    pub(super) fn digits(&self) -> String {
        digits(&self.digest)
    }

    /// Returns the account with these [`names`](Self::names) and this digest. `None` if the names
    /// are not its own.
    pub(super) fn account(digest: &[u8], names: [&str; 3]) -> Option<AccountKey> {
        let key = |[service, client_id, account]: [&str; 3]| {
            let key = AccountKey::new(service, client_id, account);
            (Self::of(&key).digest == digest).then_some(key)
        };
        key(names).or_else(|| {
            let nul = names.map(|name| name.replace('\u{fffd}', "\0"));
            key([&nul[0], &nul[1], &nul[2]])
        })
    }

    /// The three names, for people: a text of PostgreSQL cannot contain a NUL.
    pub(super) fn names(&self) -> [String; 3] {
        let key = &self.key;
        [key.service(), key.client_id(), key.account()].map(|name| name.replace('\0', "\u{fffd}"))
    }
}
