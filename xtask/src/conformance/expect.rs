//! How a case complains.

use auth_core::{Error, ErrorKind};

use super::report::{CheckResult, Failure};

/// Complains unless it holds.
pub(super) fn ensure(holds: bool, complaint: impl Into<String>) -> CheckResult {
    match holds {
        true => Ok(()),
        false => Err(complaint.into().into()),
    }
}

/// Complains unless it failed in this way, with all these words in the error's text.
pub(super) fn expect_error<T: std::fmt::Debug>(
    result: Result<T, Error>,
    kind: ErrorKind,
    words: &[&str],
) -> Result<Error, Failure> {
    let error = match result {
        Ok(value) => return Err(format!("it succeeded: {value:?}").into()),
        Err(error) => error,
    };
    let text = error.to_string();
    let lacking: Vec<_> = words.iter().filter(|word| !text.contains(**word)).collect();
    if error.kind() != kind || !lacking.is_empty() {
        return Err(format!("expected {kind:?} with {lacking:?} in it, got {error:?}").into());
    }
    Ok(error)
}
