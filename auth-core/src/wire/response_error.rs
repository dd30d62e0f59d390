//! Why a response cannot be taken: too long, compressed in another way, or damaged.

use std::fmt;

/// The error of a response that arrived but cannot be used. Contains nothing of its body.
///
/// ```
/// use auth_core::{AcceptedCoding, Limits, ResponseBuffer};
///
/// let (limits, mut head) = (Limits::api(), http::HeaderMap::new());
/// let coding = AcceptedCoding::request(&limits, &mut head);
/// let mut head = http::HeaderMap::from_iter([(http::header::CONTENT_ENCODING, "br".parse()?)]);
/// let buffer = ResponseBuffer::new(&limits, coding, &http::Method::GET, http::StatusCode::OK, &mut head);
/// let error = buffer.expect_err("a coding that was not asked for");
/// assert!(error.is_permanent() && error.to_string().contains("`br`"));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResponseError(ResponseErrorKind);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum ResponseErrorKind {
    TooLarge {
        limit: usize,
    },
    Coding {
        name: String,
    },
    #[cfg(feature = "gzip")]
    Damaged,
}

impl ResponseError {
    pub(crate) fn too_large(limit: usize) -> Self {
        Self(ResponseErrorKind::TooLarge { limit })
    }

    /// `name` is the server's own: only its first word is kept, at most 20 letters.
    pub(crate) fn coding(name: &str) -> Self {
        let of_token = |c: &char| c.is_ascii_alphanumeric() || "-_.+*".contains(*c);
        let name = name.chars().take_while(of_token).take(20).collect();
        Self(ResponseErrorKind::Coding { name })
    }

    #[cfg(feature = "gzip")]
    pub(crate) fn damaged() -> Self {
        Self(ResponseErrorKind::Damaged)
    }

    /// Returns whether the same request would fail again: the server compresses in a way that was
    /// not asked for.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        matches!(self.0, ResponseErrorKind::Coding { .. })
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            ResponseErrorKind::TooLarge { limit } => {
                write!(f, "the response is longer than the limit of {limit} bytes")
            }
            ResponseErrorKind::Coding { name } => {
                write!(
                    f,
                    "the response has the content coding `{name}`, which was not asked for"
                )?;
                match cfg!(feature = "gzip") {
                    true => Ok(()),
                    false => f.write_str(" (the feature `gzip` is off)"),
                }
            }
            #[cfg(feature = "gzip")]
            ResponseErrorKind::Damaged => {
                f.write_str("the compressed response is incomplete or damaged")
            }
        }
    }
}

impl std::error::Error for ResponseError {}
