//! What a step expects, and the error if the result differs.

use std::fmt::Debug;
use std::io;

use auth_core::Error;

/// An expectation, and the result that did not meet it.
#[derive(Clone, Debug)]
pub(super) struct Miss {
    pub(super) expected: String,
    pub(super) got: String,
}

pub(super) type Checked<T = ()> = Result<T, Miss>;

impl Miss {
    pub(super) fn new(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self {
            expected: expected.into(),
            got: got.into(),
        }
    }
}

impl From<Error> for Miss {
    fn from(error: Error) -> Self {
        Self::new("no error", error.to_string())
    }
}

impl From<io::Error> for Miss {
    fn from(error: io::Error) -> Self {
        Self::new("no error", error.to_string())
    }
}

/// Fails unless both are equal.
pub(super) fn same<T: PartialEq + Debug>(what: &str, got: T, expected: T) -> Checked {
    if got == expected {
        return Ok(());
    }
    Err(Miss::new(
        format!("{what}: {expected:?}"),
        format!("{got:?}"),
    ))
}

/// Fails unless `is_so`.
pub(super) fn holds(what: &str, is_so: bool) -> Checked {
    match is_so {
        true => Ok(()),
        false => Err(Miss::new(what, "it was false")),
    }
}

/// Fails if there is no value.
pub(super) fn there<T>(what: &str, value: Option<T>) -> Checked<T> {
    value.ok_or_else(|| Miss::new(what, "nothing"))
}

/// Fails unless the call failed with an error that `is_so` accepts.
pub(super) fn fails<T>(
    what: &str,
    result: Result<T, Error>,
    fits: impl FnOnce(&Error) -> bool,
) -> Checked<Error> {
    match result {
        Ok(_) => Err(Miss::new(format!("an error: {what}"), "it succeeded")),
        Err(error) if fits(&error) => Ok(error),
        Err(error) => Err(Miss::new(
            format!("an error: {what}"),
            format!("{:?}: {error}", error.kind()),
        )),
    }
}
