//! Files that another program holds open: on Windows they cannot be replaced, removed or opened at
//! that moment.

use std::{fs, io, path::Path, thread, time::Duration};

/// How often an operation is tried, and the pause between.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(10);

/// Renames `from` to `to`, which it replaces atomically.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    patiently(|| fs::rename(from, to))
}

pub(crate) fn remove(path: &Path) -> io::Result<()> {
    patiently(|| fs::remove_file(path))
}

pub(crate) fn open(path: &Path) -> io::Result<fs::File> {
    patiently(|| fs::File::open(path))
}

/// Returns whether the error means, on Windows, that another program may hold the file open.
pub(crate) fn is_busy(error: &io::Error) -> bool {
    cfg!(windows) && is_busy_code(error)
}

/// ERROR_ACCESS_DENIED and ERROR_SHARING_VIOLATION of Windows. A scanner or a backup causes both,
/// and lets go within milliseconds.
fn is_busy_code(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32))
}

fn patiently<T>(attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    retry(is_busy, || thread::sleep(PAUSE), attempt)
}

/// Repeats an attempt while its error is `held`, at most [`TRIES`] times.
fn retry<T>(
    held: impl Fn(&io::Error) -> bool,
    mut pause: impl FnMut(),
    mut attempt: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    for _ in 1..TRIES {
        match attempt() {
            Err(error) if held(&error) => pause(),
            done => return done,
        }
    }
    attempt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_file_is_tried_again_for_a_second() {
        let check = |code: i32, failures: u32, tries: u32, fine: bool| {
            let (mut pauses, mut count) = (0, 0);
            let result = retry(
                is_busy_code,
                || pauses += 1,
                || {
                    count += 1;
                    match count > failures {
                        true => Ok(()),
                        false => Err(io::Error::from_raw_os_error(code)),
                    }
                },
            );
            assert_eq!((count, result.is_ok()), (tries, fine), "{code} {failures}");
            assert_eq!(pauses, tries - 1);
        };
        check(5, 0, 1, true);
        check(5, 3, 4, true);
        check(32, 99, 100, true);
        check(32, 1000, 100, false);
        check(2, 3, 1, false);
        check(112, 3, 1, false);
        assert_eq!(TRIES * PAUSE, Duration::from_secs(1));
    }

    #[test]
    fn elsewhere_nothing_is_busy() {
        assert_eq!(is_busy(&io::Error::from_raw_os_error(5)), cfg!(windows));
    }
}
