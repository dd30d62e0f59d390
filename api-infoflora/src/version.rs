//! The versions of the API. The operation carries its own, so that a program can move from one to the next call by call.

use std::fmt;

/// A version of the API, as it stands in the path.
///
/// V5 exists since January 2025 (Info Flora's migration guide). V4 is what its page on authentication uses, and the default
/// here; when it ends is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// `/v4`: answers are wrapped in `{"success": true, "data": …}`.
    #[default]
    V4,
    /// `/v5`: answers are wrapped in `{"data": …}`, and the status alone tells of success.
    V5,
    /// Another one, by its number.
    Other(u16),
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4 => f.write_str("v4"),
            Self::V5 => f.write_str("v5"),
            Self::Other(number) => write!(f, "v{number}"),
        }
    }
}
