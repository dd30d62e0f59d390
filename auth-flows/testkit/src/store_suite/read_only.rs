//! Cases: a store that only hands out what the user put there.

use super::{Case, ensure, is_free, key, lease, numbered, text};

pub(super) const CASES: &[Case] = &[
    (
        "a read-only store rejects changes and keeps its content",
        |suite| {
            let (store, own) = (suite.open(), key("read-only"));
            let before = store.load(&own).map_err(text)?;
            let held = lease(&*store, &own)?;
            let rejected = |what: &str, result: Result<(), auth_core::Error>| {
                let error = result.err().ok_or(format!("{what} succeeds"))?;
                ensure!(
                    !error.is_retryable(),
                    "{what} can be tried again: {}",
                    text(error)
                );
                let why = text(error);
                ensure!(!why.starts_with("an error shows"), "{what}: {why}");
                Ok(())
            };
            rejected("a save", store.save(&held, &numbered(1, 1)))?;
            rejected("a removal", store.remove(&held))?;
            let after = suite.open().load(&own).map_err(text)?;
            ensure!(
                before.as_ref().map(AsRef::as_ref) == after.as_ref().map(AsRef::<[u8]>::as_ref),
                "its content changed"
            );
            Ok(())
        },
    ),
    (
        "a read-only store has one lease an account as well",
        |suite| {
            let (store, own) = (suite.open(), key("read-only"));
            let held = lease(&*store, &own)?;
            ensure!(!is_free(&*store, &own)?, "it gives the lease twice");
            ensure!(is_free(&*store, &key("other"))?, "it is another account's");
            drop(held);
            ensure!(is_free(&*store, &own)?, "the lease does not end");
            Ok(())
        },
    ),
];
