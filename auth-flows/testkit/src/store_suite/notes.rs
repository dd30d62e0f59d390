//! Cases: a note is one text for all programs that use the store.

use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;

use auth_core::Store;

use super::{CROWD, Case, Outcome, ensure, text};

/// How far each member of the crowd counts.
pub(super) const STEPS: u64 = 50;

pub(super) const CASES: &[Case] = &[
    (
        "a note begins empty and is the text written last",
        |suite| {
            let note = "store-suite-text";
            if !has_notes(&*suite.open())? {
                return Ok(());
            }
            let long = "0123456789 ä\n".repeat(1000);
            for next in ["one", "", "two\nlines", long.as_str(), "short"] {
                write(&*suite.open(), note, next)?;
                let found = swap(&*suite.open(), note, |old| old.to_owned())?;
                ensure!(
                    found == next,
                    "{} bytes in place of {}",
                    found.len(),
                    next.len()
                );
            }
            write(&*suite.open(), note, "")
        },
    ),
    ("notes with other names are other notes", |suite| {
        let store = suite.open();
        if !has_notes(&*store)? {
            return Ok(());
        }
        let names = [
            "store-suite-a",
            "store-suite-A",
            "store-suite-a/b",
            "store suite ä",
        ];
        for name in names {
            write(&*store, name, name)?;
        }
        for name in names {
            let found = swap(&*suite.open(), name, |_| String::new())?;
            ensure!(found == name, "`{name}` has the text of `{found}`");
        }
        Ok(())
    }),
    ("no change of a note is lost among many threads", |suite| {
        let note = "store-suite-threads";
        if !has_notes(&*suite.open())? {
            return Ok(());
        }
        write(&*suite.open(), note, "")?;
        let failed = thread::scope(|scope| {
            let count = || count(&*suite.open(), note);
            let all: Vec<_> = (0..CROWD).map(|_| scope.spawn(count)).collect();
            let join = |one: thread::ScopedJoinHandle<'_, Outcome>| {
                one.join().unwrap_or_else(|panic| resume_unwind(panic))
            };
            all.into_iter().find_map(|one| join(one).err())
        });
        match failed {
            Some(why) => Err(why),
            None => counted(&*suite.open(), note, CROWD as u64 * STEPS),
        }
    }),
];

/// Whether the store has notes at all. A new one is empty.
pub(super) fn has_notes(store: &dyn Store) -> Result<bool, String> {
    let mut first = None;
    let change = &mut |old: &str| {
        first = Some(old.to_owned());
        String::new()
    };
    let has = store.update_note("store-suite-new", change).map_err(text)?;
    ensure!(
        first.is_some() || !has,
        "it has notes, but did not ask for the new text"
    );
    ensure!(
        first.is_none_or(|first| first.is_empty()),
        "a new note is not empty"
    );
    Ok(has)
}

pub(super) fn write(store: &dyn Store, note: &str, new: &str) -> Outcome {
    swap(store, note, |_| new.to_owned()).map(drop)
}

/// Changes the note and returns the old text. A store may give up waiting for the others; then it
/// is asked again.
fn swap(store: &dyn Store, note: &str, change: impl Fn(&str) -> String) -> Result<String, String> {
    const TRIES: usize = 100;
    for _ in 0..TRIES {
        let mut found = None;
        let outcome = store.update_note(note, &mut |old| {
            found = Some(old.to_owned());
            change(old)
        });
        match outcome {
            Ok(true) => return found.ok_or_else(|| "the new text was not asked for".to_owned()),
            Ok(false) => return Err("it has no notes any more".to_owned()),
            Err(error) if error.is_retryable() => thread::sleep(Duration::from_millis(1)),
            Err(error) => return Err(text(error)),
        }
    }
    Err(format!("no change in {TRIES} tries"))
}

/// Counts in the note.
pub(super) fn count(store: &dyn Store, note: &str) -> Outcome {
    for _ in 0..STEPS {
        swap(store, note, |old| {
            let number: u64 = old.parse().unwrap_or(0);
            (number + 1).to_string()
        })?;
    }
    Ok(())
}

pub(super) fn counted(store: &dyn Store, note: &str, expect: u64) -> Outcome {
    let found = swap(store, note, |_| String::new())?;
    ensure!(
        found == expect.to_string(),
        "`{found}` of {expect} steps are left"
    );
    Ok(())
}
