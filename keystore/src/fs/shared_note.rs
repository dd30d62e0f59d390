//! A small text beside the token records that all programs share, for rate limits. It contains no
//! secret, and it may be lost.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use auth_core::{Error, ErrorKind};

use super::{
    busy,
    errors::{self, Doing},
    file_names,
    lock::FileLock,
    platform,
};

/// The longest note, in bytes. A longer one is not ours and counts as empty.
const LONGEST: u64 = 256 << 10;

/// How long to wait for another program's change, as over an engine. It reads and writes a few hundred
/// bytes, but a busy disk or machine may stop for a while, and a program that gives up counts alone.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// Changes the note under its lock. Replaces it as a whole, but does not sync it to disk.
pub(crate) fn change(
    folder: &Path,
    note: &str,
    change: &mut dyn FnMut(&str) -> String,
) -> Result<(), Error> {
    let stem = file_names::note(note);
    let lock = take_lock(&folder.join(file_names::lock(&stem)))?;
    let path = folder.join(format!("{stem}.txt"));
    let old = match fs::metadata(&path) {
        Ok(metadata) if metadata.is_file() && metadata.len() <= LONGEST => {
            // One that cannot be read begins anew. If that cannot be written, it is an error.
            fs::read_to_string(&path).unwrap_or_default()
        }
        _ => String::new(),
    };
    let new = change(&old);
    let temporary = folder.join(file_names::temporary(&stem));
    let written = write(&temporary, &new).and_then(|()| busy::rename(&temporary, &path));
    drop(lock);
    written.map_err(|source| {
        let _: io::Result<()> = fs::remove_file(&temporary);
        errors::failed(Doing::Saving, &path, source)
    })
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    platform::make_private(&mut options);
    options.open(path)?.write_all(text.as_bytes())
}

fn take_lock(path: &Path) -> Result<FileLock, Error> {
    let end = Instant::now() + MAX_WAIT;
    loop {
        if let Some(lock) = FileLock::try_take(path)? {
            return Ok(lock);
        }
        if Instant::now() >= end {
            let what = format!("another program has locked {}", path.display());
            return Err(Error::new(ErrorKind::TimedOut, what).with_help("try again"));
        }
        thread::sleep(Duration::from_millis(2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_threads_count_to_eight_hundred() {
        let folder = tempfile::tempdir().unwrap();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let mut add =
                            |text: &str| (text.parse::<u32>().unwrap_or(0) + 1).to_string();
                        while change(folder.path(), "pace-x", &mut add).is_err() {}
                    }
                });
            }
        });
        let mut found = String::new();
        change(folder.path(), "pace-x", &mut |text| {
            found = text.to_owned();
            String::new()
        })
        .unwrap();
        assert_eq!(found, "800");
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(names.len(), 2, "the note and its lock: {names:?}");
    }

    #[test]
    fn a_change_that_takes_another_program_a_second_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        thread::scope(|scope| {
            let (began, has_begun) = std::sync::mpsc::channel();
            let folder = folder.path();
            scope.spawn(move || {
                change(folder, "pace-x", &mut |_| {
                    began.send(()).unwrap();
                    thread::sleep(Duration::from_secs(1));
                    "1".to_owned()
                })
                .unwrap();
            });
            has_begun.recv().unwrap();
            let mut found = String::new();
            change(folder, "pace-x", &mut |text| {
                found = text.to_owned();
                "2".to_owned()
            })
            .unwrap();
            assert_eq!(found, "1");
        });
    }

    #[test]
    fn the_temporary_note_of_a_killed_program_is_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(file_names::temporary("note+pace-x"));
        fs::write(&left, vec![b'x'; 4096]).unwrap();
        change(folder.path(), "pace-x", &mut |_| "new".to_owned()).unwrap();
        assert!(!left.exists());
        let note = folder.path().join("note+pace-x.txt");
        assert_eq!(fs::read(note).unwrap(), b"new");
    }

    #[test]
    fn foreign_content_counts_as_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note+pace-x.txt");
        let check = |content: &[u8], expect: &str| {
            fs::write(&path, content).unwrap();
            let mut found = None;
            change(folder.path(), "pace-x", &mut |text| {
                found = Some(text.to_owned());
                "new".to_owned()
            })
            .unwrap();
            assert_eq!(found.as_deref(), Some(expect));
            assert_eq!(fs::read(&path).unwrap(), b"new");
        };
        check(b"old", "old");
        check(b"\xff\xfe", "");
        check(&vec![b'x'; 300 << 10], "");
    }
}
