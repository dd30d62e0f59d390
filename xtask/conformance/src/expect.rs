//! The checks of a case.

use std::thread;

use auth_core::{Error, ErrorKind};

use super::report::{CheckResult, Failure};

/// Fails unless `holds`.
pub(super) fn ensure(holds: bool, failure: impl Into<String>) -> CheckResult {
    match holds {
        true => Ok(()),
        false => Err(failure.into().into()),
    }
}

/// Fails unless the result is an error of this kind, with all these words in its text.
pub(super) fn expect_error<T: std::fmt::Debug>(
    result: Result<T, Error>,
    kind: ErrorKind,
    words: &[&str],
) -> Result<Error, Failure> {
    let error = match result {
        Ok(value) => return Err(format!("expected an error, got {value:?}").into()),
        Err(error) => error,
    };
    let text = format!("{error:#}");
    let lacking: Vec<_> = words.iter().filter(|word| !text.contains(**word)).collect();
    if error.kind() != kind || !lacking.is_empty() {
        return Err(format!("expected {kind:?} with {lacking:?} in it, got {error:?}").into());
    }
    Ok(error)
}

/// Runs a check for each of these, at the same time.
pub(crate) fn each<T: Send>(all: Vec<T>, check: impl Fn(T) -> CheckResult + Sync) -> CheckResult {
    let check = &check;
    thread::scope(|scope| {
        let all: Vec<_> = all
            .into_iter()
            .map(|one| scope.spawn(move || check(one)))
            .collect();
        for one in all {
            one.join().map_err(|_| "it panicked")??;
        }
        Ok(())
    })
}
