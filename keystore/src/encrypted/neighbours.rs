//! The keys that the other files of a folder were encrypted with.

use std::{fs, path::Path};

use super::{
    cost::KdfCost,
    keys::{Origin, OtherKey},
    sealed::Head,
};
use crate::fs::{file_names, private_file};

/// How many files are read: those after them rarely have a salt of their own.
const FILES: usize = 64;

/// Returns what the files say of their keys that were derived at this cost, each once. In the order
/// of the files' names, so that processes choose the same one. Leaves out what cannot be read.
pub(super) fn keys(folder: &Path, cost: KdfCost) -> Vec<OtherKey> {
    let ending = file_names::sealed("");
    let mut names: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(&ending))
        .collect();
    names.sort_unstable();
    let mut keys = Vec::new();
    for name in names.into_iter().take(FILES) {
        let Ok(Some(bytes)) = private_file::read(&folder.join(name)) else {
            continue;
        };
        match Head::of(bytes.as_ref()) {
            Some(Head {
                origin: Origin::Argon2id { cost: found, salt },
                check,
                ..
            }) if found == cost => {
                let key = OtherKey { salt, check };
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            _ => {}
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use auth_core::{AccountKey, Error, SecretBytes, Store};

    use crate::{
        Encrypted, EncryptionKey,
        encrypted::{KdfCost, keys::Keys},
    };

    fn key(phrase: &str, memory_kib: u32) -> EncryptionKey {
        let cost = KdfCost::new(memory_kib, 1, 1).unwrap();
        EncryptionKey::from_passphrase(phrase)
            .unwrap()
            .with_cost(cost)
    }

    fn account(number: usize) -> AccountKey {
        AccountKey::new("service", "client", &format!("account-{number}"))
    }

    fn save(store: &Encrypted, number: usize) -> Result<(), Error> {
        let lease = store.try_lease(&account(number))?.expect("it is free");
        store.save(&lease, &SecretBytes::new(b"a record".to_vec()))
    }

    /// Counts the keys that this handle has derived, as a process of its own would.
    fn derivations(store: &Encrypted) -> usize {
        let keys: &Keys = store.sealed.format().keys();
        keys.derivations()
    }

    #[test]
    fn ten_processes_write_files_that_one_derivation_opens() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Encrypted::open(folder.path(), key("phrase", 8)).unwrap();
        for number in 0..10 {
            let writer = open();
            save(&writer, number).unwrap();
            assert_eq!(derivations(&writer), 1, "account {number}");
        }
        let reader = open();
        for number in 0..10 {
            assert!(reader.load(&account(number)).unwrap().is_some());
        }
        assert_eq!(derivations(&reader), 1);
    }

    #[test]
    fn other_costs_other_passphrases_and_damage_do_not_prevent_a_save() {
        let folder = tempfile::tempdir().unwrap();
        let open = |key| Encrypted::open(folder.path(), key).unwrap();
        save(&open(key("phrase", 16)), 0).unwrap();
        save(&open(key("another", 8)), 1).unwrap();
        save(&open(key("phrase", 8)), 2).unwrap();
        std::fs::write(folder.path().join("a.sealed"), "keystore-sealed 1 ").unwrap();
        std::fs::create_dir(folder.path().join("b.sealed")).unwrap();

        let writer = open(key("phrase", 8));
        save(&writer, 3).unwrap();
        assert_eq!(
            derivations(&writer),
            2,
            "the other passphrase, then its own"
        );
        writer.load(&account(2)).unwrap();
        assert_eq!(derivations(&writer), 2, "of the same salt");

        let raw = open(EncryptionKey::from_text("ab".repeat(32)).unwrap());
        save(&raw, 4).unwrap();
        assert_eq!(derivations(&raw), 1, "the key itself");
    }
}
