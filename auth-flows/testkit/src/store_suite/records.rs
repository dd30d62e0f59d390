//! Cases: what is saved is loaded, as a whole, until it is replaced or removed.

use auth_core::SecretBytes;

use super::{
    Case, MARK, Outcome, StoreSuite, ensure, holds, key, lease, numbered, of_size, remove, save,
    text,
};

/// The case that needs [`StoreSuite::with_foreign_content`].
pub(super) const FOREIGN: &str =
    "foreign content is an error or no token record, and a save replaces it";

/// How often something foreign is put: it may be of several kinds.
const FOREIGN_ROUNDS: u64 = 4;

pub(super) const CASES: &[Case] = &[
    ("an account without a record has none", |suite| {
        holds(&*suite.open(), &key("nothing was saved"), None)
    }),
    ("a save replaces the record as a whole", |suite| {
        let (store, key) = (suite.open(), key("replaced"));
        for repeated in [1, 500, 3] {
            let record = numbered(repeated as u64, repeated);
            save(&*store, &key, &record)?;
            holds(&*store, &key, Some(&record))?;
            holds(&*suite.open(), &key, Some(&record))?;
        }
        remove(&*store, &key)
    }),
    ("a record outlives the program that saved it", |suite| {
        let (key, record) = (key("outlives"), numbered(1, 9));
        let store = suite.open();
        let other = suite.open(); // a store in memory ends with its last handle
        save(&*store, &key, &record)?;
        drop(store);
        holds(&*suite.open(), &key, Some(&record))?;
        remove(&*other, &key)
    }),
    (
        "a removed record is gone, and removing none succeeds",
        |suite| {
            let (store, key) = (suite.open(), key("removed"));
            remove(&*store, &key)?;
            save(&*store, &key, &numbered(1, 1))?;
            remove(&*suite.open(), &key)?;
            remove(&*store, &key)?;
            holds(&*store, &key, None)?;
            holds(&*suite.open(), &key, None)
        },
    ),
    ("records of up to 1 MB come back unchanged", sizes),
    ("a record of any bytes comes back unchanged", any_bytes),
    (FOREIGN, foreign_content),
    ("a description is short and shows no secret", |suite| {
        let (store, key) = (suite.open(), key("described"));
        save(&*store, &key, &numbered(1, 1))?;
        let description = store.describe();
        ensure!(!description.trim().is_empty(), "it is empty");
        ensure!(!description.contains(MARK), "it shows a token");
        ensure!(!description.contains('\n'), "it has lines: {description}");
        remove(&*store, &key)
    }),
    ("a store that can be used is healthy", |suite| {
        suite.open().health().map_err(text)
    }),
];

fn sizes(suite: &StoreSuite<'_>) -> Outcome {
    let (store, key) = (suite.open(), key("sizes"));
    // Around the limits of keyrings (2,560 bytes), of pages and of buffers.
    let around = [1280, 2560, 4096, 8192, 65_536].map(|size| [size - 1, size, size + 1]);
    let sizes = around
        .into_iter()
        .flatten()
        .chain([500_000, 1_000_000, 400]);
    for size in sizes {
        let record = of_size(size);
        save(&*store, &key, &record).map_err(|why| format!("{size} bytes: {why:#}"))?;
        holds(&*suite.open(), &key, Some(&record))?;
    }
    remove(&*store, &key)
}

/// A store around this one saves cipher text. Each record is removed, because a store may keep
/// text that it cannot read as a token record aside when another one replaces it.
fn any_bytes(suite: &StoreSuite<'_>) -> Outcome {
    let (store, key) = (suite.open(), key("any bytes"));
    let all: Vec<u8> = (0..=u8::MAX).rev().collect();
    for bytes in [
        all,
        vec![0; 40],
        vec![0xff; 40],
        b"\xef\xbb\xbf\r\n".to_vec(),
    ] {
        let record = SecretBytes::new(bytes);
        save(&*store, &key, &record)?;
        holds(&*suite.open(), &key, Some(&record))?;
        remove(&*store, &key)?;
    }
    Ok(())
}

fn foreign_content(suite: &StoreSuite<'_>) -> Outcome {
    let Some(put) = &suite.foreign_content else {
        return Ok(());
    };
    let (store, here, beside) = (suite.open(), key("foreign"), key("beside foreign"));
    save(&*store, &beside, &numbered(1, 1))?;
    save(&*store, &here, &numbered(2, 1))?;
    for round in 3..3 + FOREIGN_ROUNDS {
        put(&here);
        match store.load(&here) {
            Err(error) => drop(text(error)),
            // A login would silently replace it.
            Ok(None) => return Err("it counts as no record".to_owned()),
            Ok(Some(bytes)) => {
                let parsed = auth_core::TokenRecord::from_text(bytes.as_ref());
                ensure!(parsed.is_err(), "it counts as a token record");
            }
        }
        let lease = lease(&*store, &here)?;
        let record = numbered(round, 1);
        store.save(&lease, &record).map_err(text)?;
        holds(&*suite.open(), &here, Some(&record))?;
    }
    holds(&*store, &beside, Some(&numbered(1, 1)))?;
    remove(&*store, &here)?;
    remove(&*store, &beside)
}
